// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.Random;

/** How long things take, in steps: polls and rounds of waiting. */
final class Dice {
    private Random random;
    private int most;

    void roll(final long seed, final int mostSteps) {
        random = mostSteps == 0 ? null : new Random(seed);
        most = mostSteps;
    }

    /** Steps until a completion shows. */
    int steps() {
        return random == null ? 0 : random.nextInt(most + 1);
    }

    /** Does what is posted wait for another step? */
    boolean later() {
        return random != null && random.nextInt(most + 1) != 0;
    }
}
