// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.concurrent.TimeUnit;

/**
 * How long to work before measuring: for the time that was asked, and on until the compiler rests.
 * The two ends spin on both CPUs, and the compiler's threads get what is left, on a machine whose
 * neighbours take of it as well. Code that waits for its compilation is several times slower, and
 * more so the more of it there is.
 */
public final class WarmUp {
    /** How long warming up may take beyond what was asked, until the JIT compiler rests. */
    static final long MOST_COMPILING_NS = TimeUnit.SECONDS.toNanos(60);

    private final long startNs;
    private final long leastNs;
    private final CompilerRest compiler;

    /**
     * Begins one.
     *
     * @param nowNs the time, of {@link System#nanoTime()}.
     * @param leastNs nanoseconds that it takes at least.
     */
    public WarmUp(final long nowNs, final long leastNs) {
        startNs = nowNs;
        this.leastNs = leastNs;
        compiler = new CompilerRest(nowNs);
    }

    /**
     * Is it over? To be asked about twice a second.
     *
     * @param nowNs the time.
     * @return whether to begin to measure.
     */
    public boolean isOver(final long nowNs) {
        final boolean rests = compiler.hasCome(nowNs);
        final long pastNs = nowNs - startNs - leastNs;
        return pastNs >= 0 && (rests || pastNs >= MOST_COMPILING_NS);
    }
}
