// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The JDKs to run child processes with: the one that runs the tests, and one of each other version
 * from 17 on that is in /usr/lib/jvm or that the system property {@code verbena.test.jdks} names
 * (folders, with the path separator between them).
 */
final class Jdks {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final int OLDEST = 17;

    private Jdks() {}

    static List<Path> all() {
        final Map<Integer, Path> byVersion = new TreeMap<>();
        byVersion.put(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
        for (final Path home : candidates()) {
            final int version = version(home);
            if (version >= OLDEST && Files.isExecutable(java(home))) {
                byVersion.putIfAbsent(version, home);
            }
        }
        return List.copyOf(byVersion.values());
    }

    static Path java(final Path home) {
        return home.resolve("bin/java");
    }

    private static List<Path> candidates() {
        final List<Path> homes = new ArrayList<>();
        for (final String named :
                System.getProperty("verbena.test.jdks", "").split(java.io.File.pathSeparator, -1)) {
            if (!named.isEmpty()) {
                homes.add(Path.of(named));
            }
        }
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> installed = Files.list(INSTALLED)) {
                installed.sorted().forEach(homes::add);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return homes;
    }

    /** From the file that every JDK has; 0 if there is none. */
    private static int version(final Path home) {
        final Path release = home.resolve("release");
        if (!Files.isReadable(release)) {
            return 0;
        }
        final Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (final IOException e) {
            return 0;
        }
        final String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Runtime.Version.parse(version).feature();
    }
}
