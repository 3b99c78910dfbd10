// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.story.StoryTest;

/** Stories, over TCP. */
class TcpStoryTest extends StoryTest {
    @Override
    protected TransportUnderTest transport(final long seed) {
        return new TcpContractTest();
    }

    @Override
    protected int count() {
        return 40;
    }
}
