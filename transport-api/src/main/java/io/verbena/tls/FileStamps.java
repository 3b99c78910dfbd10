// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By what it is seen that files have changed. Symbolic links are followed, so that a link that is
 * turned to another file (as Kubernetes does with mounted secrets) is a change, too.
 *
 * @param stamps of each file; null where there is none.
 */
record FileStamps(List<@Nullable Stamp> stamps) {
    /**
     * A file's.
     *
     * @param modified when it was last written.
     * @param bytes its length.
     * @param key the kernel's name of it; null where there is none.
     */
    record Stamp(FileTime modified, long bytes, @Nullable Object key) {}

    static FileStamps of(final List<Path> files) {
        final List<@Nullable Stamp> stamps = new ArrayList<>();
        for (final Path file : files) {
            stamps.add(of(file));
        }
        return new FileStamps(stamps);
    }

    private static @Nullable Stamp of(final Path file) {
        try {
            final BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (final IOException e) {
            // It isn't there now: that is a state like others.
            return null;
        }
    }
}
