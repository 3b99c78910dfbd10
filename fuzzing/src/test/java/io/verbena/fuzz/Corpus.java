// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The inputs that are saved: for each target those that reach the most code, and those that once
 * found something.
 */
final class Corpus {
    /** Where the module is: Maven says so, and ./fuzz does. */
    static final Path MODULE = Path.of(System.getProperty("basedir", "."));

    private static final Path ROOT = MODULE.resolve("src/test/resources/corpus");

    private Corpus() {}

    static Path directory(final Target target) {
        return ROOT.resolve(target.label());
    }

    static List<byte[]> saved(final Target target) {
        return files(directory(target)).stream().map(Corpus::read).toList();
    }

    static long bytes() {
        return Stream.of(Target.values())
                .flatMap(target -> files(directory(target)).stream())
                .mapToLong(file -> read(file).length)
                .sum();
    }

    /** All files of a folder, by name; none if there's no such folder. */
    static List<Path> files(final Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] read(final Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
