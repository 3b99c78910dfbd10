// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.story.StoryTest;

/** Stories, in memory. */
class MemStoryTest extends StoryTest {
    @Override
    protected TransportUnderTest transport(final long seed) {
        return new MemUnderTest();
    }

    @Override
    protected int count() {
        return 300;
    }
}
