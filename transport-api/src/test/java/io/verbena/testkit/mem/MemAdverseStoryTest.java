// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.story.StoryTest;

/** Stories, over links that make use of all that the SPI lets a transport do. */
class MemAdverseStoryTest extends StoryTest {
    @Override
    protected TransportUnderTest transport(final long seed) {
        return new MemUnderTest(MemUnderTest::adverse);
    }

    @Override
    protected int count() {
        return 300;
    }
}
