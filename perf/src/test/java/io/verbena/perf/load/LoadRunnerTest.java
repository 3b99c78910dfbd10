// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.IdlePolicy;
import io.verbena.PortalOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class LoadRunnerTest {
    private static final URI ANY_PORT = URI.create("tcp://127.0.0.1:0");
    private static final long MS = 1_000_000;

    @Test
    void asManyTransactionsAsWereAskedForAreMeasured() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadResult result = LoadRunner.run(quick(server).count(1000).build());

            assertThat(result.count()).isEqualTo(1000);
            assertThat(result.errors()).isZero();
            assertThat(result.latenciesNs().getTotalCount()).isEqualTo(1000);
            assertThat(result.transport()).isEqualTo("tcp");
            assertThat(result.warning()).isNull();
            assertThat(result.latencyUs(50)).isPositive().isLessThanOrEqualTo(result.maxUs());
            assertThat(result.transactionsPerSecond()).isPositive();
        }
    }

    @Test
    void aDurationIsKeptTo() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadResult result =
                    LoadRunner.run(quick(server).durationNs(200 * MS).window(16).build());

            assertThat(result.elapsedNs()).isGreaterThan(150 * MS);
            assertThat(result.count()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,1,1",
        "5,5,4,2",
        "8,0,1,1",
        "64,4096,16,1",
        "4096,64,1,16",
        "64,64,64,8",
        "13,9,3,3"
    })
    void everySizeWindowAndNumberOfSessionsWorks(
            final int size, final int responseSize, final int window, final int sessions) {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadResult result =
                    LoadRunner.run(
                            quick(server)
                                    .sizes(size, responseSize)
                                    .window(window)
                                    .sessions(sessions)
                                    .count(2000)
                                    .build());

            assertThat(result.count()).isEqualTo(2000);
        }
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    void everyIdlePolicyWorksWithAndWithoutARate(final IdlePolicy policy) {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadPlan.Builder plan = quick(server).count(300).idlePolicy(policy);

            assertThat(LoadRunner.run(plan.build()).count()).isEqualTo(300);
            assertThat(LoadRunner.run(plan.rate(2000).build()).count()).isEqualTo(300);
        }
    }

    @Test
    void unixSocketsWorkToo(@TempDir final Path folder) {
        final URI uri = URI.create("unix://" + folder.resolve("s"));
        try (LoadServer server = LoadServer.start(ServePlan.small(uri))) {
            final LoadResult result = LoadRunner.run(quick(server).count(100).build());

            assertThat(result.transport()).isEqualTo("unix");
            assertThat(result.count()).isEqualTo(100);
        }
    }

    @Test
    void withARateAStallShowsInEveryRequestThatItHeldUp() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadPlan plan = quick(server).rate(1000).count(1000).window(64).build();

            final LoadResult result = runWithStall(server, plan, 300 * MS);

            // Some 300 of 1000 requests were due during the stall. Not one of them is missing, and
            // the first waited for all of it, the 200th for a third.
            assertThat(result.count()).isEqualTo(1000);
            assertThat(result.latencyUs(99.9)).isGreaterThan(250_000);
            assertThat(result.latencyUs(90)).isGreaterThan(100_000);
        }
    }

    @Test
    void withARateAStallAtTheEndIsNotLeftOut() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadPlan plan = quick(server).rate(500).durationNs(600 * MS).window(4).build();

            final LoadResult result = runWithStall(server, plan, 550 * MS);

            assertThat(result.count()).isEqualTo(300);
            assertThat(result.latencyUs(99.9)).isGreaterThan(400_000);
        }
    }

    @Test
    void aRateThatWasNotReachedIsWarnedOf() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final LoadResult result =
                    LoadRunner.run(quick(server).rate(1e9).durationNs(100 * MS).build());

            assertThat(result.rateReached()).isLessThan(1e9);
            assertThat(result.warning())
                    .startsWith("1,000,000,000 requests/s were asked for and ")
                    .contains("were never sent");
        }
    }

    @Test
    void aServerThatGoesAwayEndsTheRun() {
        final LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT));
        final LoadPlan plan = quick(server).durationNs(60_000 * MS).build();

        assertThatExceptionOfType(LoadException.class)
                .isThrownBy(() -> runAnd(plan, 1, server::close))
                .withMessageContaining(plan.uri().toString());
    }

    @Test
    void nobodyListeningEndsTheRunAndSaysWhatToDo() {
        final LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT));
        final LoadPlan plan = quick(server).count(1).build();
        server.close();

        assertThatExceptionOfType(LoadException.class)
                .isThrownBy(() -> LoadRunner.run(plan))
                .withMessageContaining("can't connect to " + plan.uri())
                .withMessageContaining("start a server there");
    }

    @Test
    void sizesThatTheServerHasNoRoomForEndTheRunAtOnce() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            assertThatExceptionOfType(LoadException.class)
                    .isThrownBy(() -> LoadRunner.run(quick(server).sizes(1 << 20, 64).build()))
                    .withMessageContaining("--in-size");
            assertThatExceptionOfType(LoadException.class)
                    .isThrownBy(() -> LoadRunner.run(quick(server).sizes(64, 1 << 20).build()))
                    .withMessageContaining("--out-size");
            assertThat(LoadRunner.run(quick(server).count(10).build()).count())
                    .as("the server lives")
                    .isEqualTo(10);
        }
    }

    @Test
    void sessionsGoRoundOverTheServersThreads() throws InterruptedException {
        final ServePlan plan =
                new ServePlan(
                        List.of(ANY_PORT),
                        3,
                        IdlePolicy.BLOCK,
                        64,
                        4096,
                        4096,
                        List.of(),
                        true,
                        PortalOptions.defaults());
        try (LoadServer server = LoadServer.start(plan)) {
            final LoadResult result = LoadRunner.run(quick(server).sessions(7).count(700).build());

            final ServeStatistics did = server.awaitEnd(); // after the last session: "once"
            assertThat(result.count()).isEqualTo(700);
            assertThat(did.sessions()).isEqualTo(7);
            assertThat(did.responses()).isEqualTo(700);
            assertThat(did.bytesIn()).isEqualTo(700 * 64);
            assertThat(did.bytesOut()).isEqualTo(700 * 64);
            assertThat(did.errors()).isZero();
        }
    }

    @Test
    void aServerMayListenInSeveralPlaces(@TempDir final Path folder) {
        final ServePlan plan =
                new ServePlan(
                        List.of(ANY_PORT, URI.create("unix://" + folder.resolve("s"))),
                        1,
                        IdlePolicy.ADAPTIVE,
                        64,
                        64,
                        64,
                        List.of(),
                        false,
                        PortalOptions.defaults());
        try (LoadServer server = LoadServer.start(plan)) {
            for (final URI uri : server.uris()) {
                final LoadPlan load = LoadPlan.to(uri).warmupNs(0).count(10).build();
                assertThat(LoadRunner.run(load).transport()).isEqualTo(uri.getScheme());
            }
        }
    }

    private static LoadPlan.Builder quick(final LoadServer server) {
        return LoadPlan.to(server.uri()).warmupNs(0);
    }

    /** Runs a plan, and keeps the server's loop from doing anything for a while, early in it. */
    private static LoadResult runWithStall(
            final LoadServer server, final LoadPlan plan, final long stallNs) {
        return runAnd(plan, 50, () -> server.eventQueue(0).execute(() -> doNothingFor(stallNs)));
    }

    private static void doNothingFor(final long ns) {
        final long endNs = System.nanoTime() + ns;
        while (System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(endNs - System.nanoTime());
        }
    }

    /**
     * Runs a plan, and does something from another thread once that many transactions have ended.
     */
    private static LoadResult runAnd(
            final LoadPlan plan, final long transactions, final Runnable disturbance) {
        try (LoadRunner runner = LoadRunner.of(plan)) {
            final Thread disturber =
                    new Thread(
                            () -> {
                                await().pollInterval(Duration.ofMillis(2))
                                        .until(() -> runner.progress() >= transactions);
                                disturbance.run();
                            });
            disturber.start();
            try {
                return runner.run();
            } finally {
                join(disturber);
            }
        }
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
