// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.verbena.EventReason;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whatever fails of RDMA while a session is set up, and at whichever end, the session is
 * established, in time, and says why it is carried by what carries it.
 */
@ExtendWith(Leaks.class)
class FakeAutoFallbackTest {
    private static final AtomicInteger PORTS = new AtomicInteger(40_000);
    private static final String UPGRADED = "fake (beside mem)";
    private static final long LIMIT_MS = 1100;

    /** Called all the time, and not only to set up. */
    private static final Set<String> PERPETUAL = Set.of("poll", "cmEvent", "asyncEvent");

    private record AutoFake() implements TransportUnderTest {
        @Override
        public URI listenUri() {
            return URI.create(
                    "%s://verbs:%d"
                            .formatted(AutoFakeTransportProvider.SCHEME, PORTS.incrementAndGet()));
        }

        @Override
        public URI nobodyUri() {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public Wire wire(final URI portal) {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public long quietNs() {
            return 200_000;
        }
    }

    /** A fabric, a portal, and a client. */
    private static final class World implements AutoCloseable {
        final FakeFabric fabric =
                FakeTransportProvider.reset(EnumSet.allOf(Extension.class), RdmaOptions.DEFAULT);
        final Scene scene = new Scene(new AutoFake());
        private Pair pair;

        void listen() {
            pair = scene.pair().pools(8, 20_000).listening();
        }

        void connect() {
            final long startNs = scene.clock().getAsLong();
            pair.connect();
            for (int ms = 0; ms < 3000 && !isSettled(); ms++) {
                scene.passMs(1);
            }
            assertThat(pair.client.closed()).isNull();
            assertThat(pair.client.isEstablished()).isTrue();
            assertThat(TimeUnit.NANOSECONDS.toMillis(scene.clock().getAsLong() - startNs))
                    .isLessThan(LIMIT_MS);
        }

        private boolean isSettled() {
            return pair.client.isEstablished() || pair.client.isClosed();
        }

        String carriedBy() {
            return pair.session().transportDetail();
        }

        long listenerFailures() {
            return pair.serverQueue.counters().listenerFailures();
        }

        void assertWorks() {
            pair.roundTrip(10);
            pair.roundTrip(20_000);
            assertThat(pair.serverSession().transport()).isEqualTo(pair.session().transport());
            pair.session().close();
            pair.untilClosed();
            pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        }

        @Override
        public void close() throws Exception {
            fabric.script().clear();
            scene.close();
            fabric.assertNothingLeft();
        }
    }

    private static Set<String> verbsThatThrow() {
        return Arrays.stream(Verbs.class.getMethods())
                .filter(m -> Arrays.asList(m.getExceptionTypes()).contains(IOException.class))
                .map(Method::getName)
                .filter(verb -> !PERPETUAL.contains(verb))
                .collect(Collectors.toSet());
    }

    @TestFactory
    Stream<DynamicTest> eachVerbFailsAtEachOfItsCalls() throws Exception {
        final Map<String, Integer> counts;
        try (World clean = new World()) {
            clean.fabric.script().count();
            clean.listen();
            clean.connect();
            counts = new TreeMap<>(clean.fabric.script().counted());
            assertThat(clean.carriedBy()).isEqualTo(UPGRADED);
            clean.assertWorks();
        }
        counts.keySet().retainAll(verbsThatThrow());
        assertThat(counts).containsKeys("createId", "connect", "accept", "createQueuePair");
        return counts.entrySet().stream()
                .flatMap(
                        each ->
                                IntStream.rangeClosed(1, each.getValue())
                                        .mapToObj(
                                                nth ->
                                                        dynamicTest(
                                                                "%s fails, call %d"
                                                                        .formatted(
                                                                                each.getKey(), nth),
                                                                () -> fail(each.getKey(), nth))));
    }

    private static void fail(final String verb, final int nth) throws Exception {
        try (World world = new World()) {
            world.fabric.script().failNth(verb, nth, "Cannot allocate memory");
            world.listen();
            world.connect();
            if (!world.carriedBy().equals(UPGRADED)) {
                assertThat(world.carriedBy()).startsWith("mem (fake: ");
            }
            world.assertWorks();
        }
    }

    @Test
    void memoryThatCanNotBeLockedIsTold() throws Exception {
        try (World world = new World()) {
            world.listen();
            world.fabric.script().failNext("createQueuePair", "Cannot allocate memory");
            world.connect();

            assertThat(world.carriedBy()).startsWith("mem (fake: ").contains("memory");
            world.assertWorks();
        }
    }

    @Test
    void aPortalWhoseDeviceWasRemovedGoesOnAndTellsWhy() throws Exception {
        AutoFakeTransportProvider.dataHost = "10.0.0.1";
        try (World world = new World()) {
            world.listen();
            world.fabric.removeDevice("fake0");
            world.scene.until("it is told", () -> world.listenerFailures() == 1);
            world.connect();

            assertThat(world.carriedBy())
                    .startsWith("mem (fake: ")
                    .contains("the RDMA device was removed");
            world.assertWorks();
        } finally {
            AutoFakeTransportProvider.dataHost = "0.0.0.0";
        }
    }
}
