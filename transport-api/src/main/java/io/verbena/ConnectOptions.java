// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects. Immutable; start from {@link #defaults()}.
 *
 * @param connectTimeoutNs the longest until the link is up, over all addresses of the name, in
 *     nanoseconds, above 0.
 * @param helloTimeoutNs the longest from then until the server has accepted or rejected, in
 *     nanoseconds, above 0.
 * @param session the options of the session itself.
 * @param secret what both ends prove to each other that they know, before there is a session; null:
 *     nothing is proved.
 * @param tls how links of the schemes that end in {@code tls} are secured; null: as {@link
 *     TlsOptions#defaults()}. With another scheme it is refused, as that would send in clear.
 * @param upgradeTimeoutNs where a session may change to a faster transport: the longest from when
 *     the first link is up until the faster one is, in nanoseconds, above 0. When it is over the
 *     session stays on the first.
 * @param upgradePauseNs after a faster transport has failed: how long sessions to the same server
 *     do without it, in nanoseconds, 0 or more. Twice as long each time that it fails again, up to
 *     32 times.
 */
public record ConnectOptions(
        long connectTimeoutNs,
        long helloTimeoutNs,
        SessionOptions session,
        @Nullable SharedSecret secret,
        @Nullable TlsOptions tls,
        long upgradeTimeoutNs,
        long upgradePauseNs) {
    private static final ConnectOptions DEFAULTS =
            new ConnectOptions(
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(10),
                    SessionOptions.defaults(),
                    null,
                    null,
                    TimeUnit.SECONDS.toNanos(1),
                    TimeUnit.SECONDS.toNanos(10));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public ConnectOptions {
        Options.positive("connectTimeoutNs", connectTimeoutNs);
        Options.positive("helloTimeoutNs", helloTimeoutNs);
        Objects.requireNonNull(session, "session");
        Options.positive("upgradeTimeoutNs", upgradeTimeoutNs);
        Options.atLeast("upgradePauseNs", upgradePauseNs, 0);
    }

    /**
     * The options that suit most.
     *
     * @return the defaults.
     */
    public static ConnectOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #connectTimeoutNs()}.
     *
     * @param value the longest until the link is up, over all addresses of the name.
     * @return new options.
     */
    public ConnectOptions withConnectTimeoutNs(final long value) {
        return new ConnectOptions(
                value, helloTimeoutNs, session, secret, tls, upgradeTimeoutNs, upgradePauseNs);
    }

    /**
     * These options with another {@link #helloTimeoutNs()}.
     *
     * @param value the longest from then until the server has accepted or rejected.
     * @return new options.
     */
    public ConnectOptions withHelloTimeoutNs(final long value) {
        return new ConnectOptions(
                connectTimeoutNs, value, session, secret, tls, upgradeTimeoutNs, upgradePauseNs);
    }

    /**
     * These options with another {@link #session()}.
     *
     * @param value the options of the session itself.
     * @return new options.
     */
    public ConnectOptions withSession(final SessionOptions value) {
        return new ConnectOptions(
                connectTimeoutNs,
                helloTimeoutNs,
                value,
                secret,
                tls,
                upgradeTimeoutNs,
                upgradePauseNs);
    }

    /**
     * These options with another {@link #secret()}.
     *
     * @param value what both ends prove to each other that they know, before there is a session;
     *     null: nothing is proved.
     * @return new options.
     */
    public ConnectOptions withSecret(final @Nullable SharedSecret value) {
        return new ConnectOptions(
                connectTimeoutNs,
                helloTimeoutNs,
                session,
                value,
                tls,
                upgradeTimeoutNs,
                upgradePauseNs);
    }

    /**
     * These options with another {@link #tls()}.
     *
     * @param value how links of the schemes that end in {@code tls} are secured; null: as {@link
     *     TlsOptions#defaults()}.
     * @return new options.
     */
    public ConnectOptions withTls(final @Nullable TlsOptions value) {
        return new ConnectOptions(
                connectTimeoutNs,
                helloTimeoutNs,
                session,
                secret,
                value,
                upgradeTimeoutNs,
                upgradePauseNs);
    }

    /**
     * These options with another {@link #upgradeTimeoutNs()}.
     *
     * @param value the longest from when the first link is up until a faster one is.
     * @return new options.
     */
    public ConnectOptions withUpgradeTimeoutNs(final long value) {
        return new ConnectOptions(
                connectTimeoutNs, helloTimeoutNs, session, secret, tls, value, upgradePauseNs);
    }

    /**
     * These options with another {@link #upgradePauseNs()}.
     *
     * @param value how long to do without a faster transport that has failed; 0: try it at once.
     * @return new options.
     */
    public ConnectOptions withUpgradePauseNs(final long value) {
        return new ConnectOptions(
                connectTimeoutNs, helloTimeoutNs, session, secret, tls, upgradeTimeoutNs, value);
    }
}
