// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import java.util.Objects;

/**
 * How a {@link Bridge} works. Immutable; start from {@link #defaults()}.
 *
 * @param threads event queues, each on a thread of its own, that streams are spread over; 1 to
 *     1024.
 * @param messages messages of each thread: as many streams can wait for an answer at a time, and
 *     more wait for one of these. 1 to 65536.
 * @param fragmentBytes the longest piece that is carried, 1024 to 1 GiB, as {@code
 *     StreamOptions.fragmentBytes} of both ends; a message has twice as much memory.
 * @param connect how to connect to the other side.
 * @param portal how to listen; {@code helloTimeoutNs} must leave time to connect.
 */
public record BridgeOptions(
        int threads,
        int messages,
        int fragmentBytes,
        ConnectOptions connect,
        PortalOptions portal) {
    private static final int MOST_THREADS = 1024;
    private static final int MOST_MESSAGES = 65536;

    /** With both directions, 36 MiB of a thread. */
    private static final int MESSAGES = 256;

    /** As streams have it. */
    private static final int FRAGMENT_BYTES = 72 << 10;

    private static final BridgeOptions DEFAULTS = makeDefaults();

    private static BridgeOptions makeDefaults() {
        final ConnectOptions connect = ConnectOptions.defaults();
        final PortalOptions portal = PortalOptions.defaults();
        return new BridgeOptions(
                1,
                MESSAGES,
                FRAGMENT_BYTES,
                connect,
                portal.withHelloTimeoutNs(
                        portal.helloTimeoutNs()
                                + connect.connectTimeoutNs()
                                + connect.helloTimeoutNs()));
    }

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public BridgeOptions {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads must be from 1 to 1024, is " + threads);
        }
        if (messages < 1 || messages > MOST_MESSAGES) {
            throw new IllegalArgumentException("messages must be from 1 to 65536, is " + messages);
        }
        if (fragmentBytes < 1024 || fragmentBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "fragmentBytes must be from 1024 to 2^30, is " + fragmentBytes);
        }
        Objects.requireNonNull(connect, "connect");
        Objects.requireNonNull(portal, "portal");
    }

    /**
     * The options that suit most.
     *
     * @return the defaults: one thread, 256 messages of 72 KiB each way.
     */
    public static BridgeOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #threads()}.
     *
     * @param value event queues.
     * @return new options.
     */
    public BridgeOptions withThreads(final int value) {
        return new BridgeOptions(value, messages, fragmentBytes, connect, portal);
    }

    /**
     * These options with another {@link #messages()}.
     *
     * @param value messages of each thread.
     * @return new options.
     */
    public BridgeOptions withMessages(final int value) {
        return new BridgeOptions(threads, value, fragmentBytes, connect, portal);
    }

    /**
     * These options with another {@link #fragmentBytes()}.
     *
     * @param value the longest piece.
     * @return new options.
     */
    public BridgeOptions withFragmentBytes(final int value) {
        return new BridgeOptions(threads, messages, value, connect, portal);
    }

    /**
     * These options with another {@link #connect()}.
     *
     * @param value how to connect to the other side.
     * @return new options.
     */
    public BridgeOptions withConnect(final ConnectOptions value) {
        return new BridgeOptions(threads, messages, fragmentBytes, value, portal);
    }

    /**
     * These options with another {@link #portal()}.
     *
     * @param value how to listen.
     * @return new options.
     */
    public BridgeOptions withPortal(final PortalOptions value) {
        return new BridgeOptions(threads, messages, fragmentBytes, connect, value);
    }
}
