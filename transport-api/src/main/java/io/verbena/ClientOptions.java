// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * How {@link AsyncClient} and {@link BlockingClient} work. Immutable; start from {@link
 * #defaults()}.
 *
 * <p>A client takes {@code concurrency × (maxRequestBytes + maxResponseBytes)} bytes of direct
 * memory when it is made, 4 MiB by default, and gives them back when it is closed.
 *
 * @param maxRequestBytes the longest request that can be sent, 0 or more.
 * @param maxResponseBytes the longest response that can be received, 0 or more.
 * @param concurrency requests that may be under way at a time, each in a message of its own; 1 to
 *     2<sup>20</sup>.
 * @param maxWaiting calls beyond that which may wait for a message to become free; 0 to
 *     2<sup>24</sup>.
 * @param timeoutNs the longest that a call may take which names no time of its own, in nanoseconds,
 *     above 0.
 * @param idlePolicy how the event queue idles which a {@link BlockingClient} opens for itself; an
 *     {@link AsyncClient} lives on its caller's.
 * @param connect how the client connects, and the options of its session.
 */
public record ClientOptions(
        int maxRequestBytes,
        int maxResponseBytes,
        int concurrency,
        int maxWaiting,
        long timeoutNs,
        IdlePolicy idlePolicy,
        ConnectOptions connect) {
    private static final ClientOptions DEFAULTS =
            new ClientOptions(
                    64 * 1024,
                    64 * 1024,
                    32,
                    1024,
                    TimeUnit.SECONDS.toNanos(30),
                    IdlePolicy.BLOCK,
                    ConnectOptions.defaults());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public ClientOptions {
        Options.atLeast("maxRequestBytes", maxRequestBytes, 0);
        Options.atLeast("maxResponseBytes", maxResponseBytes, 0);
        Options.range("concurrency", concurrency, 1, 1 << 20);
        Options.range("maxWaiting", maxWaiting, 0, 1 << 24);
        Options.positive("timeoutNs", timeoutNs);
        Objects.requireNonNull(idlePolicy, "idlePolicy");
        Objects.requireNonNull(connect, "connect");
    }

    /**
     * The options that suit most.
     *
     * @return the defaults.
     */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #maxRequestBytes()}.
     *
     * @param value the longest request that can be sent.
     * @return new options.
     */
    public ClientOptions withMaxRequestBytes(final int value) {
        return new ClientOptions(
                value, maxResponseBytes, concurrency, maxWaiting, timeoutNs, idlePolicy, connect);
    }

    /**
     * These options with another {@link #maxResponseBytes()}.
     *
     * @param value the longest response that can be received.
     * @return new options.
     */
    public ClientOptions withMaxResponseBytes(final int value) {
        return new ClientOptions(
                maxRequestBytes, value, concurrency, maxWaiting, timeoutNs, idlePolicy, connect);
    }

    /**
     * These options with another {@link #concurrency()}.
     *
     * @param value requests that may be under way at a time.
     * @return new options.
     */
    public ClientOptions withConcurrency(final int value) {
        return new ClientOptions(
                maxRequestBytes,
                maxResponseBytes,
                value,
                maxWaiting,
                timeoutNs,
                idlePolicy,
                connect);
    }

    /**
     * These options with another {@link #maxWaiting()}.
     *
     * @param value calls beyond the concurrency which may wait for a message to become free.
     * @return new options.
     */
    public ClientOptions withMaxWaiting(final int value) {
        return new ClientOptions(
                maxRequestBytes,
                maxResponseBytes,
                concurrency,
                value,
                timeoutNs,
                idlePolicy,
                connect);
    }

    /**
     * These options with another {@link #timeoutNs()}.
     *
     * @param value the longest that a call may take which names no time of its own.
     * @return new options.
     */
    public ClientOptions withTimeoutNs(final long value) {
        return new ClientOptions(
                maxRequestBytes,
                maxResponseBytes,
                concurrency,
                maxWaiting,
                value,
                idlePolicy,
                connect);
    }

    /**
     * These options with another {@link #idlePolicy()}.
     *
     * @param value how a {@link BlockingClient}'s own event queue idles.
     * @return new options.
     */
    public ClientOptions withIdlePolicy(final IdlePolicy value) {
        return new ClientOptions(
                maxRequestBytes,
                maxResponseBytes,
                concurrency,
                maxWaiting,
                timeoutNs,
                value,
                connect);
    }

    /**
     * These options with another {@link #connect()}.
     *
     * @param value how the client connects, and the options of its session.
     * @return new options.
     */
    public ClientOptions withConnect(final ConnectOptions value) {
        return new ClientOptions(
                maxRequestBytes,
                maxResponseBytes,
                concurrency,
                maxWaiting,
                timeoutNs,
                idlePolicy,
                value);
    }
}
