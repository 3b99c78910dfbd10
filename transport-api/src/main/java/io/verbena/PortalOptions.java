// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.concurrent.TimeUnit;

/**
 * Limits of a portal. Immutable; start from {@link #defaults()}.
 *
 * @param backlog connections that may wait in the kernel to be accepted.
 * @param maxSessions sessions that may be open at a time; more are rejected with {@link
 *     EventReason#LIMIT_REACHED}.
 * @param maxPending connections that may be without a session at a time; the one that has been
 *     silent longest makes room for a new one.
 * @param helloTimeoutNs the longest that a connection may be without a session.
 * @param session the options of the sessions that are accepted without options of their own.
 * @param upgradeTimeoutNs where a session may change to a faster transport: how long the token is
 *     good that its client was given for that. Then the session goes on without.
 */
public record PortalOptions(
        int backlog,
        int maxSessions,
        int maxPending,
        long helloTimeoutNs,
        SessionOptions session,
        long upgradeTimeoutNs) {
    private static final PortalOptions DEFAULTS =
            new PortalOptions(
                    1024,
                    65536,
                    1024,
                    TimeUnit.SECONDS.toNanos(5),
                    SessionOptions.defaults(),
                    TimeUnit.SECONDS.toNanos(2));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public PortalOptions {
        Options.positive("backlog", backlog);
        Options.positive("maxSessions", maxSessions);
        Options.positive("maxPending", maxPending);
        Options.positive("helloTimeoutNs", helloTimeoutNs);
        Options.positive("upgradeTimeoutNs", upgradeTimeoutNs);
    }

    /**
     * The options that suit most.
     *
     * @return the defaults.
     */
    public static PortalOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #backlog()}.
     *
     * @param value connections that may wait in the kernel to be accepted.
     * @return new options.
     */
    public PortalOptions withBacklog(final int value) {
        return new PortalOptions(
                value, maxSessions, maxPending, helloTimeoutNs, session, upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #maxSessions()}.
     *
     * @param value sessions that may be open at a time; more are rejected with {@link
     *     EventReason#LIMIT_REACHED}.
     * @return new options.
     */
    public PortalOptions withMaxSessions(final int value) {
        return new PortalOptions(
                backlog, value, maxPending, helloTimeoutNs, session, upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #maxPending()}.
     *
     * @param value connections that may be without a session at a time; the one that has been
     *     silent longest makes room for a new one.
     * @return new options.
     */
    public PortalOptions withMaxPending(final int value) {
        return new PortalOptions(
                backlog, maxSessions, value, helloTimeoutNs, session, upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #helloTimeoutNs()}.
     *
     * @param value the longest that a connection may be without a session.
     * @return new options.
     */
    public PortalOptions withHelloTimeoutNs(final long value) {
        return new PortalOptions(
                backlog, maxSessions, maxPending, value, session, upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #session()}.
     *
     * @param value the options of the sessions that are accepted without options of their own.
     * @return new options.
     */
    public PortalOptions withSession(final SessionOptions value) {
        return new PortalOptions(
                backlog, maxSessions, maxPending, helloTimeoutNs, value, upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #upgradeTimeoutNs()}.
     *
     * @param value how long a client's token for a faster transport is good.
     * @return new options.
     */
    public PortalOptions withUpgradeTimeoutNs(final long value) {
        return new PortalOptions(
                backlog, maxSessions, maxPending, helloTimeoutNs, session, value);
    }
}
