// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.Leaks;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TransportUnderTest;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test on real verbs, with a scene of its own. */
@Tag("rdma")
@ExtendWith(Leaks.class)
abstract class RealTest {
    /** Patience with an emulated machine, on a host with other things to do. */
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(100);

    private Scene scene;

    @BeforeAll
    static void openTheDevices() {
        RealVerbs.get();
        if (System.getenv("VERBENA_RDMA_PEER") != null) {
            Guest.peer();
        }
    }

    @BeforeEach
    final void newScene() {
        scene = new Scene(new RealTransport(RealVerbs.address()));
    }

    @AfterEach
    final void closeScene() throws Exception {
        scene.close();
    }

    /** What the test is played on, at the first device's address. */
    final Scene scene() {
        return scene;
    }

    /** Plays at another address. */
    final void playAt(final String address) {
        scene = new Scene(new RealTransport(address));
    }

    /** Plays on another transport. */
    final void playAt(final TransportUnderTest transport) {
        scene = new Scene(transport);
    }

    final PairSpec pair() {
        return scene.pair();
    }

    /** A pair on the real clock, whose timers are real. */
    final PairSpec livePair() {
        return scene.pair()
                .serverQueue(options -> scene.realTimeOptions())
                .clientQueue(options -> scene.realTimeOptions());
    }

    /** Runs the scene until something is so. */
    final void until(final String what, final BooleanSupplier condition) {
        scene.until(what, condition, LIMIT_NS);
    }
}
