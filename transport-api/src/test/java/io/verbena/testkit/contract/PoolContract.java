// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.internal.PlatformDependent;
import io.verbena.EventQueueHandler;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolExhaustedException;
import io.verbena.PoolUse;
import io.verbena.ServerSession;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingServer.Held;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pools know the state of each message: guarantee 9. */
public interface PoolContract extends Part {
    @Test
    default void aPoolTellsItsSizesAndWhatIsFree() {
        final MsgPool pool = scene().loosePool(3, 100, 200);
        assertThat(pool.count()).isEqualTo(3);
        assertThat(pool.available()).isEqualTo(3);
        assertThat(pool.inBytes()).isEqualTo(100);
        assertThat(pool.outBytes()).isEqualTo(200);
        final Msg msg = pool.take();
        assertThat(pool.available()).isEqualTo(2);
        assertThat(msg.pool()).isSameAs(pool);
        assertThat(msg.in().capacity()).isEqualTo(100);
        assertThat(msg.out().capacity()).isEqualTo(200);
        msg.release();
        assertThat(pool.available()).isEqualTo(3);
    }

    @Test
    default void sizesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> MsgPool.direct(0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MsgPool.direct((1 << 20) + 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MsgPool.direct(1, -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MsgPool.direct(1, 1, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MsgPool.direct(1 << 20, 1 << 20, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void anEmptyPoolSaysSo() {
        final MsgPool pool = scene().loosePool(1, 8, 8);
        final Msg msg = pool.take();
        assertThat(pool.tryTake()).isNull();
        assertThatThrownBy(pool::take).isInstanceOf(PoolExhaustedException.class);
        msg.release();
        assertThat(pool.tryTake()).isSameAs(msg);
        msg.release();
    }

    @Test
    default void aMessageIsReleasedOnce() {
        final MsgPool pool = scene().loosePool(2, 8, 8);
        final Msg msg = pool.take();
        msg.release();
        assertThatThrownBy(msg::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("free");
        assertThat(pool.available()).isEqualTo(2);
    }

    @Test
    default void aMessageInFlightIsNeitherReleasedNorSent() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        final Msg msg = pair.send(1);
        assertThatThrownBy(msg::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in flight");
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in flight");
        pair.untilRequests(1);
        assertThatThrownBy(msg::release).isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.untilResponses(1);
        assertThat(pair.clientPool.available()).isEqualTo(16);
    }

    @Test
    default void aFreeMessageIsNotSent() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.request(1);
        msg.release();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("free");
    }

    @Test
    default void aRequestIsAnsweredOrDiscardedButNotReleased() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        final Held held = pair.server.held().get(0);
        assertThatThrownBy(held.msg()::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sendResponse");
        pair.server.echoFirst();
        pair.untilResponses(1);
    }

    @Test
    default void aRequestIsAnsweredOnce() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(2, 1);
        pair.untilRequests(2);
        final Held answered = pair.server.held().remove(0);
        answered.echo();
        assertThatThrownBy(() -> answered.session().sendResponse(answered.msg()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(answered::discard).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(answered.msg()::release).isInstanceOf(IllegalStateException.class);
        final Held discarded = pair.server.held().remove(0);
        discarded.discard();
        assertThatThrownBy(discarded::discard).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> discarded.session().sendResponse(discarded.msg()))
                .isInstanceOf(IllegalStateException.class);
        pair.until("both", () -> pair.client.responses() == 1 && pair.client.errors() == 1);
    }

    @Test
    default void aRequestIsAnsweredOnItsOwnSession() {
        final List<ServerSession> sessions = new ArrayList<>();
        final Pair pair =
                scene().pair()
                        .decides((self, request) -> sessions.add(request.accept(self.server)))
                        .established();
        final var other = scene().client();
        pair.connectAnother(other);
        pair.until("the other session", other::isEstablished);
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        final Held held = pair.server.held().get(0);
        assertThat(held.session()).isSameAs(sessions.get(0));
        assertThatThrownBy(() -> sessions.get(1).sendResponse(held.msg()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another session");
        assertThatThrownBy(() -> sessions.get(1).discardRequest(held.msg()))
                .isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.untilResponses(1);
    }

    @Test
    default void aTakenMessageIsNoRequestToAnswer() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.serverPool.take();
        assertThatThrownBy(() -> pair.serverSession().sendResponse(msg))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.serverSession().discardRequest(msg))
                .isInstanceOf(IllegalStateException.class);
        msg.release();
    }

    @Test
    default void aMessageOfAPoolThatIsNotBoundIsNotSent() {
        final Pair pair = scene().pair().established();
        final MsgPool loose = scene().loosePool(1, 8, 8);
        final Msg msg = loose.take();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bind");
        msg.release();
    }

    @Test
    default void aMessageOfAnotherEventQueuesPoolIsNotSent() {
        final Pair pair = scene().pair().established();
        final MsgPool foreign = scene().pool(pair.serverQueue, 1, 8, 8, PoolUse.BOTH);
        final Msg msg = foreign.take();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class);
        msg.release();
    }

    @Test
    default void aMessageOfAPoolBoundForServersAloneIsNotSentAsARequest() {
        final Pair pair = scene().pair().established();
        final MsgPool server = scene().pool(pair.clientQueue, 1, 8, 8, PoolUse.SERVER);
        final Msg msg = server.take();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class);
        msg.release();
    }

    @Test
    default void requestsAreNotReceivedIntoAPoolBoundForClientsAlone() {
        final Pair pair = scene().pair().serverPool(2, 64, 64).established();
        final MsgPool clients = scene().pool(pair.serverQueue, 8, 8, 8, PoolUse.CLIENT);
        pair.server.hold();
        pair.sendMany(2, 4);
        pair.untilRequests(2);
        assertThat(clients.available()).isEqualTo(8);
        assertThat(pair.server.held()).allMatch(held -> held.msg().pool().equals(pair.serverPool));
    }

    @Test
    default void aClosedPoolGivesNothing() {
        final MsgPool pool = scene().loosePool(1, 8, 8);
        final Msg msg = pool.take();
        msg.release();
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        assertThatThrownBy(pool::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(pool::tryTake).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(msg::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aPoolIsNotClosedUnderAMessageThatIsOutAndTheExceptionSaysHowManyAreWhere() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(2, 1);
        final Msg held = pair.clientPool.take();
        assertThatThrownBy(pair.clientPool::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("13 free")
                .hasMessageContaining("1 held")
                .hasMessageContaining("2 in flight");
        pair.untilRequests(2);
        assertThatThrownBy(pair.serverPool::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("14 free")
                .hasMessageContaining("2 ");
        assertThat(pair.clientPool.isClosed()).isFalse();
        held.release();
        pair.server.echoFirst();
        pair.server.echoFirst();
        pair.untilResponses(2);
        pair.clientPool.close();
    }

    @Test
    default void aPoolThatTracksTellsWhereAMessageWasTaken() {
        System.setProperty("verbena.pool.trackTakes", "true");
        try {
            final MsgPool pool = scene().loosePool(2, 8, 8);
            final Msg msg = takenHere(pool);
            assertThatThrownBy(pool::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasStackTraceContaining("takenHere");
            msg.release();
        } finally {
            System.clearProperty("verbena.pool.trackTakes");
        }
    }

    private static Msg takenHere(final MsgPool pool) {
        return pool.take();
    }

    @Test
    default void aPoolIsBoundToOneEventQueueAtATime() {
        final EventQueueHandler queue = scene().queue();
        final EventQueueHandler other = scene().queue();
        final MsgPool pool = scene().loosePool(1, 8, 8);
        queue.bind(pool);
        assertThatThrownBy(() -> queue.bind(pool)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.bind(pool)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.unbind(pool)).isInstanceOf(IllegalStateException.class);
        queue.unbind(pool);
        assertThatThrownBy(() -> queue.unbind(pool)).isInstanceOf(IllegalStateException.class);
        other.bind(pool);
    }

    @Test
    default void aClosedPoolIsNotBound() {
        final MsgPool pool = scene().loosePool(1, 8, 8);
        pool.close();
        final EventQueueHandler queue = scene().queue();
        assertThatThrownBy(() -> queue.bind(pool)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aPoolIsNotUnboundUnderAMessageThatIsOut() {
        final EventQueueHandler queue = scene().queue();
        final MsgPool pool = scene().pool(queue, 2, 8, 8, PoolUse.BOTH);
        final Msg msg = pool.take();
        assertThatThrownBy(() -> queue.unbind(pool)).isInstanceOf(IllegalStateException.class);
        msg.release();
        queue.unbind(pool);
    }

    @Test
    default void toCloseABoundPoolUnbindsItFirst() {
        final Pair pair = scene().pair().established();
        final MsgPool more = scene().pool(pair.serverQueue, 4, 2048, 2048, PoolUse.SERVER);
        pair.roundTrip(1);
        pair.until("whole", () -> more.available() == 4);
        more.close();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(2);
    }

    @Test
    default void aPoolThatIsBoundLaterServesSessionsThatAreThere() {
        final Pair pair = scene().pair().serverPool(1, 64, 64).established();
        pair.server.hold();
        pair.sendMany(4, 8);
        pair.untilRequests(1);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(1);
        scene().pool(pair.serverQueue, 8, 64, 64, PoolUse.SERVER);
        pair.untilRequests(4);
    }

    @Test
    default void aClosedPoolGivesItsMemoryBackAtOnce() {
        final long before = PlatformDependent.usedDirectMemory();
        final MsgPool pool = scene().loosePool(1024, 16_384, 16_384);
        assertThat(PlatformDependent.usedDirectMemory() - before).isGreaterThanOrEqualTo(32L << 20);
        pool.close();
        assertThat(PlatformDependent.usedDirectMemory() - before).isLessThan(1L << 20);
    }
}
