// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static io.verbena.EventQueueHandler.INFINITE_DURATION;
import static io.verbena.EventQueueHandler.INFINITE_EVENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.SessionClosedException;
import io.verbena.testkit.Event;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Pump;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How an event queue ends: it never hangs, and everything on it gets its last event. */
public interface EventQueueCloseContract extends Part {
    /** From now on time passes by itself, as close() waits for it. */
    private void letTimePass() {
        scene().timePasses(true);
    }

    @Test
    default void anEventQueueThatHasNothingCloses() {
        final EventQueueHandler queue = scene().queue();
        assertThat(queue.isClosed()).isFalse();
        queue.close();
        assertThat(queue.isClosed()).isTrue();
        queue.close();
    }

    @Test
    default void sessionsOfAClosedEventQueueGetTheirLastEvent() {
        final Pair pair = scene().pair().established();
        letTimePass();
        pair.clientQueue.close();
        pair.client.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
        pair.until("CLOSED at the server", () -> pair.server.closedSessions() == 1);
        pair.serverQueue.close();
    }

    @Test
    default void thePeerOfAClosedEventQueueIsClosedByPeer() {
        final Pair pair =
                scene().pair()
                        .clientQueue(options -> scene().realTimeOptions())
                        .serverQueue(
                                options ->
                                        scene().realTimeOptions().withCloseTimeoutNs(Pump.LIMIT_NS))
                        .established();
        final LoopThread client = new LoopThread(pair.clientQueue);
        pair.serverQueue.close();
        pair.server.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
        client.end();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void sessionsWithRequestsInFlightAreFlushedWhenTheEventQueueCloses() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(10, 8);
        pair.untilRequests(10);
        letTimePass();
        pair.clientQueue.close();
        assertThat(pair.client.errors()).isEqualTo(10);
        assertThat(pair.client.isClosed()).isTrue();
        assertThat(pair.clientPool.available()).isEqualTo(16);
    }

