// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

/** What became of a work request. */
final class FakeCompletion {
    FakeQueuePair queuePair;
    boolean receive;
    long sequence;
    long id;
    int status;
    int opcode;
    int length;

    /** How many more steps it stays unseen. */
    int steps;

    void set(
            final FakeQueuePair ofQueuePair,
            final boolean ofReceive,
            final long ofSequence,
            final long withId,
            final int withStatus,
            final int withOpcode,
            final int withLength) {
        queuePair = ofQueuePair;
        receive = ofReceive;
        sequence = ofSequence;
        id = withId;
        status = withStatus;
        opcode = withOpcode;
        length = withLength;
    }
}
