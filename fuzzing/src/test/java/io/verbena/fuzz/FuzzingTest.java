// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short look at what a long one is for: ./fuzz --help. */
@DisplayName("Coverage-guided fuzzing")
class FuzzingTest {
    private static final int SECONDS = 15;

    @TempDir Path directory;

    @Test
    void findsNothingInSomeSecondsFromTheSavedCorpus() throws IOException {
        final Path corpus = Files.createDirectory(directory.resolve("corpus"));
        int inputs = 0;
        for (final Target target : Target.values()) {
            for (final byte[] input : Corpus.saved(target)) {
                Files.write(corpus.resolve("" + inputs++), EveryTarget.input(target, input));
            }
        }
        final FuzzerRun.Outcome outcome =
                FuzzerRun.ofAll(directory.resolve("work"))
                        .fuzz(java.util.List.of(corpus), SECONDS, run -> {});

        assertThat(outcome.findings()).as("%s", outcome.output()).isEmpty();
        // All that is saved, and then some.
        assertThat(outcome.executions()).as("%s", outcome.output()).isGreaterThan(inputs);
        assertThat(outcome.coverage()).as("%s", outcome.output()).isPositive();
    }
}
