// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("What fuzzing has found so far, and what it begins with")
class CorpusTest {
    private static final long MOST_BYTES = 200 * 1024;

    @TestFactory
    Stream<DynamicNode> isBorneByEachTarget() {
        return Stream.of(Target.values())
                .map(
                        target ->
                                DynamicContainer.dynamicContainer(
                                        target.label(),
                                        Stream.of(
                                                DynamicTest.dynamicTest(
                                                        "saved",
                                                        () ->
                                                                Corpus.saved(target)
                                                                        .forEach(target::attack)),
                                                DynamicTest.dynamicTest(
                                                        "seeds",
                                                        () ->
                                                                target.seeds()
                                                                        .forEach(
                                                                                target::attack)))));
    }

    @Test
    void isSmallEnoughForARepository() {
        assertThat(Corpus.bytes()).isBetween(1L, MOST_BYTES);
    }
}
