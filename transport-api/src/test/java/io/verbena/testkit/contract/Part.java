// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import io.verbena.testkit.Scene;
import io.verbena.testkit.TransportUnderTest;

/** What every part of the contract has. */
public interface Part {
    /**
     * What the current test is played on; new for each test.
     *
     * @return the scene.
     */
    Scene scene();

    /**
     * The transport that is tested.
     *
     * @return the transport.
     */
    default TransportUnderTest transport() {
        return scene().transport();
    }
}
