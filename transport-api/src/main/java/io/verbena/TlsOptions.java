// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import io.verbena.tls.KeySource;
import io.verbena.tls.KeyStores;
import io.verbena.tls.Material;
import io.verbena.tls.MaterialException;
import io.verbena.tls.PemFiles;
import io.verbena.tls.TrustSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How links are secured by TLS: {@link ConnectOptions#withTls} and {@link PortalOptions#withTls}.
 * Immutable; start from {@link #defaults()}, or one of the {@code of} methods.
 *
 * <p>TLS 1.3 alone, the server's certificate and name verified, unless other options are asked for:
 *
 * <pre>{@code
 * TlsOptions server = TlsOptions.defaults()
 *         .withCertificate(Path.of("server.pem"), Path.of("server.key"))
 *         .withTrust(Path.of("ca.pem"))
 *         .withClientAuthentication(ClientAuthentication.REQUIRED);
 * TlsOptions client = TlsOptions.defaults()
 *         .withCertificate(Path.of("client.pem"), Path.of("client.key"))
 *         .withTrust(Path.of("ca.pem"));
 * }</pre>
 *
 * <p>Keep the object: connections that are made with the same one, or with one that was derived
 * from it without touching certificates or trust, resume each other's TLS sessions. Files are read
 * when they are named, and again for a new connection when they have changed since, at most once a
 * second; sessions that exist live on. As long as changed files can't be used, those read before
 * are, and it is logged and told to {@link #withReloadListener the listener}.
 *
 * <p>Methods that name files or key stores throw {@link IllegalArgumentException} if those can't be
 * read, with a message that names the file and says what is wrong with it.
 */
public final class TlsOptions {
    private static final Consumer<TlsReload> NOBODY = reload -> {};
    private static final TlsOptions DEFAULTS = new TlsOptions(new Draft());

    private final Draft values;
    private final TlsEngineFactory engines;

    /** What the options are, while they are put together; not touched afterwards. */
    private static final class Draft implements Cloneable {
        private @Nullable TlsEngineFactory given;
        private @Nullable KeySource key;
        private @Nullable TrustSource trust;
        private @Nullable Material material;
        private Consumer<TlsReload> reloadListener = NOBODY;
        private @Nullable String serverName;
        private boolean hostNameVerification = true;
        private ClientAuthentication clientAuthentication = ClientAuthentication.NONE;
        private TlsVersion minimumVersion = TlsVersion.TLS_1_3;
        private List<String> cipherSuites = List.of();
        private long handshakeTimeoutNs = TimeUnit.SECONDS.toNanos(5);
        private int maxHandshakes = 256;

        Draft copy() {
            try {
                return (Draft) clone();
            } catch (final CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private TlsOptions(final Draft values) {
        this.values = values;
        this.engines = values.given == null ? ownEngines(values) : values.given;
    }

    private static TlsEngineFactory ownEngines(final Draft values) {
        Material material = values.material;
        if (material == null) {
            final Consumer<TlsReload> listener = values.reloadListener;
            material =
                    new Material(
                            values.key,
                            values.trust,
                            (files, failure) -> onReload(listener, files, failure),
                            System::nanoTime);
            values.material = material;
        }
        final Material source = material;
        return (role, host, port) -> TlsEngines.jdkEngine(source.context(), role, host, port);
    }

    private static void onReload(
            final Consumer<TlsReload> listener,
            final List<Path> files,
            final @Nullable MaterialException failure) {
        if (failure == null) {
            log().info("new certificates are used from now on: {}", files);
        } else {
            log().warn(
                            "{} have changed and can't be used, so those read before are used on: {}",
                            files,
                            failure.getMessage(),
                            failure);
        }
        try {
            listener.accept(new TlsReload(files, failure == null ? null : failure.getMessage()));
        } catch (final RuntimeException e) {
            log().warn("the listener of new certificates threw", e);
        }
    }

    // ---- where they come from

    /**
     * No certificate of its own, and the certificates that the JVM trusts: a client of a server
     * with a certificate that everybody trusts.
     *
     * @return the defaults.
     */
    public static TlsOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Certificates and trust of a context that was made elsewhere.
     *
     * @param context initialised; its cache of sessions is what sessions are resumed from.
     * @return new options.
     */
    public static TlsOptions of(final SSLContext context) {
        Objects.requireNonNull(context, "context");
        return of((role, host, port) -> TlsEngines.jdkEngine(context, role, host, port));
    }

    /**
     * Engines that are made elsewhere, with the certificates and the trust that are known there.
     *
     * @param factory who makes them.
     * @return new options.
     */
    public static TlsOptions of(final TlsEngineFactory factory) {
        final Draft draft = new Draft();
        draft.given = Objects.requireNonNull(factory, "factory");
        return new TlsOptions(draft);
    }

    /**
     * These options with a certificate of this side's own.
     *
     * @param chain a PEM file of the certificate, and behind it those that lead from it to the
     *     trusted one, without that.
     * @param key a PEM file of its private key, in PKCS#8 and not encrypted; may be the same file.
     * @return new options.
     */
    public TlsOptions withCertificate(final Path chain, final Path key) {
        return withKey(PemFiles.key(chain, key, null));
    }

    /**
     * These options with a certificate of this side's own, whose private key is encrypted.
     *
     * @param chain as above.
     * @param key a PEM file of its private key, in PKCS#8, encrypted (PBES2, or an older way that
     *     the JVM knows) or not.
     * @param password the key's, which is copied.
     * @return new options.
     */
    public TlsOptions withCertificate(final Path chain, final Path key, final char[] password) {
        return withKey(PemFiles.key(chain, key, password.clone()));
    }

    /**
     * These options with the certificates and keys of a key store; which one is used is settled by
     * what the peer can do.
     *
     * @param file a key store of a kind that the JVM knows: PKCS#12, JKS.
     * @param password the store's and its keys', which is copied.
     * @return new options.
     */
    public TlsOptions withKeyStore(final Path file, final char[] password) {
        return withKey(KeyStores.key(file, password.clone()));
    }

    /**
     * These options with certificates to trust, instead of those that the JVM does.
     *
     * @param bundle a PEM file of one or more certificates.
     * @return new options.
     */
    public TlsOptions withTrust(final Path bundle) {
        return withTrust(PemFiles.trust(bundle));
    }

    /**
     * These options with certificates to trust, instead of those that the JVM does.
     *
     * @param file a key store of a kind that the JVM knows: PKCS#12, JKS.
     * @param password the store's, which is copied.
     * @return new options.
     */
    public TlsOptions withTrustStore(final Path file, final char[] password) {
        return withTrust(KeyStores.trust(file, password.clone()));
    }

    private TlsOptions withKey(final KeySource key) {
        final Draft draft = materials("certificate");
        draft.key = key;
        return checked(draft);
    }

    private TlsOptions withTrust(final TrustSource trust) {
        final Draft draft = materials("trust");
        draft.trust = trust;
        return checked(draft);
    }

    private Draft materials(final String what) {
        if (values.given != null) {
            throw new IllegalStateException(
                    "these options were made of an SSLContext or of a factory of engines: its %s is what counts, set it there"
                            .formatted(what));
        }
        final Draft draft = values.copy();
        draft.material = null;
        return draft;
    }

    private static TlsOptions checked(final Draft draft) {
        final TlsOptions made = new TlsOptions(draft);
        final Material material = Objects.requireNonNull(draft.material);
        try {
            material.context();
            return made;
        } catch (final MaterialException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    // ---- how they are used

    /**
     * Who is told when changed files were read anew, on a thread of Verbena's own.
     *
     * @param listener who; may be called by several threads.
     * @return new options, which share no TLS sessions with these.
     */
    public TlsOptions withReloadListener(final Consumer<TlsReload> listener) {
        final Draft draft = materials("reload");
        draft.reloadListener = Objects.requireNonNull(listener, "listener");
        return new TlsOptions(draft);
    }

    /**
     * The name that a client asks for and verifies instead of the URI's host; for URIs without a
     * host, as {@code unix+tls}, one is needed.
     *
     * @param name a DNS name, or an IP address.
     * @return new options.
     */
    public TlsOptions withServerName(final String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a server's name is not empty");
        }
        final Draft draft = values.copy();
        draft.serverName = name;
        return new TlsOptions(draft);
    }

    /**
     * A client takes any server whose certificate is trusted, whatever name it is for: whoever has
     * one such certificate can pass for every server. For tests, and where all that is trusted is
     * the very certificate of one server.
     *
     * @return new options.
     */
    public TlsOptions withoutHostNameVerification() {
        final Draft draft = values.copy();
        draft.hostNameVerification = false;
        return new TlsOptions(draft);
    }

    /**
     * Whether a server asks its clients for a certificate; the default is that it doesn't.
     *
     * @param value what it does.
     * @return new options.
     */
    public TlsOptions withClientAuthentication(final ClientAuthentication value) {
        final Draft draft = values.copy();
        draft.clientAuthentication = Objects.requireNonNull(value, "value");
        return new TlsOptions(draft);
    }

    /**
     * The oldest version that is spoken; the default is TLS 1.3.
     *
     * @param value the version.
     * @return new options.
     */
    public TlsOptions withMinimumVersion(final TlsVersion value) {
        final Draft draft = values.copy();
        draft.minimumVersion = Objects.requireNonNull(value, "value");
        return new TlsOptions(draft);
    }

    /**
     * The cipher suites that may be used, the best first; the default are the engine's.
     *
     * @param names as the engine knows them, for example {@code TLS_AES_128_GCM_SHA256}; one that
     *     it doesn't know ends each connection.
     * @return new options.
     */
    public TlsOptions withCipherSuites(final String... names) {
        final Draft draft = values.copy();
        draft.cipherSuites = List.of(names);
        return new TlsOptions(draft);
    }

    /**
     * The longest that a handshake may take, once the connection is made that it happens on; the
     * default is 5 s.
     *
     * @param value nanoseconds, above 0.
     * @return new options.
     */
    public TlsOptions withHandshakeTimeoutNs(final long value) {
        Options.positive("handshakeTimeoutNs", value);
        final Draft draft = values.copy();
        draft.handshakeTimeoutNs = value;
        return new TlsOptions(draft);
    }

    /**
     * Handshakes of one portal that may be under way at a time; the default is 256. More clients
     * wait, in the order in which they asked, and what they have sent is not read. Who is connected
     * and has sent nothing has not begun; how many there may be of these is for {@link
     * PortalOptions#maxPending()} to say.
     *
     * @param value 1 or more.
     * @return new options.
     */
    public TlsOptions withMaxHandshakes(final int value) {
        Options.positive("maxHandshakes", value);
        final Draft draft = values.copy();
        draft.maxHandshakes = value;
        return new TlsOptions(draft);
    }

    // ---- what they are

    /**
     * The name that a client asks for instead of the URI's host.
     *
     * @return the name; null: the URI's host is asked for.
     */
    public @Nullable String serverName() {
        return values.serverName;
    }

    /**
     * Does a client check that the server's certificate is for the name that it has asked for?
     *
     * @return whether it does.
     */
    public boolean hostNameVerification() {
        return values.hostNameVerification;
    }

    /**
     * Whether a server asks its clients for a certificate.
     *
     * @return what it does.
     */
    public ClientAuthentication clientAuthentication() {
        return values.clientAuthentication;
    }

    /**
     * The oldest version that is spoken.
     *
     * @return the version.
     */
    public TlsVersion minimumVersion() {
        return values.minimumVersion;
    }

    /**
     * The cipher suites that may be used.
     *
     * @return their names; empty: those of the engine.
     */
    public List<String> cipherSuites() {
        return values.cipherSuites;
    }

    /**
     * The longest that a handshake may take.
     *
     * @return nanoseconds.
     */
    public long handshakeTimeoutNs() {
        return values.handshakeTimeoutNs;
    }

    /**
     * Handshakes of one portal that may be under way at a time.
     *
     * @return 1 or more.
     */
    public int maxHandshakes() {
        return values.maxHandshakes;
    }

    // ---- for transports

    /**
     * Checks that a portal can listen with these options.
     *
     * @param uri where it is to listen.
     * @throws IllegalArgumentException if it can't, with a message that says what to do.
     */
    public void requireCertificate(final URI uri) {
        if (values.given == null && values.key == null) {
            throw new IllegalArgumentException(
                    "a portal on %s needs a certificate: TlsOptions.defaults().withCertificate(chain, key), or withKeyStore(file, password)"
                            .formatted(uri));
        }
    }

    /**
     * Makes a client's engine and sets it up as these options say. May read files.
     *
     * @param host the URI's host, empty where there is none.
     * @param port the URI's port, -1 where there is none.
     * @return an engine that has not begun its handshake.
     * @throws IOException if there can be none, for example as the engine doesn't know a cipher
     *     suite.
     */
    public SSLEngine newClientEngine(final String host, final int port) throws IOException {
        return TlsEngines.client(this, engines, host, port);
    }

    /**
     * Makes a server's engine and sets it up as these options say. May read files.
     *
     * @return an engine that has not begun its handshake.
     * @throws IOException if there can be none.
     */
    public SSLEngine newServerEngine() throws IOException {
        return TlsEngines.server(this, engines);
    }

    @Override
    public String toString() {
        return "TlsOptions[%s and above, client authentication %s%s]"
                .formatted(
                        values.minimumVersion.protocol(),
                        values.clientAuthentication,
                        values.hostNameVerification ? "" : ", host names not verified");
    }

    /** Looked up when there is something to say: who never hears of it needs no back end. */
    private static Logger log() {
        return LoggerFactory.getLogger(TlsOptions.class);
    }
}
