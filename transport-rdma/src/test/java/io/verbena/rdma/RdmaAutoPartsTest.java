// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.Leaks;
import io.verbena.testkit.Scene;
import io.verbena.testkit.contract.AuthenticationContract;
import io.verbena.testkit.contract.CloseContract;
import io.verbena.testkit.contract.OrderContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Those parts of the contract in which the two links of a session have most to do with each other:
 * the order of what went by the one and goes by the other, proofs, ends. The whole of it takes too
 * long for each build: {@link RdmaAutoContractTest}.
 */
@Tag("rdma")
@ExtendWith(Leaks.class)
class RdmaAutoPartsTest implements AuthenticationContract, CloseContract, OrderContract {
    private final RdmaAutoContractTest transport = new RdmaAutoContractTest();
    private Scene scene;

    @BeforeAll
    static void openTheDevice() {
        RealVerbs.get();
    }

    @BeforeEach
    void setTheScene() {
        transport.newDetour();
        scene = new Scene(transport);
    }

    @AfterEach
    void clearTheScene() throws Exception {
        scene.close();
    }

    @Override
    public Scene scene() {
        return scene;
    }

    /** No test here: hundreds of handshakes over both links take an emulated machine very long. */
    @Override
    public void twoHundredSessionsLiveOnOneEventQueue() {}
}
