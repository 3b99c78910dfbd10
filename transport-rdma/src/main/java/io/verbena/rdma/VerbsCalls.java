// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often this process has called the verbs, each of which is a crossing from Java into the
 * natives; for measurements. Counted only with the system property {@code io.verbena.rdma.count},
 * as counting takes time.
 */
public final class VerbsCalls {
    private static final String PROPERTY = "io.verbena.rdma.count";

    private static final AtomicLong DATA = new AtomicLong();
    private static final AtomicLong EMPTY = new AtomicLong();
    private static final AtomicLong CONTROL = new AtomicLong();

    private VerbsCalls() {}

    /**
     * The sums.
     *
     * @param data calls that posted work or brought completions.
     * @param empty calls that looked for completions or events, and found none.
     * @param control all others: connections, memory, events, sleeping and waking.
     */
    public record Sums(long data, long empty, long control) {}

    /**
     * All calls since the process began.
     *
     * @return the sums; all 0 if calls aren't counted.
     */
    public static Sums sums() {
        return new Sums(DATA.get(), EMPTY.get(), CONTROL.get());
    }

    /**
     * Are calls counted?
     *
     * @return whether {@code io.verbena.rdma.count} is true.
     */
    public static boolean areCounted() {
        return Boolean.getBoolean(PROPERTY);
    }

    static void data() {
        DATA.getAndIncrement();
    }

    static void empty() {
        EMPTY.getAndIncrement();
    }

    static void control() {
        CONTROL.getAndIncrement();
    }
}
