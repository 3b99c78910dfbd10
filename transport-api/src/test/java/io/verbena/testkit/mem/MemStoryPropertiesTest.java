// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.Leaks;
import io.verbena.testkit.story.Script;
import io.verbena.testkit.story.Script.Cast;
import io.verbena.testkit.story.Step;
import io.verbena.testkit.story.Step.Action;
import io.verbena.testkit.story.Story;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Stories made of steps one by one, so that one which goes wrong shrinks to its essence. */
class MemStoryPropertiesTest {
    @Property(tries = 150)
    void whateverHappensTheGuaranteesHold(@ForAll("scripts") final Script script) {
        play(new MemUnderTest(), script);
    }

    @Property(tries = 150)
    void whateverHappensOverAdverseLinksTheGuaranteesHold(@ForAll("scripts") final Script script) {
        play(new MemUnderTest(MemUnderTest::adverse), script);
    }

    private static void play(final MemUnderTest transport, final Script script) {
        final Leaks leaks = new Leaks();
        leaks.begin();
        try {
            Story.play(transport, script);
        } finally {
            MemNetwork.reset();
        }
        leaks.check();
    }

    @Provide
    Arbitrary<Script> scripts() {
        final Arbitrary<Cast> casts =
                Combinators.combine(
                                Arbitraries.integers().between(1, 2),
                                Arbitraries.integers().between(1, 100),
                                Arbitraries.integers().between(1, 20),
                                Arbitraries.of(64, 512, 513, 5000),
                                Arbitraries.of(1, 2, 16, 1024),
                                Arbitraries.of(1, 16, 65536),
                                Arbitraries.of(true, false),
                                Arbitraries.of(true, false))
                        .as(Cast::new);
        final Arbitrary<Step> steps =
                Combinators.combine(
                                Arbitraries.of(Action.values()),
                                Arbitraries.integers().between(0, 31),
                                Arbitraries.integers().between(0, 199))
                        .as(Step::new);
        return Combinators.combine(casts, steps.list().ofMaxSize(80)).as(this::script);
    }

    private Script script(final Cast cast, final List<Step> steps) {
        final List<Step> all = new ArrayList<>();
        all.add(new Step(Action.CONNECT, 0, 0));
        all.addAll(steps);
        return new Script(cast, all);
    }
}
