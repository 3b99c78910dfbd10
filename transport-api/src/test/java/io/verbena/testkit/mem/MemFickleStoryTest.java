// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.story.StoryTest;
import java.util.SplittableRandom;

/** Stories, over links that each have their own quirks. */
class MemFickleStoryTest extends StoryTest {
    private static final int LATEST_NS = 3_000_000;

    @Override
    protected TransportUnderTest transport(final long seed) {
        final SplittableRandom random = new SplittableRandom(~seed);
        return new MemUnderTest(faults -> quirks(faults, random));
    }

    private static void quirks(final MemFaults faults, final SplittableRandom random) {
        for (final Direction direction : Direction.values()) {
            if (random.nextBoolean()) {
                faults.delay(direction, random.nextInt(LATEST_NS));
            }
            if (random.nextBoolean()) {
                faults.capacity(direction, 1 + random.nextInt(8), 1 + random.nextInt(8192));
            }
            if (random.nextBoolean()) {
                faults.hold(direction, 1 + random.nextInt(1000));
            }
            if (random.nextBoolean()) {
                faults.split(direction, 30 + random.nextInt(5000));
            }
            if (random.nextInt(4) == 0 && faults.isAlias()) {
                faults.cutAtFrame(direction, 1 + random.nextInt(60));
            }
        }
        faults.deliverInResume(random.nextBoolean()).tellSentLate(random.nextBoolean());
    }

    @Override
    protected int count() {
        return 300;
    }
}
