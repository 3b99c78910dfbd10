// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.testkit.Pump;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
final class Wait {
    private Wait() {}

    /** Returns when it is so; fails if it isn't in time. */
    static void until(final String what, final BooleanSupplier condition) {
        new Pump().until(what, condition);
    }
}