    @Test
    default void messagesHeldByTheApplicationStayItsOwnWhenTheEventQueueCloses() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(2, 8);
        pair.untilRequests(2);
        letTimePass();
        pair.serverQueue.close();
        assertThat(pair.server.events(Event.Kind.CLOSING))
                .containsExactly(new Event(Event.Kind.CLOSING, EventReason.EVENT_QUEUE_CLOSED, 2));
        assertThat(pair.server.closedSessions()).isEqualTo(1);
        assertThat(pair.serverPool.available()).isEqualTo(14);
        pair.server.discardHeld();
        assertThat(pair.serverPool.available()).isEqualTo(16);
    }

    @Test
    default void aMessageTakenBeforeIsReleasedAfterTheEventQueueClosed() {
        final Pair pair = scene().pair().established();
        final var msg = pair.clientPool.take();
        letTimePass();
        pair.clientQueue.close();
        msg.release();
        assertThat(pair.clientPool.available()).isEqualTo(16);
    }

    @Test
    default void aPeerThatDoesNotAnswerDoesNotKeepAnEventQueueFromClosing() {
        final Pair pair = scene().pair().wired().established();
        pair.server.hold();
        pair.sendMany(5, 8);
        pair.untilRequests(5);
        pair.wire.stall();
        letTimePass();
        pair.clientQueue.close();
        pair.serverQueue.close();
        assertThat(pair.client.isClosed()).isTrue();
        assertThat(pair.server.closedSessions()).isEqualTo(1);
        pair.wire.release();
    }

    @Test
    default void anEventQueueClosesInItsTimeEvenIfTheSessionsHaveMore() {
        final Pair pair =
                scene().pair()
                        .wired()
                        .clientQueue(
                                options ->
                                        options.withNanoClock(System::nanoTime)
                                                .withCloseTimeoutNs(30_000_000))
                        .bothSessions(
                                options -> options.withCloseTimeoutNs(TimeUnit.MINUTES.toNanos(10)))
                        .established();
        pair.server.hold();
        pair.send(8);
        pair.untilRequests(1);
        pair.wire.stall();
        pair.clientQueue.close();
        assertThat(pair.client.isClosed()).isTrue();
        assertThat(pair.client.errors()).isEqualTo(1);
        pair.wire.release();
    }

    @Test
    default void anEventQueueWithSessionsThatAreNotEstablishedCloses() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.send(1);
        pair.until("the question", () -> pair.asked().size() == 1);
        letTimePass();
        pair.clientQueue.close();
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        pair.client.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
        pair.serverQueue.close();
        assertThat(pair.asked().get(0).isOpen()).isFalse();
    }

    @Test
    default void anEventQueueMayBeClosedRightAfterConnect() {
        final Pair pair = scene().pair().connecting();
        letTimePass();
        pair.clientQueue.close();
        assertThat(pair.client.isClosed()).isTrue();
        pair.client.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
    }

    @Test
    default void aCloseFromACallBackTakesEffectWhenItHasReturned() {
        final Pair pair = scene().pair().onOneQueue().established();
        final boolean[] closedWithin = new boolean[1];
        pair.client.whenResponse(
                (session, msg) -> {
                    pair.clientQueue.close();
                    closedWithin[0] = pair.clientQueue.isClosed();
                });
        pair.send(1);
        pair.clientQueue.runEventLoop(INFINITE_EVENTS, INFINITE_DURATION);
        assertThat(closedWithin[0]).isFalse();
        assertThat(pair.clientQueue.isClosed()).isTrue();
        pair.client.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
        assertThat(pair.server.closedSessions()).isEqualTo(1);
    }

    @Test
    default void aCloseFromEachCallBackEndsTheLoop() {
        final Pair established = scene().pair().onOneQueue().connecting();
        established.client.whenEstablished(session -> established.clientQueue.close());
        established.clientQueue.run();
        assertThat(established.client.isClosed()).isTrue();

        final Pair request = scene().pair().onOneQueue().established();
        request.server.whenRequest(
                (session, msg) -> {
                    session.discardRequest(msg);
                    request.serverQueue.close();
                });
        request.send(1);
        request.serverQueue.run();
        assertThat(request.client.isClosed()).isTrue();
        assertThat(request.client.errors()).isEqualTo(1);

        final Pair closed = scene().pair().onOneQueue().established();
        closed.client.whenClosed(session -> closed.serverQueue.close());
        closed.session().close();
        closed.serverQueue.run();
        assertThat(closed.server.closedSessions()).isEqualTo(1);

        final Pair asked =
                scene().pair()
                        .onOneQueue()
                        .decides((self, question) -> self.serverQueue.close())
                        .connecting();
        asked.serverQueue.run();
        assertThat(asked.client.isClosed()).isTrue();
        assertThat(asked.client.isEstablished()).isFalse();
    }

    @Test
    default void aCloseFromAnotherThreadEndsTheRunningLoop() {
        final Pair pair =
                scene().pair()
                        .onOneQueue()
                        .serverQueue(options -> scene().realTimeOptions())
                        .established();
        final LoopThread loop = new LoopThread(pair.serverQueue);
        loop.run(() -> {});
        pair.serverQueue.close();
        assertThat(pair.serverQueue.isClosed()).isTrue();
        loop.end();
        assertThat(loop.failure()).isNull();
        assertThat(pair.client.isClosed()).isTrue();
        assertThat(pair.server.closedSessions()).isEqualTo(1);
    }

    @Test
    default void aClosedEventQueueUnbindsItsPoolsAndLeavesThemOpen() {
        final Pair pair = scene().pair().established();
        letTimePass();
        pair.clientQueue.close();
        assertThat(pair.clientPool.isClosed()).isFalse();
        final EventQueueHandler other = scene().queue();
        other.bind(pair.clientPool, PoolUse.CLIENT);
        other.unbind(pair.clientPool);
    }

    @Test
    default void aClosedEventQueueListensNoMore() {
        final Pair pair = scene().pair().established();
        final var uri = pair.portal.uri();
        letTimePass();
        pair.serverQueue.close();
        final EventQueueHandler queue = scene().queue();
        final var again =
                ServerPortal.listen(queue, uri, request -> {}, transport().portalOptions());
        assertThat(again.uri()).isEqualTo(uri);
    }

    @Test
    default void aThreadThatComesTooLateToRunAnEventQueueReturns() {
        final EventQueueHandler closed = scene().queue();
        closed.close();
        closed.run();
        assertThatThrownBy(() -> closed.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void nothingIsOpenedOnAClosedEventQueue() {
        final Pair pair = scene().pair().established();
        final EventQueueHandler closed = scene().queue();
        closed.close();
        final MsgPool pool = scene().loosePool(1, 8, 8);
        assertThatThrownBy(() -> closed.bind(pool)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        closed,
                                        pair.portal.uri(),
                                        scene().client(),
                                        transport().connectOptions()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () ->
                                ServerPortal.listen(
                                        closed,
                                        transport().listenUri(),
                                        request -> {},
                                        transport().portalOptions()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () ->
                                ServerPortal.worker(
                                        closed, request -> {}, transport().portalOptions()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aSessionOfAClosedEventQueueTakesNoRequestAndSaysWhy() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.request(1);
        letTimePass();
        pair.clientQueue.close();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(SessionClosedException.class);
        msg.release();
    }
}
