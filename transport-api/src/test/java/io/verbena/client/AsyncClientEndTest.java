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
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.VerbenaException;
import io.verbena.testkit.Leaks;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How an {@link AsyncClient} ends, or never begins: every future completes, with the true reason.
 */
class AsyncClientEndTest {
    static {
        ClientWorld.warmUp();
    }

    @RegisterExtension final Leaks leaks = new Leaks();

    @Test
    void aClientThatIsRejectedTellsTheServersCodeAndText() {
        try (ClientWorld world = new ClientWorld(request -> request.reject(7, "try shard 4"))) {
            final AsyncClient client = world.connect();
            final CompletableFuture<ByteBuffer> early = client.call(bytes("early"));

            assertThat(failure(client.established()))
                    .hasMessageContaining("try shard 4")
                    .extracting("reason")
                    .isEqualTo(EventReason.REJECTED);
            assertThat(failure(early))
                    .isInstanceOf(SessionClosedException.class)
                    .hasMessageContaining("code 7")
                    .extracting("reason")
                    .isEqualTo(EventReason.REJECTED);
            final SessionClosed event = result(client.closed());
            assertThat(event.rejectCode()).isEqualTo(7);
            assertThat(event.rejectData()).isEqualTo("try shard 4");
            assertRefuses(client, EventReason.REJECTED);
        }
    }

