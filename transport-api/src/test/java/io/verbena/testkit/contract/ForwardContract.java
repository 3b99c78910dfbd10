// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionRequest;
import io.verbena.testkit.Event;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** forward: a session moves to another event queue, with no reconnect. */
public interface ForwardContract extends Part {
    /** An event queue with a worker's portal. */
    final class Worker {
        final EventQueueHandler queue;
        final MsgPool pool;
        final RecordingServer server;
        final List<SessionRequest> asked = new ArrayList<>();
        final List<ServerSession> sessions = new ArrayList<>();
        final ServerPortal portal;

        private Worker(final Part part, final EventQueueHandler queue) {
            this.queue = queue;
            pool = part.scene().pool(queue, 16, 1024, 1024, PoolUse.SERVER);
            server = part.scene().server();
            portal =
                    ServerPortal.worker(
                            queue, this::onSessionNew, part.transport().portalOptions());
        }

        private void onSessionNew(final SessionRequest request) {
            asked.add(request);
            sessions.add(request.accept(server));
        }
    }

    private Worker worker() {
        return new Worker(this, scene().queue());
    }

    private Pair forwardingTo(final ServerPortal target) {
        return scene().pair().decides((self, request) -> request.forward(target)).connecting();
    }

    @Test
    default void aForwardedSessionIsDecidedOnAndServedByTheWorker() {
        final Worker worker = worker();
        final Pair pair = forwardingTo(worker.portal);
        pair.establish();
        for (int i = 0; i < 1000; i++) {
            pair.roundTrip(i % 1000);
        }
        assertThat(pair.client.responses()).isEqualTo(1000);
        assertThat(worker.server.requests()).isEqualTo(1000);
        assertThat(worker.asked).hasSize(1);
        assertThat(worker.sessions.get(0).eventQueue()).isSameAs(worker.queue);
        assertThat(worker.portal.sessions()).isEqualTo(1);
        assertThat(pair.portal.sessions()).isZero();
        assertThat(pair.serverPool.available()).isEqualTo(16);
    }

    @Test
    default void aWorkersPortalHasNoAddress() {
        assertThat(worker().portal.uri().getScheme()).isEqualTo("worker");
    }

    @Test
    default void theWorkerSeesWhatThePortalSaw() {
        final Worker worker = worker();
        final Pair pair =
                scene().pair()
                        .pathAndQuery("/orders?shard=3")
                        .decides((self, request) -> request.forward(worker.portal))
                        .connecting();
        pair.establish();
        final SessionRequest first = pair.asked().get(0);
        final SessionRequest second = worker.asked.get(0);
        assertThat(second.pathAndQuery()).isEqualTo(first.pathAndQuery());
        assertThat(second.uri()).isEqualTo(first.uri());
        assertThat(second.transport()).isEqualTo(first.transport());
        assertThat(second.remoteAddress()).isEqualTo(first.remoteAddress());
        assertThat(first.isOpen()).isFalse();
    }

    @Test
    default void aSessionForwardedWithAHandlerIsAcceptedWithoutAsking() {
        final Worker worker = worker();
        final RecordingServer given = scene().server();
        final Pair pair =
                scene().pair()
                        .decides((self, request) -> request.forward(worker.portal, given))
                        .connecting();
        pair.establish();
        pair.roundTrip(5);
        assertThat(worker.asked).isEmpty();
        assertThat(given.requests()).isEqualTo(1);
        assertThat(worker.portal.sessions()).isEqualTo(1);
    }

