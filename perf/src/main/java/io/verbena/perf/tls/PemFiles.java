// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * Writes files that are whole whenever somebody reads them, as a server may that looks for new
 * certificates.
 */
final class PemFiles {
    private static final String OWNER_ONLY = "rw-------";
    private static final String EVERYONE_READS = "rw-r--r--";

    private PemFiles() {}

    static void writePrivate(final Path file, final String text) throws IOException {
        write(file, text, OWNER_ONLY);
    }

    static void writePublic(final Path file, final String text) throws IOException {
        write(file, text, EVERYONE_READS);
    }

    private static void write(final Path file, final String text, final String permissions)
            throws IOException {
        final Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        final String name = String.valueOf(file.getFileName());
        // Nobody else may read it, not even while it is being written.
        final Path temporary = Files.createTempFile(folder, name, ".new", ownerOnly(file));
        try {
            Files.writeString(temporary, text, StandardCharsets.US_ASCII);
            if (isPosix(file)) {
                Files.setPosixFilePermissions(
                        temporary, PosixFilePermissions.fromString(permissions));
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static FileAttribute<?>[] ownerOnly(final Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(OWNER_ONLY))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(final Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
