// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in README.md. */
class ReadmeTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir Path directory;

    /** SLF4J has no back end there, and nobody complains of that. */
    @Test
    void printsWhatItIsSaidToPrintAndNothingElse() throws Exception {
        final Path out = directory.resolve("out");
        final Path err = directory.resolve("err");
        final ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                classPathWithoutLogging(),
                                source().toString())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        // The JVM says on standard error that it has read them.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        final Process program = builder.start();
        try {
            assertThat(program.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(err).isEmptyFile();
        assertThat(out).content(UTF_8).isEqualToIgnoringNewLines("hello\n");
        assertThat(program.exitValue()).isZero();
    }

    private Path source() throws IOException {
        // Tests run in the directory of their module.
        final Matcher program = PROGRAM.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(program.find()).as("a program in README.md").isTrue();
        return Files.writeString(directory.resolve("Hello.java"), program.group(1));
    }

    private static String classPathWithoutLogging() {
        final String all =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry -> !entry.contains("slf4j-simple"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