    @Test
    default void requestsThatWaitWhileASessionIsForwardedArriveInOrder() {
        final Worker worker = worker();
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        for (int i = 0; i < 10; i++) {
            pair.send(i);
        }
        pair.until("the question", () -> pair.asked().size() == 1);
        scene().untilQuiet();
        pair.asked().get(0).forward(worker.portal);
        pair.untilResponses(10);
        assertThat(worker.server.events(Event.Kind.REQUEST))
                .extracting(Event::length)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    default void aWorkerMayForwardOrReject() {
        final Worker last = worker();
        final EventQueueHandler middleQueue = scene().queue();
        final ServerPortal middle =
                ServerPortal.worker(
                        middleQueue,
                        request -> request.forward(last.portal),
                        transport().portalOptions());
        final Pair pair = forwardingTo(middle);
        pair.establish();
        pair.roundTrip(1);
        assertThat(last.server.requests()).isEqualTo(1);

        final ServerPortal rejecting =
                ServerPortal.worker(
                        middleQueue,
                        request -> request.reject(9, "by the worker"),
                        transport().portalOptions());
        final Pair rejected = forwardingTo(rejecting);
        rejected.until("CLOSED", rejected.client::isClosed);
        rejected.client.assertClosed(EventReason.REJECTED);
        assertThat(rejected.client.closed().rejectCode()).isEqualTo(9);
        assertThat(rejected.client.closed().rejectData()).isEqualTo("by the worker");
    }

    @Test
    default void aWorkerMayDecideLater() {
        final List<SessionRequest> asked = new ArrayList<>();
        final EventQueueHandler queue = scene().queue();
        scene().pool(queue, 2, 64, 64, PoolUse.SERVER);
        final RecordingServer server = scene().server();
        final ServerPortal worker =
                ServerPortal.worker(queue, asked::add, transport().portalOptions());
        final Pair pair = forwardingTo(worker);
        pair.send(3);
        pair.until("the question", () -> asked.size() == 1);
        scene().passMs(1000);
        asked.get(0).accept(server);
        pair.untilResponses(1);
    }

    @Test
    default void toForwardToTheSamePortalIsAnError() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        final SessionRequest request = pair.asked().get(0);
        assertThatThrownBy(() -> request.forward(pair.portal))
                .isInstanceOf(IllegalStateException.class);
        assertThat(request.isOpen()).isTrue();
        pair.accepted(request.accept(pair.server));
        pair.establish();
    }

