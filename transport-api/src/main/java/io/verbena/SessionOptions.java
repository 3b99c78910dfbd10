// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Time-outs and limits of a session. Immutable; start from {@link #defaults()}.
 *
 * @param closeTimeoutNs the longest that an orderly close may take, in nanoseconds, above 0.
 * @param keepaliveIntervalNs how often each side must be heard, in nanoseconds, which travel
 *     rounded up to milliseconds; 0 for no keepalive.
 * @param keepaliveMisses intervals of silence after which the peer counts as dead, 1 or more.
 * @param window at a server, the most requests that a client may have outstanding; 1 to 32767.
 *     Granted as far as the bound pools have messages.
 * @param maxQueued at a client, the most requests that may wait to be sent, 1 or more.
 * @param maxPayloadBytes the longest payload that is accepted from the peer, 1 or more; longer ones
 *     end the session.
 * @param handlerFailure what becomes of the session if its handler throws.
 * @param socketBufferBytes asked of the kernel for each direction, where there are such buffers; 0
 *     leaves it to the kernel.
 * @param maxHeldBytes at a server, IN and OUT bytes of the messages that the session's requests may
 *     take, from the first byte that arrives to the last of the answer that leaves. When they take
 *     as many, or one message more, nothing more is read of this session until it has given some
 *     back. 0: no limit of its own, all that the bound pools have.
 * @param minPayloadBytesPerSecond at a server, how fast a payload must arrive after its first five
 *     seconds, as it takes a message from others; slower ones end the session with {@link
 *     EventReason#LIMIT_REACHED}. 0: no limit.
 */
public record SessionOptions(
        long closeTimeoutNs,
        long keepaliveIntervalNs,
        int keepaliveMisses,
        int window,
        int maxQueued,
        int maxPayloadBytes,
        HandlerFailurePolicy handlerFailure,
        int socketBufferBytes,
        int maxHeldBytes,
        int minPayloadBytesPerSecond) {
    private static final SessionOptions DEFAULTS =
            new SessionOptions(
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(5),
                    3,
                    1024,
                    65536,
                    1 << 30,
                    HandlerFailurePolicy.CLOSE_SESSION,
                    512 * 1024,
                    0,
                    1024);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public SessionOptions {
        Options.positive("closeTimeoutNs", closeTimeoutNs);
        Options.atLeast("keepaliveIntervalNs", keepaliveIntervalNs, 0);
        Options.positive("keepaliveMisses", keepaliveMisses);
        Options.range("window", window, 1, 32767);
        Options.positive("maxQueued", maxQueued);
        Options.positive("maxPayloadBytes", maxPayloadBytes);
        Objects.requireNonNull(handlerFailure, "handlerFailure");
        Options.atLeast("socketBufferBytes", socketBufferBytes, 0);
        Options.atLeast("maxHeldBytes", maxHeldBytes, 0);
        Options.atLeast("minPayloadBytesPerSecond", minPayloadBytesPerSecond, 0);
    }

    /**
     * The options that suit most.
     *
     * @return the defaults.
     */
    public static SessionOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #closeTimeoutNs()}.
     *
     * @param value the longest that an orderly close may take.
     * @return new options.
     */
    public SessionOptions withCloseTimeoutNs(final long value) {
        return new SessionOptions(
                value,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #keepaliveIntervalNs()}.
     *
     * @param value how often each side must be heard; 0 for no keepalive.
     * @return new options.
     */
    public SessionOptions withKeepaliveIntervalNs(final long value) {
        return new SessionOptions(
                closeTimeoutNs,
                value,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #keepaliveMisses()}.
     *
     * @param value intervals of silence after which the peer counts as dead.
     * @return new options.
     */
    public SessionOptions withKeepaliveMisses(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                value,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #window()}.
     *
     * @param value at a server, the most requests that a client may have outstanding; 1 to 32767.
     *     Granted as far as the bound pools have messages.
     * @return new options.
     */
    public SessionOptions withWindow(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                value,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #maxQueued()}.
     *
     * @param value at a client, the most requests that may wait to be sent.
     * @return new options.
     */
    public SessionOptions withMaxQueued(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                value,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #maxPayloadBytes()}.
     *
     * @param value the longest payload that is accepted from the peer; longer ones end the session.
     * @return new options.
     */
    public SessionOptions withMaxPayloadBytes(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                value,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #handlerFailure()}.
     *
     * @param value what becomes of the session if its handler throws.
     * @return new options.
     */
    public SessionOptions withHandlerFailure(final HandlerFailurePolicy value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                value,
                socketBufferBytes,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #socketBufferBytes()}.
     *
     * @param value asked of the kernel for each direction, where there are such buffers; 0 leaves
     *     it to the kernel.
     * @return new options.
     */
    public SessionOptions withSocketBufferBytes(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                value,
                maxHeldBytes,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #maxHeldBytes()}.
     *
     * @param value IN and OUT bytes of the messages that the session's requests may take at a time;
     *     0: no limit.
     * @return new options.
     */
    public SessionOptions withMaxHeldBytes(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                value,
                minPayloadBytesPerSecond);
    }

    /**
     * These options with another {@link #minPayloadBytesPerSecond()}.
     *
     * @param value how fast a payload must arrive after its first five seconds; 0: no limit.
     * @return new options.
     */
    public SessionOptions withMinPayloadBytesPerSecond(final int value) {
        return new SessionOptions(
                closeTimeoutNs,
                keepaliveIntervalNs,
                keepaliveMisses,
                window,
                maxQueued,
                maxPayloadBytes,
                handlerFailure,
                socketBufferBytes,
                maxHeldBytes,
                value);
    }
}
