// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/**
 * Certificates for a measurement on this machine, removed when closed.
 *
 * @param folder where they are.
 */
public record TemporaryCertificates(CertificateFolder folder) implements AutoCloseable {
    /** Longer than any measurement takes. */
    private static final Duration VALIDITY = Duration.ofDays(30);

    /**
     * Makes them, for localhost.
     *
     * @param keyType the kind of their keys.
     * @return the certificates.
     * @throws IOException if they can't be made.
     */
    public static TemporaryCertificates make(final KeyType keyType) throws IOException {
        final TemporaryCertificates made =
                new TemporaryCertificates(
                        new CertificateFolder(Files.createTempDirectory("verbena-certificates")));
        try {
            new CertificateMaker(keyType, List.of("localhost", "127.0.0.1"), VALIDITY)
                    .write(made.folder());
            return made;
        } catch (final GeneralSecurityException | IOException e) {
            made.close();
            throw new IOException("can't make certificates: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        final File[] files = folder.path().toFile().listFiles();
        for (final File file : files == null ? new File[0] : files) {
            Files.delete(file.toPath());
        }
        Files.deleteIfExists(folder.path());
    }
}