    @Test
    default void toForwardToAnotherPortalOfTheSameEventQueueIsLegal() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        final ServerPortal neighbour =
                ServerPortal.worker(
                        pair.serverQueue,
                        request -> pair.accepted(request.accept(pair.server)),
                        transport().portalOptions());
        pair.asked().get(0).forward(neighbour);
        pair.establish();
        pair.roundTrip(1);
        assertThat(neighbour.sessions()).isEqualTo(1);
    }

    @Test
    default void aForwardedRequestIsDecidedOn() {
        final Worker worker = worker();
        final Pair pair = forwardingTo(worker.portal);
        pair.establish();
        final SessionRequest request = pair.asked().get(0);
        assertThatThrownBy(() -> request.forward(worker.portal))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.accept(pair.server))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.reject(1, "")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aForwardedSessionOutlivesThePortalThatForwardedIt() {
        final Worker worker = worker();
        final Pair pair = forwardingTo(worker.portal);
        pair.establish();
        pair.portal.close();
        scene().timePasses(true);
        pair.serverQueue.close();
        scene().timePasses(false);
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
        pair.session().close();
        pair.until("CLOSED", pair.client::isClosed);
        pair.until("CLOSED", () -> worker.server.closedSessions() == 1);
        worker.server.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void toForwardToAClosedEventQueueEndsTheSession() {
        final Worker worker = worker();
        worker.queue.close();
        final List<Throwable> refused = new ArrayList<>();
        final Pair pair =
                scene().pair()
                        .decides(
                                (self, request) -> {
                                    try {
                                        request.forward(worker.portal);
                                    } catch (final IllegalStateException e) {
                                        refused.add(e);
                                    }
                                })
                        .connecting();
        pair.send(1);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(refused).hasSize(1);
        assertThat(pair.client.errors()).isEqualTo(1);
    }

    @Test
    default void toForwardToAClosedPortalTurnsTheClientAway() {
        final Worker worker = worker();
        worker.portal.close();
        scene().untilQuiet();
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        try {
            pair.asked().get(0).forward(worker.portal);
        } catch (final IllegalStateException e) {
            pair.asked().get(0).reject(1, "");
        }
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.isEstablished()).isFalse();
    }

    @Test
    default void anEventQueueMayCloseBeforeItHasTakenWhatWasForwardedToIt() {
        final Worker worker = worker();
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.send(1);
        pair.until("the question", () -> pair.asked().size() == 1);
        pair.asked().get(0).forward(worker.portal);
        scene().timePasses(true);
        worker.queue.close();
        scene().timePasses(false);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errors() + pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void theWorkersLimitIsKeptToo() {
        final EventQueueHandler queue = scene().queue();
        scene().pool(queue, 2, 64, 64, PoolUse.SERVER);
        final RecordingServer server = scene().server();
        final ServerPortal worker =
                ServerPortal.worker(
                        queue,
                        request -> request.accept(server),
                        transport().portalOptions().withMaxSessions(1));
        final Pair pair = forwardingTo(worker);
        pair.establish();
        final var second = scene().client();
        pair.connectAnother(second);
        pair.until("CLOSED", second::isClosed);
        second.assertClosed(EventReason.LIMIT_REACHED);
    }

    @Test
    default void aSessionForwardedToAnotherThreadServesAThousandRequests() {
        final Worker worker = new Worker(this, scene().ownQueue(scene().realTimeOptions()));
        final Pair pair =
                scene().pair()
                        .serverQueue(options -> scene().realTimeOptions())
                        .clientQueue(options -> scene().realTimeOptions())
                        .decides((self, request) -> request.forward(worker.portal))
                        .listening();
        final LoopThread thread = new LoopThread(worker.queue);
        final List<String> threads = new ArrayList<>();
        worker.server.whenRequest(
                (session, msg) -> {
                    if (threads.isEmpty()) {
                        threads.add(Thread.currentThread().getName());
                    }
                    RecordingServer.echo(session, msg);
                });
        pair.connect();
        for (int i = 0; i < 1000; i++) {
            pair.until("a free message", () -> pair.clientPool.available() > 0);
            pair.send(i % 100);
        }
        pair.untilResponses(1000);
        thread.end();
        assertThat(thread.failure()).isNull();
        assertThat(threads).containsExactly("loop");
        assertThat(worker.server.requests()).isEqualTo(1000);
    }

    @Test
    default void manySessionsAreSpreadOverSeveralThreads() {
        final List<Worker> workers = new ArrayList<>();
        final List<LoopThread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            workers.add(new Worker(this, scene().ownQueue(scene().realTimeOptions())));
            threads.add(new LoopThread(workers.get(i).queue));
        }
        final int[] next = new int[1];
        final Pair pair =
                scene().pair()
                        .pools(64, 256)
                        .serverQueue(options -> scene().realTimeOptions())
                        .clientQueue(options -> scene().realTimeOptions())
                        .decides(
                                (self, request) ->
                                        request.forward(workers.get(next[0]++ % 3).portal))
                        .listening();
        final var clients = new ArrayList<RecordingClient>();
        final var sessions = new ArrayList<ClientSession>();
        for (int i = 0; i < 30; i++) {
            clients.add(scene().client());
            sessions.add(pair.connectAnother(clients.get(i)));
        }
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 30; i++) {
                pair.until("a free message", () -> pair.clientPool.available() > 0);
                clients.get(i).send(sessions.get(i), pair.request(round));
            }
        }
        pair.until("all answers", () -> clients.stream().allMatch(c -> c.responses() == 20));
        threads.forEach(LoopThread::end);
        assertThat(threads).allMatch(thread -> thread.failure() == null);
        assertThat(workers).allMatch(worker -> worker.server.requests() == 200);
    }
}
