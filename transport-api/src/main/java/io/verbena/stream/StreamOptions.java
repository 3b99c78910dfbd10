// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * How streams work, at either end. Immutable; start from {@link #defaults()}.
 *
 * @param timeoutNs the longest that a read or write may wait for the other end, in nanoseconds,
 *     above 0; OpenJ9's 30 s.
 * @param closeTimeoutNs the longest that an orderly end of a stream may take, in nanoseconds, above
 *     0.
 * @param fragmentBytes what a message may have to travel in one piece, 1024 to 1 GiB; longer ones
 *     go in pieces of that size, each of which costs a round trip. A server must take at least as
 *     much as its clients send. A busy stream has twice as much memory at each end.
 * @param order the byte order that a client writes in; a server answers in each client's own.
 * @param version this end's version, which both ends must agree in.
 * @param limits how much a message may be.
 * @param connect how a client connects.
 * @param portal how a server listens.
 */
public record StreamOptions(
        long timeoutNs,
        long closeTimeoutNs,
        int fragmentBytes,
        ByteOrder order,
        StreamVersion version,
        MessageLimits limits,
        ConnectOptions connect,
        PortalOptions portal) {
    /** Code of up to 65 KB is the longest message that OpenJ9 sends often. */
    private static final int FRAGMENT_BYTES = 72 << 10;

    private static final StreamOptions DEFAULTS =
            new StreamOptions(
                    TimeUnit.SECONDS.toNanos(30),
                    TimeUnit.SECONDS.toNanos(1),
                    FRAGMENT_BYTES,
                    ByteOrder.LITTLE_ENDIAN,
                    StreamVersion.UNCHECKED,
                    MessageLimits.defaults(),
                    ConnectOptions.defaults(),
                    PortalOptions.defaults());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public StreamOptions {
        if (timeoutNs < 1 || closeTimeoutNs < 1) {
            throw new IllegalArgumentException(
                    "timeoutNs and closeTimeoutNs must be at least 1, are %d and %d"
                            .formatted(timeoutNs, closeTimeoutNs));
        }
        if (fragmentBytes < 1024 || fragmentBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "fragmentBytes must be from 1024 to 2^30, is " + fragmentBytes);
        }
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(connect, "connect");
        Objects.requireNonNull(portal, "portal");
    }

    /**
     * The options that suit most.
     *
     * @return the defaults: 30 s, 1 s to close, 72 KiB, little-endian, no version, the default
     *     limits.
     */
    public static StreamOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #timeoutNs()}.
     *
     * @param value the longest that a read or write may wait, in nanoseconds.
     * @return new options.
     */
    public StreamOptions withTimeoutNs(final long value) {
        return new StreamOptions(
                value, closeTimeoutNs, fragmentBytes, order, version, limits, connect, portal);
    }

    /**
     * These options with another {@link #closeTimeoutNs()}.
     *
     * @param value the longest that an orderly end may take, in nanoseconds.
     * @return new options.
     */
    public StreamOptions withCloseTimeoutNs(final long value) {
        return new StreamOptions(
                timeoutNs, value, fragmentBytes, order, version, limits, connect, portal);
    }

    /**
     * These options with another {@link #fragmentBytes()}.
     *
     * @param value what a message may have to travel in one piece.
     * @return new options.
     */
    public StreamOptions withFragmentBytes(final int value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, value, order, version, limits, connect, portal);
    }

    /**
     * These options with another {@link #order()}.
     *
     * @param value the byte order that a client writes in.
     * @return new options.
     */
    public StreamOptions withOrder(final ByteOrder value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, fragmentBytes, value, version, limits, connect, portal);
    }

    /**
     * These options with another {@link #version()}.
     *
     * @param value this end's version.
     * @return new options.
     */
    public StreamOptions withVersion(final StreamVersion value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, fragmentBytes, order, value, limits, connect, portal);
    }

    /**
     * These options with another {@link #limits()}.
     *
     * @param value how much a message may be.
     * @return new options.
     */
    public StreamOptions withLimits(final MessageLimits value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, fragmentBytes, order, version, value, connect, portal);
    }

    /**
     * These options with another {@link #connect()}.
     *
     * @param value how a client connects.
     * @return new options.
     */
    public StreamOptions withConnect(final ConnectOptions value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, fragmentBytes, order, version, limits, value, portal);
    }

    /**
     * These options with another {@link #portal()}.
     *
     * @param value how a server listens.
     * @return new options.
     */
    public StreamOptions withPortal(final PortalOptions value) {
        return new StreamOptions(
                timeoutNs, closeTimeoutNs, fragmentBytes, order, version, limits, connect, value);
    }
}
