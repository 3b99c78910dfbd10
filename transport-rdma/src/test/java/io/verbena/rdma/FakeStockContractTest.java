// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.rdma.verbs.Extension;
import io.verbena.testkit.Pair;
import io.verbena.testkit.contract.AuthenticationContract;
import io.verbena.testkit.contract.ForwardContract;
import io.verbena.testkit.contract.ThreadsContract;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The contract, with a libdisni that has none of our extensions: but for forwarding, as it can't
 * move an id from one event queue's channel to another's.
 */
@ExtendWith(FakeStockContractTest.WithoutForwarding.class)
class FakeStockContractTest extends FakeContractTest {
    @Override
    Set<Extension> extensions() {
        return EnumSet.noneOf(Extension.class);
    }

    /** Leaves out what forwards. */
    static final class WithoutForwarding implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(
                final ExtensionContext context) {
            return context.getTestMethod().filter(WithoutForwarding::forwards).isPresent()
                    ? ConditionEvaluationResult.disabled("a stock libdisni can't forward")
                    : ConditionEvaluationResult.enabled("nothing is forwarded");
        }

        private static boolean forwards(final Method test) {
            return test.getDeclaringClass() == ForwardContract.class
                    || (test.getDeclaringClass() == AuthenticationContract.class
                            && test.getName().startsWith("aSessionIsForwarded"))
                    || (test.getDeclaringClass() == ThreadsContract.class
                            && test.getName()
                                    .equals(
                                            "sessionsComeAndGoOnManyThreadsAndEveryRequestEndsOnce"));
        }
    }

    @Override
    RdmaOptions options() {
        return new RdmaOptions(64, 32, 4, 64, 4096);
    }

    @Test
    void aSessionThatIsForwardedEnds() {
        final ServerPortal worker =
                ServerPortal.worker(scene().queue(), request -> {}, PortalOptions.defaults());
        final Pair pair =
                scene().pair().decides((self, request) -> request.forward(worker)).connecting();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().reason()).isEqualTo(EventReason.TRANSPORT_ERROR);
    }
}
