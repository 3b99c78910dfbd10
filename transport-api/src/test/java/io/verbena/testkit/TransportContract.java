// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.testkit.contract.AuthenticationContract;
import io.verbena.testkit.contract.BackPressureContract;
import io.verbena.testkit.contract.CloseContract;
import io.verbena.testkit.contract.DeadlineContract;
import io.verbena.testkit.contract.EventQueueCloseContract;
import io.verbena.testkit.contract.FailureContract;
import io.verbena.testkit.contract.ForwardContract;
import io.verbena.testkit.contract.LimitContract;
import io.verbena.testkit.contract.LivenessContract;
import io.verbena.testkit.contract.LoopContract;
import io.verbena.testkit.contract.MessageContract;
import io.verbena.testkit.contract.MoveContract;
import io.verbena.testkit.contract.OrderContract;
import io.verbena.testkit.contract.PolicyContract;
import io.verbena.testkit.contract.PoolContract;
import io.verbena.testkit.contract.PortalContract;
import io.verbena.testkit.contract.RelayContract;
import io.verbena.testkit.contract.TaskContract;
import io.verbena.testkit.contract.ThreadsContract;
import io.verbena.testkit.contract.UriContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite that every transport must pass: a test for each guarantee. A transport's subclass says
 * where to listen and how to harm a link; each test ends with {@link Leaks}.
 */
@ExtendWith(Leaks.class)
public abstract class TransportContract
        implements TransportUnderTest,
                AuthenticationContract,
                BackPressureContract,
                CloseContract,
                DeadlineContract,
                EventQueueCloseContract,
                FailureContract,
                ForwardContract,
                LimitContract,
                LivenessContract,
                LoopContract,
                MessageContract,
                MoveContract,
                OrderContract,
                PolicyContract,
                PoolContract,
                PortalContract,
                RelayContract,
                TaskContract,
                ThreadsContract,
                UriContract {
    private Scene scene;

    @BeforeEach
    final void setTheScene() {
        scene = new Scene(this);
    }

    @AfterEach
    final void clearTheScene() throws Exception {
        scene.close();
    }

    @Override
    public final Scene scene() {
        return scene;
    }

    @Override
    public final TransportUnderTest transport() {
        return this;
    }
}
