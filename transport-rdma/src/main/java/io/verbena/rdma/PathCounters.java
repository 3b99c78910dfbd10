// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How payloads travelled, in this process since it began; a public contract of this transport. One
 * thread's sums are added now and then, so that the hot path shares nothing.
 */
public final class PathCounters {
    private static final AtomicLong EAGER = new AtomicLong();
    private static final AtomicLong INLINE = new AtomicLong();
    private static final AtomicLong READ = new AtomicLong();
    private static final AtomicLong WRITE = new AtomicLong();
    private static final AtomicLong GRANTS = new AtomicLong();

    long eager;
    long inline;
    long read;
    long write;
    long grants;

    PathCounters() {}

    /**
     * The sums.
     *
     * @param eager requests and responses sent with their payload in the SEND, inline ones among
     *     them.
     * @param inline SENDs that were posted inline, of any frame.
     * @param read requests whose payload was READ, counted where it was received.
     * @param write responses whose payload was written, counted where it was sent.
     * @param grants SENDs that carried nothing but a grant.
     */
    public record Sums(long eager, long inline, long read, long write, long grants) {}

    /**
     * All that event queues have added: an event queue adds at the end of each duty cycle that
     * changed something.
     *
     * @return the sums.
     */
    public static Sums sums() {
        return new Sums(EAGER.get(), INLINE.get(), READ.get(), WRITE.get(), GRANTS.get());
    }

    void publish() {
        if ((eager | inline | read | write | grants) == 0) {
            return;
        }
        EAGER.addAndGet(eager);
        INLINE.addAndGet(inline);
        READ.addAndGet(read);
        WRITE.addAndGet(write);
        GRANTS.addAndGet(grants);
        eager = 0;
        inline = 0;
        read = 0;
        write = 0;
        grants = 0;
    }
}
