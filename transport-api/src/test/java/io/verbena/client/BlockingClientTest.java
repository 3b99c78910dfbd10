// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static io.verbena.client.ClientWorld.bytes;
import static io.verbena.client.ClientWorld.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.AsyncClient;
import io.verbena.BlockingClient;
import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.SessionClosedException;
import io.verbena.VerbenaException;
import io.verbena.testkit.Leaks;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A {@link BlockingClient} waits, never longer than it says, and leaves nothing behind. */
class BlockingClientTest {
    static {
        ClientWorld.warmUp();
    }

    private static final Duration SOON = Duration.ofMillis(50);

    @RegisterExtension final Leaks leaks = new Leaks();

    @Test
    void aCallReturnsItsResponse() {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri.toString())) {
            final ByteBuffer request = bytes("hello");
            final ByteBuffer response = client.call(request);
            assertThat(text(response)).isEqualTo("hello");
            assertThat(response.isReadOnly()).isTrue();
            assertThat(request.remaining()).isEqualTo(5);
            assertThat(text(client.call(bytes("again"), Duration.ofSeconds(10))))
                    .isEqualTo("again");
            assertThat(client.uri()).isEqualTo(world.uri);
        }
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    void itsEventQueueIdlesAsTheOptionsSay(final IdlePolicy policy) {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client =
                        BlockingClient.connect(
                                world.uri, ClientOptions.defaults().withIdlePolicy(policy))) {
            assertThat(text(client.call(bytes("x")))).isEqualTo("x");
        }
    }

    @Test
    void itHasOneDaemonThreadOfItsNameWhichEndsWithIt() {
        try (ClientWorld world = new ClientWorld()) {
            final BlockingClient client = BlockingClient.connect(world.uri);
            final Thread thread = clientThread();
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.getName()).matches("verbena-client-\\d+");
            client.close();
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void aThousandCallsOfSixteenThreadsEachReturnTheirOwnResponse() throws Exception {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri)) {
            final List<Callable<Void>> callers = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                final int thread = t;
                callers.add(
                        () -> {
                            for (int i = 0; i < 63; i++) {
                                final String mine = thread + "/" + i;
                                assertThat(text(client.call(bytes(mine)))).isEqualTo(mine);
                            }
                            return null;
                        });
            }
            runAll(16, callers);
        }
    }

    @Test
    void moreThreadsThanTurnsWaitForTheirs() throws Exception {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client =
                        BlockingClient.connect(
                                world.uri,
                                ClientOptions.defaults().withConcurrency(1).withMaxWaiting(0))) {
            final List<Callable<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                final String mine = "call " + i;
                callers.add(
                        () -> {
                            assertThat(text(client.call(bytes(mine)))).isEqualTo(mine);
                            return null;
                        });
            }
            runAll(8, callers);
        }
    }

    @Test
    void aCallThatIsNotAnsweredInTimeFailsAndTheClientLives() {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client =
                        BlockingClient.connect(
                                world.uri,
                                ClientOptions.defaults()
                                        .withConcurrency(1)
                                        .withMaxWaiting(0)
                                        .withTimeoutNs(SOON.toNanos()))) {
            world.hold();
            assertFails(() -> client.call(bytes("x")), EventReason.DEADLINE_EXCEEDED);
            // While the message is in quarantine, the next one waits, no longer than it says.
            assertFails(() -> client.call(bytes("y"), SOON), EventReason.DEADLINE_EXCEEDED);
            world.answerAll();
            assertThat(text(client.call(bytes("z"), Duration.ofSeconds(20)))).isEqualTo("z");
        }
    }

    @Test
    void aFailureTellsTheCallersPlaceAndTheReason() {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri)) {
            world.server.run(
                    () -> world.handler.whenRequest((session, msg) -> session.discardRequest(msg)));
            final VerbenaException failure =
                    assertFails(() -> client.call(bytes("x")), EventReason.DISCARDED);
            assertThat(failure.getStackTrace())
                    .extracting(StackTraceElement::getClassName)
                    .contains(BlockingClientTest.class.getName());
            assertFails(
                    () -> client.call(ByteBuffer.allocate(1 << 20)), EventReason.REQUEST_TOO_LARGE);
            assertThatThrownBy(() -> client.call(bytes("x"), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ---- no session

    @Test
    void connectTellsWhyThereIsNoSession() {
        assertFails(() -> BlockingClient.connect("mem://nobody"), EventReason.REFUSED);
        assertThatThrownBy(() -> BlockingClient.connect("nonsense://x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> BlockingClient.connect("x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                BlockingClient.connect(
                                        URI.create("mem://x"),
                                        ClientOptions.defaults()
                                                .withConcurrency(1 << 20)
                                                .withMaxResponseBytes(1 << 20)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connectTellsWithWhatTheServerHasRejectedIt() {
        try (ClientWorld world = new ClientWorld(request -> request.reject(7, "try shard 4"))) {
            assertThat(assertFails(() -> BlockingClient.connect(world.uri), EventReason.REJECTED))
                    .hasMessageContaining("code 7")
                    .hasMessageContaining("try shard 4");
        }
    }

    @Test
    void connectWaitsNoLongerThanItsOptionsSay() {
        final ConnectOptions connect = ConnectOptions.defaults();
        try (ClientWorld world = new ClientWorld(request -> {})) {
            assertFails(
                    () -> connect(world, connect.withHelloTimeoutNs(SOON.toNanos())),
                    EventReason.HELLO_TIMEOUT);
            world.faults().holdConnects(true);
            assertFails(
                    () -> connect(world, connect.withConnectTimeoutNs(SOON.toNanos())),
                    EventReason.CONNECT_TIMEOUT);
            world.faults().holdConnects(false);
        }
    }

    private static BlockingClient connect(final ClientWorld world, final ConnectOptions options) {
        return BlockingClient.connect(world.uri, ClientOptions.defaults().withConnect(options));
    }

    // ---- interrupts

    @Test
    void anInterruptEndsTheCallAndStaysSetAndTheClientLives() throws Exception {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri)) {
            world.hold();
            final AtomicReference<Boolean> statusKept = new AtomicReference<>();
            final AtomicReference<Throwable> thrown = new AtomicReference<>();
            final Thread caller =
                    new Thread(
                            () -> {
                                try {
                                    client.call(bytes("x"));
                                } catch (final VerbenaException e) {
                                    thrown.set(e);
                                }
                                statusKept.set(Thread.currentThread().isInterrupted());
                            });
            caller.start();
            world.awaitRequests(1);
            caller.interrupt();
            caller.join(TimeUnit.SECONDS.toMillis(20));

            assertThat(thrown.get()).hasCauseInstanceOf(InterruptedException.class);
            assertThat(statusKept.get()).isTrue();
            world.answerAll();
            assertThat(text(client.call(bytes("y")))).isEqualTo("y");
        }
    }

    @Test
    void aThreadThatIsInterruptedAlreadyDoesNotCallOrConnect() {
        try (ClientWorld world = new ClientWorld();
                BlockingClient client = BlockingClient.connect(world.uri)) {
            final List<ThrowingCallable> blocking =
                    List.of(() -> client.call(bytes("x")), () -> BlockingClient.connect(world.uri));
            for (final ThrowingCallable each : blocking) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(each).hasCauseInstanceOf(InterruptedException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(text(client.call(bytes("y")))).isEqualTo("y");
            assertThat(world.handler.requests()).isEqualTo(1);
        }
    }

    @Test
    void aCloseThatIsInterruptedReturnsAndTheRestHappensWithoutIt() {
        try (ClientWorld world = new ClientWorld()) {
            final BlockingClient client = BlockingClient.connect(world.uri);
            final Thread thread = clientThread();
            Thread.currentThread().interrupt();
            client.close();
            assertThat(Thread.interrupted()).isTrue();
            await().until(() -> !thread.isAlive());
        }
    }

    // ---- the end

    @Test
    void closingWaitsForWhatIsUnderWayAndRefusesTheRest() throws Exception {
        final ExecutorService executor = Executors.newFixedThreadPool(2);
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final BlockingClient client = BlockingClient.connect(world.uri);
            final Future<String> underWay =
                    executor.submit(() -> text(client.call(bytes("under way"))));
            world.awaitRequests(1);
            final Future<?> closing = executor.submit(client::close);
            await().until(() -> !client.isOpen());
            assertThat(assertFails(() -> client.call(bytes("x")), EventReason.CLOSED_BY_SELF))
                    .isInstanceOf(SessionClosedException.class);
            world.answerAll();

            assertThat(underWay.get(20, TimeUnit.SECONDS)).isEqualTo("under way");
            assertThat(closing.get(20, TimeUnit.SECONDS)).isNull();
        } finally {
            end(executor);
        }
    }

    @Test
    void aCallThatIsNeverAnsweredDoesNotKeepTheClientFromClosing() throws Exception {
        final ExecutorService executor = Executors.newFixedThreadPool(1);
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final BlockingClient client =
                    BlockingClient.connect(world.uri, ClientWorld.closeTimeoutMs(100));
            final Future<VerbenaException> call =
                    executor.submit(
                            () -> assertFails(() -> client.call(bytes("x")), EventReason.FLUSHED));
            world.awaitRequests(1);
            client.close();
            assertThat(call.get(20, TimeUnit.SECONDS)).hasMessageContaining("CLOSE_TIMEOUT");
        } finally {
            end(executor);
        }
    }

    @Test
    void itMayBeClosedTwiceAndByManyThreadsAtOnce() throws Exception {
        try (ClientWorld world = new ClientWorld()) {
            final BlockingClient client = BlockingClient.connect(world.uri);
            final List<Callable<Void>> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closers.add(
                        () -> {
                            client.close();
                            return null;
                        });
            }
            runAll(4, closers);
            client.close();
            assertFails(() -> client.call(bytes("x")), EventReason.CLOSED_BY_SELF);
        }
    }

    @Test
    void whenTheServerDiesThreadAndMemoryAreReleasedWithoutAClose() {
        try (ClientWorld world = new ClientWorld()) {
            final BlockingClient client = BlockingClient.connect(world.uri);
            final Thread thread = clientThread();
            world.die();
            await().until(() -> !thread.isAlive());
            assertThat(client.isOpen()).isFalse();
            assertFails(() -> client.call(bytes("x")), EventReason.TRANSPORT_ERROR);
        }
    }

    // ---- over an AsyncClient

    @Test
    void overAnAsyncClientItCallsOnItsEventQueueAndClosesIt() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient async = world.connect();
            try (BlockingClient client = BlockingClient.over(async)) {
                assertThat(text(client.call(bytes("x")))).isEqualTo("x");
            }
            assertThat(async.isOpen()).isFalse();
            assertThat(async.closed()).isDone();
            assertThat(world.client.queue().isClosed()).isFalse();
        }
    }

    @Test
    void aCallThatWouldWaitForItselfIsRefused() {
        try (ClientWorld world = new ClientWorld()) {
            final BlockingClient client = BlockingClient.over(world.connect());
            world.client.run(
                    () ->
                            assertThatThrownBy(() -> client.call(bytes("x")))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("AsyncClient"));
            assertThat(text(client.call(bytes("y")))).isEqualTo("y");
            world.client.run(client::close);
        }
    }

    private static VerbenaException assertFails(
            final ThrowingCallable call, final EventReason reason) {
        final VerbenaException failure = catchThrowableOfType(VerbenaException.class, call);
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).as("reason of %s", failure).isEqualTo(reason);
        return failure;
    }

    private static Thread clientThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("verbena-client-"))
                .reduce(
                        (a, b) -> {
                            throw new AssertionError("two threads: " + a + " and " + b);
                        })
                .orElseThrow();
    }

    private static void runAll(final int threads, final List<Callable<Void>> tasks)
            throws Exception {
        final ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (final Future<Void> each : executor.invokeAll(tasks, 40, TimeUnit.SECONDS)) {
                assertThat(each.get()).isNull();
            }
        } finally {
            end(executor);
        }
    }

    private static void end(final ExecutorService executor) throws InterruptedException {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
}
