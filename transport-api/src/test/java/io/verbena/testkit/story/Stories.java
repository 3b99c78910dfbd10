// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.testkit.Leaks;
import io.verbena.testkit.TransportUnderTest;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * Plays many stories. {@code -Dverbena.story.seed=} plays one again; {@code -Dverbena.story.count=}
 * says how many it shall be instead.
 */
public final class Stories {
    private static final int STEPS = 120;

    private Stories() {}

    /**
     * Plays stories: half of them the same at each run, half of them new ones.
     *
     * @param transport what the story of a seed is played over.
     * @param count how many.
     */
    public static void play(final LongFunction<TransportUnderTest> transport, final int count) {
        final String seed = System.getProperty("verbena.story.seed");
        if (seed != null) {
            play(transport, Long.decode(seed));
            return;
        }
        final int many = Integer.getInteger("verbena.story.count", count);
        final SplittableRandom random = new SplittableRandom();
        for (int i = 0; i < many; i++) {
            play(transport, i % 2 == 0 ? i / 2 : random.nextLong());
        }
    }

    /**
     * Plays certain stories.
     *
     * @param transport what the story of a seed is played over.
     * @param seeds which.
     */
    public static void replay(
            final LongFunction<TransportUnderTest> transport, final long... seeds) {
        for (final long seed : seeds) {
            play(transport, seed);
        }
    }

    private static void play(final LongFunction<TransportUnderTest> transport, final long seed) {
        final Leaks leaks = new Leaks();
        leaks.begin();
        try {
            Story.play(transport.apply(seed), Script.of(seed, STEPS));
            leaks.check();
        } catch (final AssertionError e) {
            throw new AssertionError(
                    "story %d went wrong; play it again with -Dverbena.story.seed=%d: %s"
                            .formatted(seed, seed, e.getMessage()),
                    e);
        }
    }
}
