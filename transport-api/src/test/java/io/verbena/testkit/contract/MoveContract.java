// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** detach and attach: an established session moves between event queues, where it can. */
public interface MoveContract extends Part {
    /** Echoes what it isn't told to hold. */
    final class Mover implements ServerSession.Handler {
        final List<EventQueueHandler> servedOn = new ArrayList<>();
        final List<Msg> held = new ArrayList<>();
        boolean holds;
        int waiting;
        SessionClosed closed;

        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            servedOn.add(session.eventQueue());
            if (holds) {
                held.add(msg);
            } else {
                RecordingServer.echo(session, msg);
            }
        }

        @Override
        public void onRequestWaiting(final ServerSession session) {
            waiting++;
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            closed = event;
        }
    }

    private Pair pair(final Mover mover) {
        final Pair pair =
                scene().pair()
                        .decides((self, request) -> self.accepted(request.accept(mover)))
                        .connecting();
        pair.establish();
        assumeTrue(
                pair.serverSession().isMovable(), "the transport's sessions stay where they are");
        return pair;
    }

    private EventQueueHandler other() {
        final EventQueueHandler queue = scene().queue();
        scene().pool(queue, 16, 1024, 1024, PoolUse.SERVER);
        return queue;
    }

    @Test
    default void aHeldRequestIsToldOnceAndLeftUnread() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        pair.serverSession().holdRequests(true);
        pair.sendMany(3, 100);
        pair.until("a request that waits", () -> mover.waiting > 0);
        scene().untilQuiet();
        assertThat(mover.waiting).isEqualTo(1);
        assertThat(mover.servedOn).isEmpty();
        assertThat(pair.serverPool.available()).isEqualTo(pair.serverPool.count());

        pair.serverSession().holdRequests(false);
        pair.untilResponses(3);
        assertThat(mover.waiting).isEqualTo(1);
    }

    @Test
    default void aSessionMovesToAndFro() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        final EventQueueHandler other = other();
        for (int i = 0; i < 20; i++) {
            pair.roundTrip(100 * (i % 8));
            scene().untilQuiet();
            assertThat(pair.serverSession().detach()).isTrue();
            final EventQueueHandler next = i % 2 == 0 ? other : pair.serverQueue;
            pair.serverSession().attach(next);
            assertThat(pair.serverSession().eventQueue()).isSameAs(next);
        }
        assertThat(pair.client.responses()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            assertThat(mover.servedOn.get(i)).isSameAs(i % 2 == 0 ? pair.serverQueue : other);
        }
        scene().closeInOrder(pair.session(), pair.client);
        pair.until("CLOSED at the server", () -> mover.closed != null);
        assertThat(mover.closed.reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
        assertThat(pair.portal.sessions()).isZero();
    }

    @Test
    default void aRequestThatWaitsIsReadWhereTheSessionGoes() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        final EventQueueHandler other = other();
        for (final int length : new int[] {0, 100, 1024}) {
            mover.servedOn.clear();
            mover.waiting = 0;
            final int responses = pair.client.responses();
            pair.serverSession().holdRequests(true);
            pair.sendMany(2, length);
            pair.until("a request that waits", () -> mover.waiting > 0);
            assertThat(pair.serverSession().detach()).isTrue();
            scene().untilQuiet();
            pair.serverSession().holdRequests(false);
            final EventQueueHandler from = pair.serverSession().eventQueue();
            final EventQueueHandler next = from == other ? pair.serverQueue : other;
            pair.serverSession().attach(next);
            pair.untilResponses(responses + 2);
            assertThat(mover.servedOn).containsExactly(next, next);
        }
    }

    @Test
    default void aSessionWithAnOpenRequestStaysWhereItIs() {
        final Mover mover = new Mover();
        mover.holds = true;
        final Pair pair = pair(mover);
        pair.send(10);
        pair.until("a request", () -> !mover.held.isEmpty());
        assertThat(pair.serverSession().detach()).isFalse();
        RecordingServer.echo(pair.serverSession(), mover.held.get(0));
        pair.untilResponses(1);
        scene().untilQuiet();
        assertThat(pair.serverSession().detach()).isTrue();
        assertThat(pair.serverSession().detach()).isFalse();
        pair.serverSession().attach(other());
        assertThatIllegalStateException()
                .isThrownBy(() -> pair.serverSession().attach(pair.serverQueue));
        mover.holds = false;
        pair.roundTrip(10);
    }

    @Test
    default void aClosingSessionStaysWhereItIs() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        pair.serverSession().close();
        assertThat(pair.serverSession().detach()).isFalse();
        pair.until("CLOSED at the server", () -> mover.closed != null);
        assertThat(pair.serverSession().detach()).isFalse();
    }

    @Test
    default void aClientThatGoesWhileASessionMovesIsNoticedWhereItGoes() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        final EventQueueHandler other = other();
        assertThat(pair.serverSession().detach()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> pair.serverSession().close());
        pair.session().close();
        scene().untilQuiet();
        assertThat(mover.closed).isNull();
        pair.serverSession().attach(other);
        pair.until("CLOSED at the server", () -> mover.closed != null);
        assertThat(mover.closed.reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
        pair.until("CLOSED at the client", pair.client::isClosed);
    }

    @Test
    default void flushSendsWhatWasGivenBetweenTwoRunsOfTheLoop() {
        final Mover mover = new Mover();
        final Pair pair = pair(mover);
        final MsgPool pool = pair.clientPool;
        pair.send(100);
        pair.clientQueue.flush();
        // The client's loop isn't run.
        for (int i = 0; i < 1_000_000 && mover.servedOn.isEmpty(); i++) {
            pair.serverQueue.runEventLoop(1, 1_000_000);
        }
        assertThat(mover.servedOn).hasSize(1);
        assertThat(pool.available()).isEqualTo(pool.count() - 1);
        pair.untilResponses(1);
    }
}
