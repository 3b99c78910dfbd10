// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a portal. Immutable; start from {@link #defaults()}.
 *
 * @param backlog connections that may wait in the kernel to be accepted, 1 or more; the kernel has
 *     a limit of its own.
 * @param maxSessions sessions that may be open at a time, 1 or more; more are rejected with {@link
 *     EventReason#LIMIT_REACHED}.
 * @param maxPending connections that may be without a session at a time, 1 or more; the oldest of
 *     them makes room for a new one.
 * @param helloTimeoutNs the longest that a connection may be without a session, in nanoseconds,
 *     above 0.
 * @param session the options of the sessions that are accepted without options of their own.
 * @param secrets secrets of which a client must know one, and which this side proves to know, too;
 *     empty: nothing is proved. Several let a secret be replaced with clients knowing either; one
 *     that is {@linkplain SharedSecret#close() closed} is accepted no more.
 * @param maxPerHost connections that one host may have at a time, 1 or more, with a session or not
 *     yet; more are refused with {@link EventReason#LIMIT_REACHED}. An IPv6 host is its /64; over
 *     Unix sockets all clients are one host.
 * @param maxAcceptsPerSecond new connections in a second, and as many at once after a quiet time;
 *     0: no limit. More wait in the kernel where the transport can leave them there, and are
 *     refused with {@link EventReason#LIMIT_REACHED} where it can't.
 * @param tls how links of the schemes that end in {@code tls} are secured, which can't do without;
 *     null for all others: with them it is refused, as they would send in clear.
 * @param upgradeTimeoutNs where a session may change to a faster transport: how long the token is
 *     good that its client was given for that, in nanoseconds, above 0. Then the session goes on
 *     without.
 */
public record PortalOptions(
        int backlog,
        int maxSessions,
        int maxPending,
        long helloTimeoutNs,
        SessionOptions session,
        List<SharedSecret> secrets,
        int maxPerHost,
        int maxAcceptsPerSecond,
        @Nullable TlsOptions tls,
        long upgradeTimeoutNs) {
    private static final PortalOptions DEFAULTS =
            new PortalOptions(
                    1024,
                    65536,
                    1024,
                    TimeUnit.SECONDS.toNanos(5),
                    SessionOptions.defaults(),
                    List.of(),
                    65536,
                    0,
                    null,
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
        Objects.requireNonNull(session, "session");
        secrets = List.copyOf(secrets);
        Options.positive("maxPerHost", maxPerHost);
        Options.atLeast("maxAcceptsPerSecond", maxAcceptsPerSecond, 0);
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
                value,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
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
                backlog,
                value,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #maxPending()}.
     *
     * @param value connections that may be without a session at a time; the oldest of them makes
     *     room for a new one.
     * @return new options.
     */
    public PortalOptions withMaxPending(final int value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                value,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #helloTimeoutNs()}.
     *
     * @param value the longest that a connection may be without a session.
     * @return new options.
     */
    public PortalOptions withHelloTimeoutNs(final long value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                value,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #session()}.
     *
     * @param value the options of the sessions that are accepted without options of their own.
     * @return new options.
     */
    public PortalOptions withSession(final SessionOptions value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                value,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #secrets()}.
     *
     * @param value secrets of which a client must know one, and which this side proves to know,
     *     too; empty: nothing is proved. Several let a secret be replaced with clients knowing
     *     either; one that is {@linkplain SharedSecret#close() closed} is accepted no more.
     * @return new options.
     */
    public PortalOptions withSecrets(final List<SharedSecret> value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                value,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with one secret, see {@link #secrets()}.
     *
     * @param value the secret.
     * @return new options.
     */
    public PortalOptions withSecret(final SharedSecret value) {
        return withSecrets(List.of(value));
    }

    /**
     * These options with another {@link #maxPerHost()}.
     *
     * @param value connections that one host may have at a time, with a session or not yet; more
     *     are refused with {@link EventReason#LIMIT_REACHED}. An IPv6 host is its /64; over Unix
     *     sockets all clients are one host.
     * @return new options.
     */
    public PortalOptions withMaxPerHost(final int value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                value,
                maxAcceptsPerSecond,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #maxAcceptsPerSecond()}.
     *
     * @param value new connections in a second, and as many at once after a quiet time; 0: no
     *     limit. More wait in the kernel where the transport can leave them there, and are refused
     *     with {@link EventReason#LIMIT_REACHED} where it can't.
     * @return new options.
     */
    public PortalOptions withMaxAcceptsPerSecond(final int value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                value,
                tls,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #tls()}.
     *
     * @param value how links of the schemes that end in {@code tls} are secured; null for all
     *     others.
     * @return new options.
     */
    public PortalOptions withTls(final @Nullable TlsOptions value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                value,
                upgradeTimeoutNs);
    }

    /**
     * These options with another {@link #upgradeTimeoutNs()}.
     *
     * @param value how long a client's token for a faster transport is good.
     * @return new options.
     */
    public PortalOptions withUpgradeTimeoutNs(final long value) {
        return new PortalOptions(
                backlog,
                maxSessions,
                maxPending,
                helloTimeoutNs,
                session,
                secrets,
                maxPerHost,
                maxAcceptsPerSecond,
                tls,
                value);
    }
}
