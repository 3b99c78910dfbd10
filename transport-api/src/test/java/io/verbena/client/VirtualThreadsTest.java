// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static io.verbena.client.ClientWorld.bytes;
import static io.verbena.client.ClientWorld.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.BlockingClient;
import io.verbena.ClientOptions;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.VirtualThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A {@link BlockingClient} on virtual threads, where the JDK has them. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    static {
        ClientWorld.warmUp();
    }

    private static final int CALLERS = 1000;

    @RegisterExtension final Leaks leaks = new Leaks();

    @Test
    void aThousandCallsOfVirtualThreadsEachReturnTheirOwnResponse() throws Exception {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri)) {
            callFromThemAll(world, client, CALLERS);
        }
    }

    /**
     * Far more callers than there are carriers wait at the same time, and the server answers none
     * of them before the first 64 (its messages) have asked: a call that pinned its carrier would
     * keep the others from asking.
     */
    @Test
    void aThreadThatWaitsDoesNotPinItsCarrier() throws Exception {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client =
                        BlockingClient.connect(
                                world.uri,
                                ClientOptions.defaults().withConcurrency(64).withMaxWaiting(0))) {
            world.hold();
            callFromThemAll(world, client, 64);
        }
    }

    private static void callFromThemAll(
            final ClientWorld world, final BlockingClient client, final int requestsToHold)
            throws Exception {
        final ExecutorService executor = VirtualThreads.executor();
        try {
            final List<Future<Void>> calls = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                calls.add(executor.submit(caller(client, "call " + i)));
            }
            world.awaitRequests(requestsToHold);
            world.answerAll();
            for (final Future<Void> call : calls) {
                assertThat(call.get(30, TimeUnit.SECONDS)).isNull();
            }
        } finally {
            executor.shutdownNow();
            assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Callable<Void> caller(final BlockingClient client, final String mine) {
        return () -> {
            assertThat(text(client.call(bytes(mine)))).isEqualTo(mine);
            return null;
        };
    }
}
