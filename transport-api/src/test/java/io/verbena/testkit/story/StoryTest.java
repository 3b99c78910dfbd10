// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.testkit.TransportUnderTest;
import org.junit.jupiter.api.Test;

/** Random stories over one transport. */
public abstract class StoryTest {
    /**
     * The transport.
     *
     * @return what stories are played over.
     */
    protected abstract TransportUnderTest transport();

    /**
     * How many stories there are to be.
     *
     * @return their number.
     */
    protected abstract int count();

    @Test
    final void whateverHappensTheGuaranteesHold() {
        Stories.play(transport(), count());
    }
}
