// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How an event queue works. Immutable; start from {@link #defaults()}.
 *
 * @param idlePolicy what it does when there is nothing to do.
 * @param nanoClock where all its times come from: nanoseconds of no particular origin, never going
 *     back. Another thread asks it, too, where {@code stallTimeoutNs} isn't 0.
 * @param closeTimeoutNs the longest that {@link EventQueueHandler#close()} may take, in
 *     nanoseconds, above 0.
 * @param poolGrowth asked when a request finds no free message; null declines always.
 * @param errorHandler gets what call-backs throw; null: it is thrown by the loop.
 * @param returnsOnInterrupt whether {@link EventQueueHandler#runEventLoop} returns, before it would
 *     wait, when its thread is interrupted. The interrupt status stays set. If not, an interrupted
 *     thread doesn't wait in the loop, and spins.
 * @param stallTimeoutNs above 0: the event queue is dedicated to one connection at a time, and its
 *     thread may sleep in that connection's own read, which takes less of the CPU than any other
 *     wait. For a price: a wait that ends otherwise than by what is received (its time is over,
 *     {@link EventQueueHandler#breakEventLoop()} or {@code execute} are called, the thread is
 *     interrupted) ends the connection. Writes block, too, for so many nanoseconds at most, and
 *     then end it. TCP, TLS and Unix sockets wait in this way, if the wait may take a second or
 *     more; other transports ignore it. 0, as it is at first: never.
 */
public record EventQueueOptions(
        IdlePolicy idlePolicy,
        LongSupplier nanoClock,
        long closeTimeoutNs,
        @Nullable PoolGrowth poolGrowth,
        @Nullable Consumer<Throwable> errorHandler,
        boolean returnsOnInterrupt,
        long stallTimeoutNs) {
    private static final EventQueueOptions DEFAULTS =
            new EventQueueOptions(
                    IdlePolicy.ADAPTIVE,
                    System::nanoTime,
                    TimeUnit.SECONDS.toNanos(10),
                    null,
                    null,
                    false,
                    0);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public EventQueueOptions {
        Objects.requireNonNull(idlePolicy, "idlePolicy");
        Objects.requireNonNull(nanoClock, "nanoClock");
        Options.positive("closeTimeoutNs", closeTimeoutNs);
        Options.atLeast("stallTimeoutNs", stallTimeoutNs, 0);
    }

    /**
     * The options that suit most.
     *
     * @return the defaults.
     */
    public static EventQueueOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #idlePolicy()}.
     *
     * @param value what it does when there is nothing to do.
     * @return new options.
     */
    public EventQueueOptions withIdlePolicy(final IdlePolicy value) {
        return new EventQueueOptions(
                value,
                nanoClock,
                closeTimeoutNs,
                poolGrowth,
                errorHandler,
                returnsOnInterrupt,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #nanoClock()}.
     *
     * @param value where all its times come from: nanoseconds of no particular origin, never going
     *     back.
     * @return new options.
     */
    public EventQueueOptions withNanoClock(final LongSupplier value) {
        return new EventQueueOptions(
                idlePolicy,
                value,
                closeTimeoutNs,
                poolGrowth,
                errorHandler,
                returnsOnInterrupt,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #closeTimeoutNs()}.
     *
     * @param value the longest that {@link EventQueueHandler#close()} may take.
     * @return new options.
     */
    public EventQueueOptions withCloseTimeoutNs(final long value) {
        return new EventQueueOptions(
                idlePolicy,
                nanoClock,
                value,
                poolGrowth,
                errorHandler,
                returnsOnInterrupt,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #poolGrowth()}.
     *
     * @param value asked when a request finds no free message; null declines always.
     * @return new options.
     */
    public EventQueueOptions withPoolGrowth(final @Nullable PoolGrowth value) {
        return new EventQueueOptions(
                idlePolicy,
                nanoClock,
                closeTimeoutNs,
                value,
                errorHandler,
                returnsOnInterrupt,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #errorHandler()}.
     *
     * @param value gets what call-backs throw; null: it is thrown by the loop.
     * @return new options.
     */
    public EventQueueOptions withErrorHandler(final @Nullable Consumer<Throwable> value) {
        return new EventQueueOptions(
                idlePolicy,
                nanoClock,
                closeTimeoutNs,
                poolGrowth,
                value,
                returnsOnInterrupt,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #returnsOnInterrupt()}.
     *
     * @param value whether the loop returns when its thread is interrupted.
     * @return new options.
     */
    public EventQueueOptions withReturnsOnInterrupt(final boolean value) {
        return new EventQueueOptions(
                idlePolicy,
                nanoClock,
                closeTimeoutNs,
                poolGrowth,
                errorHandler,
                value,
                stallTimeoutNs);
    }

    /**
     * These options with another {@link #stallTimeoutNs()}.
     *
     * @param value above 0: the event queue is dedicated to one connection at a time, and a write
     *     may block for so many nanoseconds; 0: it is not.
     * @return new options.
     */
    public EventQueueOptions withStallTimeoutNs(final long value) {
        return new EventQueueOptions(
                idlePolicy,
                nanoClock,
                closeTimeoutNs,
                poolGrowth,
                errorHandler,
                returnsOnInterrupt,
                value);
    }
}
