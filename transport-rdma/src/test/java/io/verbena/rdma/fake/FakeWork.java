// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.Layout;

/** A posted work request, in the place that the queue pair has for it. */
final class FakeWork {
    long id;
    int opcode;
    int flags;
    long address;
    int length;
    int lkey;
    long remoteAddress;
    int rkey;
    byte[] inline;

    /** Executed, but perhaps not completed yet, as something before it isn't. */
    boolean done;

    /** Has it met a peer without receives? */
    boolean refused;

    boolean has(final int flag) {
        return (flags & flag) != 0;
    }

    int doneOpcode() {
        return switch (opcode) {
            case Layout.OP_WRITE -> Status.DONE_WRITE;
            case Layout.OP_READ -> Status.DONE_READ;
            default -> Status.DONE_SEND;
        };
    }
}
