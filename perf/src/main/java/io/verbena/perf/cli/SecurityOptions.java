// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.SharedSecret;
import io.verbena.TlsOptions;
import io.verbena.perf.tls.CertificateFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What both ends take to know each other by. */
final class SecurityOptions {
    @Option(
            names = "--tls-dir",
            paramLabel = "FOLDER",
            description = "TLS with the certificates that verbena cert has made in this folder.")
    private @Nullable Path folder;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "TLS with this certificate, and those that lead to the trusted one, in PEM.")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Its private key, in PKCS#8 as PEM. Default: in the certificate's file.")
    private @Nullable Path key;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Certificates to trust, in PEM. Default: those that Java trusts.")
    private @Nullable Path authorities;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "A secret of 16 bytes or more that both ends prove to know.")
    private @Nullable Path secretFile;

    /** The end that a certificate is for. */
    enum End {
        CLIENT,
        SERVER
    }

    static boolean isTls(final URI uri) {
        final String scheme = uri.getScheme();
        return scheme.equals("tls") || scheme.endsWith("+tls");
    }

    /** Was something said about TLS? */
    boolean hasTls() {
        return folder != null || certificate != null || key != null || authorities != null;
    }

    boolean hasCertificate() {
        return folder != null || certificate != null;
    }

    /** Fails if what was said about TLS would be to no purpose, as nothing is encrypted. */
    void checkUse(final boolean isTls) {
        if (hasTls() && !isTls) {
            throw new CommandException(
                    "--tls-... is for tls://HOST:PORT, and this URI sends in clear: write tls:// or"
                            + " leave the option out",
                    null);
        }
    }

    TlsOptions tls(final End end) {
        TlsOptions tls = TlsOptions.defaults();
        if (key != null && certificate == null) {
            throw new CommandException("--tls-key needs its certificate: --tls-cert FILE", null);
        }
        if (folder != null) {
            final CertificateFolder made = new CertificateFolder(folder);
            tls = tls.withTrust(made.ca());
            tls =
                    end == End.SERVER
                            ? tls.withCertificate(made.server(), made.serverKey())
                            : tls.withCertificate(made.client(), made.clientKey());
        }
        if (certificate != null) {
            tls = tls.withCertificate(certificate, key == null ? certificate : key);
        }
        if (authorities != null) {
            tls = tls.withTrust(authorities);
        }
        return tls;
    }

    @Nullable SharedSecret secret() {
        if (secretFile == null) {
            return null;
        }
        try {
            return SharedSecret.fromFile(secretFile);
        } catch (final IOException e) {
            throw new CommandException(
                    "can't read %s: --secret-file names a file that you may read"
                            .formatted(secretFile),
                    e);
        }
    }
}
