// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program, as it stands there, is compiled and run as a reader would do it. */
class ReadmeExampleTest {
    /** Tests run in the directory of their module. */
    private static final Path README = Path.of("..", "README.md");

    private static final Pattern PROGRAM =
            Pattern.compile("```java\n(.*?)\n```", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir private Path directory;

    @Test
    void theProgramInTheReadmeRunsWithoutFlagsAndWarnings() throws Exception {
        final Path source = Files.writeString(directory.resolve("Hello.java"), program());
        final Path out = directory.resolve("out");
        final Path err = directory.resolve("err");
        final Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                source.toString())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends by itself").isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(err).isEmptyFile();
        assertThat(out).content().isEqualToIgnoringNewLines("hello\n");
        assertThat(process.exitValue()).isZero();
    }

    private static String program() throws IOException {
        final Matcher matcher = PROGRAM.matcher(Files.readString(README));
        assertThat(matcher.find()).as("README.md has a program").isTrue();
        return matcher.group(1);
    }
}
