// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What is logged meanwhile: the logging back end of the tests writes to stderr. */
final class LogCapture implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    LogCapture() {
        System.setErr(new PrintStream(bytes, true, UTF_8));
    }

    /** The library's lines that say such a thing. */
    List<String> lines(final String text) {
        return bytes.toString(UTF_8)
                .lines()
                .filter(line -> line.contains("io.verbena - ") && line.contains(text))
                .toList();
    }

    String all() {
        return bytes.toString(UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        // What is expected says nothing to who reads the tests' output.
        all().lines().filter(line -> !line.contains("io.verbena - ")).forEach(before::println);
    }
}
