// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static io.verbena.client.ClientWorld.bytes;
import static io.verbena.client.ClientWorld.failure;
import static io.verbena.client.ClientWorld.result;
import static io.verbena.client.ClientWorld.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.verbena.AsyncClient;
import io.verbena.ClientOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.QueueOverflowException;
import io.verbena.SessionRequest;
import io.verbena.testkit.Leaks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls on an {@link AsyncClient}, and the many ways in which one ends. */
class AsyncClientTest {
    static {
        ClientWorld.warmUp();
    }

    private static final Duration SOON = Duration.ofMillis(50);

    @RegisterExtension final Leaks leaks = new Leaks();

    @Test
    void aCallIsAnsweredWithABufferOfTheCallersOwn() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            final ByteBuffer first = result(client.call(bytes("first")));
            final ByteBuffer second = result(client.call(bytes("second")));

            assertThat(text(first)).isEqualTo("first");
            assertThat(text(second)).isEqualTo("second");
            assertThat(first.isReadOnly()).isTrue();
            assertThat(first.isDirect()).isFalse();
            assertThat(first.position()).isZero();
            assertThat(first.remaining()).isEqualTo(5);
        }
    }

    @Test
    void anEmptyRequestIsAnsweredWithAnEmptyResponse() {
        try (ClientWorld world = new ClientWorld()) {
            assertThat(result(world.connect().call(ByteBuffer.allocate(0))).remaining()).isZero();
        }
    }

    @Test
    void theRequestIsCopiedBeforeCallReturns() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            final ByteBuffer request = bytes("..mine..").position(2).limit(6);
            final CompletableFuture<ByteBuffer> response = client.call(request);

            assertThat(request.position()).isEqualTo(2);
            assertThat(request.limit()).isEqualTo(6);
            request.put(2, (byte) 'X');
            assertThat(text(result(response))).isEqualTo("mine");
        }
    }

    @Test
    void aThousandCallsOfSixteenThreadsEachGetTheirOwnAnswer() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            final Queue<CompletableFuture<Void>> checks = new ConcurrentLinkedQueue<>();
            final List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                final int thread = t;
                threads.add(new Thread(() -> callAndCheck(client, thread, 63, checks)));
            }
            threads.forEach(Thread::start);
            threads.forEach(AsyncClientTest::join);

            assertThat(checks).hasSize(16 * 63);
            checks.forEach(ClientWorld::result);
        }
    }

    private static void callAndCheck(
            final AsyncClient client,
            final int thread,
            final int count,
            final Queue<CompletableFuture<Void>> checks) {
        for (int i = 0; i < count; i++) {
            final String mine = thread + "/" + i;
            checks.add(
                    client.call(bytes(mine))
                            .thenAccept(got -> assertThat(text(got)).isEqualTo(mine)));
        }
    }

    @Test
    void requestsOfOneThreadArriveInTheOrderOfItsCalls() {
        try (ClientWorld world = new ClientWorld()) {
            final List<Integer> arrived = new ArrayList<>();
            world.server.run(
                    () ->
                            world.handler.whenRequest(
                                    (session, msg) -> {
                                        arrived.add(msg.in().getInt(0));
                                        session.sendResponse(msg);
                                    }));
            final AsyncClient client = world.connect();
            final List<CompletableFuture<ByteBuffer>> calls =
                    IntStream.range(0, 500)
                            .mapToObj(i -> client.call(ByteBuffer.allocate(4).putInt(0, i)))
                            .toList();
            calls.forEach(ClientWorld::result);

            final List<Integer> seen = world.server.call(() -> List.copyOf(arrived));
            assertThat(seen).isEqualTo(IntStream.range(0, 500).boxed().toList());
        }
    }

    @Test
    void callsBeforeTheServerHasAcceptedWait() {
        final AtomicReference<SessionRequest> asked = new AtomicReference<>();
        try (ClientWorld world = new ClientWorld(asked::set)) {
            final AsyncClient client = world.connect();
            final CompletableFuture<ByteBuffer> response = client.call(bytes("early"));
            await().until(() -> asked.get() != null);
            assertThat(response).isNotDone();
            assertThat(client.established()).isNotDone();

            world.server.run(() -> assertThat(asked.get().accept(world.handler)).isNotNull());
            result(client.established());
            assertThat(text(result(response))).isEqualTo("early");
        }
    }

    @Test
    void whatDependsOnACallRunsOnTheEventQueuesThreadAndMayCallAgain() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            final CompletableFuture<Integer> chain = countUp(client, 0);
            assertThat(result(chain)).isEqualTo(500);
            world.hold();
            final CompletableFuture<Boolean> onLoop =
                    client.call(bytes("where"))
                            .thenApply(got -> world.client.queue().inEventLoop());
            world.awaitRequests(501);
            world.answerAll();
            assertThat(result(onLoop)).isTrue();
        }
    }

    private static CompletableFuture<Integer> countUp(final AsyncClient client, final int i) {
        return i == 500
                ? CompletableFuture.completedFuture(i)
                : client.call(ByteBuffer.allocate(4).putInt(0, i))
                        .thenCompose(got -> countUp(client, got.getInt(0) + 1));
    }

    @Test
    void aRequestThatTheServerDiscardsFailsAloneWithThatReason() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect();
            final CompletableFuture<ByteBuffer> call = client.call(bytes("x"));
            world.awaitRequests(1);
            world.discardAll();

            assertThat(failure(call).reason()).isEqualTo(EventReason.DISCARDED);
            assertWorks(world, client);
        }
    }

    @Test
    void aRequestThatIsTooLongFailsAloneWhoeverFindsItTooLong() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client =
                    world.connect(ClientOptions.defaults().withMaxRequestBytes(5000));
            assertThat(failure(client.call(ByteBuffer.allocate(5001))))
                    .hasMessageContaining("5001")
                    .hasMessageContaining("maxRequestBytes")
                    .extracting("reason")
                    .isEqualTo(EventReason.REQUEST_TOO_LARGE);
            assertThat(failure(client.call(ByteBuffer.allocate(5000))))
                    .hasMessageContaining("server")
                    .extracting("reason")
                    .isEqualTo(EventReason.REQUEST_TOO_LARGE);
            assertWorks(world, client);
        }
    }

    @Test
    void aResponseThatIsTooLongFailsItsCallAlone() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client =
                    world.connect(ClientOptions.defaults().withMaxResponseBytes(16));
            world.server.run(
                    () ->
                            world.handler.whenRequest(
                                    (session, msg) -> {
                                        msg.out().clear().position(17);
                                        session.sendResponse(msg);
                                    }));
            assertThat(failure(client.call(bytes("x"))).reason())
                    .isEqualTo(EventReason.RESPONSE_TOO_LARGE);
            assertWorks(world, client);
        }
    }

    @Test
    void aCallThatIsNotAnsweredInTimeFailsAndItsMessageComesBackWithTheLateAnswer() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientOptions.defaults().withConcurrency(1));
            final CompletableFuture<ByteBuffer> late = client.call(bytes("late"), SOON);
            assertThat(failure(late))
                    .hasMessageContaining("50 ms")
                    .extracting("reason")
                    .isEqualTo(EventReason.DEADLINE_EXCEEDED);

            // The one message is in quarantine: this call waits for it.
            final CompletableFuture<ByteBuffer> next = client.call(bytes("next"));
            world.answerAll();
            assertThat(text(result(next))).isEqualTo("next");
        }
    }

    @Test
    void aCallWhoseTimeIsOverWhileItWaitsIsNeverSent() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientOptions.defaults().withConcurrency(1));
            final CompletableFuture<ByteBuffer> first = client.call(bytes("first"));
            world.awaitRequests(1);
            final CompletableFuture<ByteBuffer> waits = client.call(bytes("waits"), SOON);
            assertThat(failure(waits).reason()).isEqualTo(EventReason.DEADLINE_EXCEEDED);

            world.answerAll();
            assertThat(text(result(first))).isEqualTo("first");
            assertWorks(world, client);
            assertThat(world.handler.requests()).isEqualTo(2);
        }
    }

    @Test
    void aCallEndsAlsoIfNobodyRunsTheEventLoop() {
        try (ClientWorld world = new ClientWorld();
                EventQueueHandler idle = EventQueueHandler.open()) {
            final AsyncClient client = AsyncClient.connect(idle, world.uri);
            assertThat(failure(client.call(bytes("x"), SOON)).reason())
                    .isEqualTo(EventReason.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void moreCallsThanMayWaitAreRefusedAtOnce() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client =
                    world.connect(ClientOptions.defaults().withConcurrency(2).withMaxWaiting(3));
            final List<CompletableFuture<ByteBuffer>> calls =
                    IntStream.range(0, 5).mapToObj(i -> client.call(bytes("call " + i))).toList();
            final CompletableFuture<ByteBuffer> tooMuch = client.call(bytes("too much"));
            assertThat(tooMuch).isCompletedExceptionally();
            assertThat(failure(tooMuch))
                    .isInstanceOf(QueueOverflowException.class)
                    .hasMessageContaining("maxWaiting");

            world.awaitRequests(2);
            world.answerAll();
            calls.forEach(ClientWorld::result);
            assertWorks(world, client);
        }
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsIsNeverSentAndMakesRoomAtOnce() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client =
                    world.connect(ClientOptions.defaults().withConcurrency(1).withMaxWaiting(1));
            final CompletableFuture<ByteBuffer> first = client.call(bytes("first"));
            world.awaitRequests(1);
            for (int i = 0; i < 10_000; i++) {
                assertThat(client.call(bytes("never")).cancel(false)).isTrue();
            }
            final CompletableFuture<ByteBuffer> last = client.call(bytes("last"));
            world.answerAll();

            assertThat(text(result(first))).isEqualTo("first");
            assertThat(text(result(last))).isEqualTo("last");
            assertThat(world.handler.requests()).isEqualTo(2);
        }
    }

    @Test
    void theAnswerToACancelledCallIsThrownAwayAndItsMessageIsUsedAgain() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientOptions.defaults().withConcurrency(1));
            final CompletableFuture<ByteBuffer> cancelled = client.call(bytes("cancelled"));
            world.awaitRequests(1);
            assertThat(cancelled.cancel(true)).isTrue();
            final CompletableFuture<ByteBuffer> next = client.call(bytes("next"));
            world.answerAll();

            assertThat(text(result(next))).isEqualTo("next");
            assertThat(cancelled).isCancelled();
        }
    }

    @Test
    void aFutureThatItsOwnerCompletesIsLikeOneThatWasCancelled() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client =
                    world.connect(ClientOptions.defaults().withConcurrency(1).withMaxWaiting(1));
            final CompletableFuture<ByteBuffer> first = client.call(bytes("first"));
            world.awaitRequests(1);
            final CompletableFuture<ByteBuffer> own = client.call(bytes("own"));
            assertThat(own.complete(bytes("mine"))).isTrue();
            final CompletableFuture<ByteBuffer> next = client.call(bytes("next"));
            world.answerAll();

            assertThat(text(result(first))).isEqualTo("first");
            assertThat(text(result(next))).isEqualTo("next");
            assertThat(text(result(own))).isEqualTo("mine");
            assertThat(world.handler.requests()).isEqualTo(2);
        }
    }

    @Test
    void aTimeoutMustBeAboveZeroAndMayBeAsLongAsOneLikes() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            assertThatThrownBy(() -> client.call(bytes("x"), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("above 0");
            final Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
            assertThat(text(result(client.call(bytes("x"), forEver)))).isEqualTo("x");
        }
    }

    @Test
    void aThrowingDependentHarmsNobody() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            final CompletableFuture<Void> broken =
                    client.call(bytes("x"))
                            .thenAccept(
                                    got -> {
                                        throw new IllegalStateException("a caller's fault");
                                    });
            assertThatThrownBy(broken::join).hasRootCauseMessage("a caller's fault");
            assertThat(text(result(client.call(bytes("y"))))).isEqualTo("y");
        }
    }

    @Test
    void itCanBeMadeOnTheEventQueuesThreadToo() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.client.call(world::connect);
            assertThat(text(result(client.call(bytes("x"))))).isEqualTo("x");
            assertThat(client.uri()).isEqualTo(world.uri);
            assertThat(client.isOpen()).isTrue();
        }
    }

    private static void assertWorks(final ClientWorld world, final AsyncClient client) {
        world.answerAll();
        assertThat(text(result(client.call(bytes("works"))))).isEqualTo("works");
    }

    private static void join(final Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(thread.isAlive()).isFalse();
    }
}
