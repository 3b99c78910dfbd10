// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

/**
 * What a work request's id says: the connection's place in its completion queue's table (24 bits),
 * how often that place was used before (16), the kind of work (8) and its slot (16). A completion
 * that outlives its queue pair names a generation that is over.
 */
final class WorkId {
    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int WRITE = 3;
    static final int READ = 4;

    private WorkId() {}

    /** A kind's name, for people. */
    static String name(final int kind) {
        return switch (kind) {
            case RECEIVE -> "receive";
            case SEND -> "send";
            case WRITE -> "write";
            case READ -> "read";
            default -> "work request of kind " + kind;
        };
    }

    static long of(final int place, final int generation, final int kind, final int slot) {
        return (long) place << 40 | (generation & 0xffffL) << 24 | (long) kind << 16 | slot;
    }

    static int place(final long id) {
        return (int) (id >>> 40);
    }

    static int generation(final long id) {
        return (int) (id >>> 24) & 0xffff;
    }

    static int kind(final long id) {
        return (int) (id >>> 16) & 0xff;
    }

    static int slot(final long id) {
        return (int) id & 0xffff;
    }
}
