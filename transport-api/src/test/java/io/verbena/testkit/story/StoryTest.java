// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.testkit.TransportUnderTest;
import org.junit.jupiter.api.Test;

/** Random stories over one transport. */
public abstract class StoryTest {
    /**
     * The transport.
     *
     * @param seed the story's; whatever else is random about the transport is to follow from it.
     * @return what the story is played over.
     */
    protected abstract TransportUnderTest transport(long seed);

    /**
     * How many stories there are to be.
     *
     * @return their number.
     */
    protected abstract int count();

    /**
     * Stories that have gone wrong once, and are played at each run.
     *
     * @return their seeds.
     */
    protected long[] lessons() {
        return new long[0];
    }

    @Test
    final void whatWentWrongOnceDoesNotAgain() {
        Stories.replay(this::transport, lessons());
    }

    @Test
    final void whateverHappensTheGuaranteesHold() {
        Stories.play(this::transport, count());
    }
}
