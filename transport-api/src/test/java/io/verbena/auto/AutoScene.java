// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.Scene;
import io.verbena.testkit.mem.FastMemTransportProvider;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A scene with {@code auto+mem}, for tests of what only it does. */
@ExtendWith(Leaks.class)
abstract class AutoScene {
    static final String UPGRADED = "mem (beside mem)";

    Scene scene;

    @BeforeEach
    final void setTheScene() {
        AutoMemTransportProvider.CLOCK.set(0);
        scene = new Scene(new AutoMem(faults -> {}));
    }

    @AfterEach
    final void clearTheScene() throws Exception {
        scene.close();
        MemNetwork.reset();
        FastMemTransportProvider.missing(null);
        AutoMemTransportProvider.strangers(false);
    }

    /** A client and a server who agree that a second is enough. */
    PairSpec pair() {
        return scene.pair()
                .connect(options -> options.withUpgradeTimeoutNs(1_000_000_000L))
                .portal(options -> options.withUpgradeTimeoutNs(2_000_000_000L));
    }

    static MemFaults control(final Pair pair) {
        return AutoMem.controlFaults(pair.portal.uri());
    }

    static MemFaults data(final Pair pair) {
        return AutoMem.dataFaults(pair.portal.uri());
    }

    /** What a session is to be called that does without the fast transport. */
    static String without(final String why) {
        return "mem (fastmem: " + why + ")";
    }
}