    @Test
    void aClientThatNobodyListensForTellsSo() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client =
                    AsyncClient.connect(world.client.queue(), URI.create("mem://nobody"));
            final CompletableFuture<ByteBuffer> call = client.call(bytes("x"));
            assertThat(failure(client.established()).reason()).isEqualTo(EventReason.REFUSED);
            assertThat(failure(call).reason()).isEqualTo(EventReason.REFUSED);
            assertThat(result(client.closed()).reason()).isEqualTo(EventReason.REFUSED);
        }
    }

    @Test
    void aUriThatCanNotBeConnectedToIsToldAtOnceOrByEveryFuture() {
        final URI nonsense = URI.create("nonsense://x");
        try (ClientWorld world = new ClientWorld()) {
            final EventQueueHandler queue = world.client.queue();
            assertThatThrownBy(() -> AsyncClient.connect(queue, URI.create("/a/path")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("/a/path");
            world.client.run(
                    () ->
                            assertThatThrownBy(() -> AsyncClient.connect(queue, nonsense))
                                    .isInstanceOf(IllegalArgumentException.class)
                                    .hasMessageContaining("nonsense"));

            final AsyncClient client = AsyncClient.connect(queue, nonsense);
            assertThat(failure(client.established()))
                    .hasMessageContaining("nonsense")
                    .extracting("reason")
                    .isEqualTo(EventReason.UNAVAILABLE);
            assertRefuses(client, EventReason.UNAVAILABLE);
        }
    }

    @Test
    void onAClosedEventQueueThereIsNoClient() {
        final EventQueueHandler queue = EventQueueHandler.open();
        queue.close();
        assertThatThrownBy(() -> AsyncClient.connect(queue, URI.create("mem://x")))
                .isInstanceOf(VerbenaException.class)
                .extracting("reason")
                .isEqualTo(EventReason.EVENT_QUEUE_CLOSED);
    }

    @Test
    void whenTheServerDiesCallsTellWhetherTheirRequestMayHaveBeenCarriedOut() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientOptions.defaults().withConcurrency(2));
            final List<CompletableFuture<ByteBuffer>> sent =
                    List.of(client.call(bytes("a")), client.call(bytes("b")));
            world.awaitRequests(2);
            final CompletableFuture<ByteBuffer> waits = client.call(bytes("c"));
            world.die();

            for (final CompletableFuture<ByteBuffer> call : sent) {
                final VerbenaException lost = failure(call);
                assertThat(lost.reason()).isEqualTo(EventReason.FLUSHED);
                assertThat(lost.getCause())
                        .isInstanceOf(SessionClosedException.class)
                        .extracting("reason")
                        .isEqualTo(EventReason.TRANSPORT_ERROR);
            }
            assertThat(failure(waits))
                    .isInstanceOf(SessionClosedException.class)
                    .extracting("reason")
                    .isEqualTo(EventReason.TRANSPORT_ERROR);
            assertRefuses(client, EventReason.TRANSPORT_ERROR);
            assertThat(result(client.closed()).reason()).isEqualTo(EventReason.TRANSPORT_ERROR);
        }
    }

    @Test
    void whenTheServerClosesWhatIsUnderWayIsAnsweredAndTheRestRefused() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect();
            final CompletableFuture<ByteBuffer> underWay = client.call(bytes("under way"));
            world.awaitRequests(1);
            world.server.run(() -> world.handler.held().get(0).session().close());
            // A call that crosses the server's CLOSE fails at the session's end, with its reason;
            // one
            // that comes later is refused, on the event queue's thread.
            await().until(() -> failsSoon(client.call(bytes("late"))));
            world.answerAll();

            assertThat(text(result(underWay))).isEqualTo("under way");
            assertThat(result(client.closed()).reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
            assertRefuses(client, EventReason.CLOSED_BY_PEER);
        }
    }

    @Test
    void closingAnswersWhatIsUnderWayAndFailsWhatWaits() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientOptions.defaults().withConcurrency(1));
            final CompletableFuture<ByteBuffer> underWay = client.call(bytes("under way"));
            world.awaitRequests(1);
            final CompletableFuture<ByteBuffer> waits = client.call(bytes("waits"));
            final List<String> order = new ArrayList<>();
            final CompletableFuture<Void> noted =
                    CompletableFuture.allOf(
                            underWay.thenRun(() -> order.add("answered")),
                            client.closed().thenRun(() -> order.add("closed")));
            final CompletableFuture<SessionClosed> closed = client.closeAsync();

            assertThat(client.isOpen()).isFalse();
            assertRefuses(client, EventReason.CLOSED_BY_SELF);
            assertThat(failure(waits))
                    .isInstanceOf(SessionClosedException.class)
                    .extracting("reason")
                    .isEqualTo(EventReason.CLOSED_BY_SELF);
            assertThat(closed).isNotDone();
            world.answerAll();
            assertThat(text(result(underWay))).isEqualTo("under way");
            assertThat(result(closed).reason()).isEqualTo(EventReason.CLOSED_BY_SELF);
            result(noted);
            assertThat(order).containsExactly("answered", "closed");
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        try (ClientWorld world = new ClientWorld()) {
            final AsyncClient client = world.connect();
            result(client.established());
            final CompletableFuture<SessionClosed> first = client.closeAsync();
            client.close();
            assertThat(result(client.closeAsync())).isEqualTo(result(first));
            client.close();
        }
    }

    @Test
    void aCloseThatTheServerNeverAnswersIsCutShort() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client = world.connect(ClientWorld.closeTimeoutMs(100));
            final CompletableFuture<ByteBuffer> underWay = client.call(bytes("x"));
            world.awaitRequests(1);

            assertThat(result(client.closeAsync()).reason()).isEqualTo(EventReason.CLOSE_TIMEOUT);
            assertThat(failure(underWay).reason()).isEqualTo(EventReason.FLUSHED);
        }
    }

    @Test
    void aClientThatIsClosedBeforeItHasConnectedClosesAllTheSame() {
        try (ClientWorld world = new ClientWorld();
                EventQueueHandler queue = EventQueueHandler.open()) {
            final AsyncClient client = AsyncClient.connect(queue, world.uri);
            final CompletableFuture<ByteBuffer> call = client.call(bytes("x"));
            client.close();
            assertThat(queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0)).isZero();

            assertThat(failure(call).reason()).isEqualTo(EventReason.CLOSED_BY_SELF);
            assertThat(failure(client.established()).reason())
                    .isEqualTo(EventReason.CLOSED_BY_SELF);
            assertThat(result(client.closed()).reason()).isEqualTo(EventReason.CLOSED_BY_SELF);
        }
    }

    @Test
    void aClientDiesWithItsEventQueue() {
        try (ClientWorld world = new ClientWorld()) {
            world.hold();
            final AsyncClient client =
                    world.connect(ClientWorld.closeTimeoutMs(100).withConcurrency(1));
            final CompletableFuture<ByteBuffer> underWay = client.call(bytes("a"));
            world.awaitRequests(1);
            final CompletableFuture<ByteBuffer> waits = client.call(bytes("b"));
            world.client.close();

            assertThat(failure(underWay).reason()).isEqualTo(EventReason.FLUSHED);
            assertThat(failure(waits).reason()).isEqualTo(EventReason.EVENT_QUEUE_CLOSED);
            assertRefuses(client, EventReason.EVENT_QUEUE_CLOSED);
            assertThat(result(client.closeAsync()).reason())
                    .isEqualTo(EventReason.EVENT_QUEUE_CLOSED);
        }
    }

    @Test
    void aClientThatNeverRanDiesWithItsEventQueueToo() {
        final AsyncClient client;
        final CompletableFuture<ByteBuffer> call;
        try (EventQueueHandler queue = EventQueueHandler.open()) {
            client = AsyncClient.connect(queue, URI.create("mem://nobody"));
            call = client.call(bytes("x"));
        }
        assertThat(failure(call).reason()).isEqualTo(EventReason.EVENT_QUEUE_CLOSED);
        assertThat(result(client.closed()).reason()).isEqualTo(EventReason.EVENT_QUEUE_CLOSED);
    }

    @Test
    void whoCancelsAFutureOfTheClientsCancelsHisOwnOnly() {
        try (EventQueueHandler queue = EventQueueHandler.open()) {
            // Nobody runs the queue yet, so none of these is done.
            final AsyncClient client = AsyncClient.connect(queue, URI.create("mem://nobody"));
            assertThat(client.established().cancel(false)).isTrue();
            assertThat(client.closed().cancel(false)).isTrue();
            assertThat(client.closeAsync().cancel(false)).isTrue();

            final CompletableFuture<SessionClosed> closed = client.closed();
            assertThat(closed).isNotDone();
            assertThat(queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0)).isZero();
            assertThat(result(closed).reason()).isEqualTo(EventReason.CLOSED_BY_SELF);
        }
    }

    @Test
    void everyFutureCompletesHoweverCallsAndTheEndInterleave() {
        for (int round = 0; round < 10; round++) {
            try (ClientWorld world = new ClientWorld()) {
                final AsyncClient client =
                        world.connect(ClientOptions.defaults().withConcurrency(4));
                result(client.established());
                final CountDownLatch begun = new CountDownLatch(4);
                final List<CompletableFuture<List<CompletableFuture<ByteBuffer>>>> callers =
                        IntStream.range(0, 4)
                                .mapToObj(
                                        i ->
                                                CompletableFuture.supplyAsync(
                                                        () -> callOn(client, begun)))
                                .toList();
                awaitZero(begun);
                if (round % 2 == 0) {
                    world.die();
                } else {
                    client.close();
                }
                result(client.closed());
                callers.forEach(
                        caller ->
                                result(caller)
                                        .forEach(call -> result(call.handle((got, e) -> true))));
            }
        }
    }

    private static List<CompletableFuture<ByteBuffer>> callOn(
            final AsyncClient client, final CountDownLatch begun) {
        final List<CompletableFuture<ByteBuffer>> calls = new ArrayList<>();
        for (int i = 0; (client.isOpen() && i < 1_000) || i < 100; i++) {
            calls.add(client.call(bytes("x")));
            if (i == 50) {
                begun.countDown();
            }
        }
        return calls;
    }

    private static boolean failsSoon(final CompletableFuture<?> call) throws InterruptedException {
        try {
            call.get(200, TimeUnit.MILLISECONDS);
            return false;
        } catch (final TimeoutException e) {
            return false;
        } catch (final ExecutionException e) {
            return true;
        }
    }

    private static void awaitZero(final CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefuses(final AsyncClient client, final EventReason reason) {
        final CompletableFuture<ByteBuffer> call = client.call(bytes("too late"));
        assertThat(call).isCompletedExceptionally();
        assertThat(failure(call))
                .isInstanceOf(SessionClosedException.class)
                .extracting("reason")
                .isEqualTo(reason);
        assertThat(client.isOpen()).isFalse();
    }
}
