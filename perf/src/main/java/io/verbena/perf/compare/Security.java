// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.peer.Peers;
import io.verbena.perf.peer.TlsEngine;
import io.verbena.perf.peer.TlsPair;
import io.verbena.perf.tls.CertificateFolder;
import io.verbena.perf.tls.CertificateMaker;
import io.verbena.perf.tls.KeyType;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Whether the peers encrypt, and with what; as arguments, it reaches the JVM that measures a
 * figure.
 *
 * @param arguments none, or the engine and the folder of the certificates.
 */
record Security(List<String> arguments) implements Closeable {

    /** Longer than any comparison takes. */
    private static final Duration VALIDITY = Duration.ofDays(30);

    /** As it is sent. */
    static Security none() {
        return new Security(List.of());
    }

    /** TLS, with certificates made for the purpose, until closed. */
    static Security tls(final TlsEngine engine, final KeyType keyType) throws IOException {
        final Path folder = Files.createTempDirectory("verbena-compare");
        final Security made = new Security(List.of(engine.name(), folder.toString()));
        try {
            new CertificateMaker(keyType, List.of("localhost", "127.0.0.1"), VALIDITY)
                    .write(new CertificateFolder(folder));
            return made;
        } catch (final GeneralSecurityException | IOException e) {
            made.close();
            throw new IOException("can't make certificates: " + e.getMessage(), e);
        }
    }

    Peers peers() throws SSLException {
        if (arguments.isEmpty()) {
            return Peers.plain();
        }
        return Peers.over(
                TlsPair.of(
                        TlsEngine.valueOf(arguments.get(0)),
                        new CertificateFolder(Path.of(arguments.get(1)))));
    }

    /** Removes the certificates. */
    @Override
    public void close() throws IOException {
        if (arguments.isEmpty()) {
            return;
        }
        final Path folder = Path.of(arguments.get(1));
        final File[] files = folder.toFile().listFiles();
        for (final File file : files == null ? new File[0] : files) {
            Files.delete(file.toPath());
        }
        Files.delete(folder);
    }
}
