// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.QueueOverflowException;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Order, completions, and the queue of what can't be sent yet: guarantees 1, 2 and 3. */
public interface OrderContract extends Part {
    @Test
    default void requestsArriveInSendOrder() {
        final Pair pair = scene().pair().clientPool(64, 64, 1024).established();
        final List<Integer> lengths = new ArrayList<>();
        pair.server.whenRequest(
                (session, msg) -> {
                    lengths.add(msg.in().remaining());
                    session.sendResponse(msg);
                });
        for (int i = 0; i < 500; i++) {
            pair.until("a free message", () -> pair.clientPool.available() > 0);
            pair.send(i % 1000);
        }
        pair.untilResponses(500);
        assertThat(lengths).isEqualTo(IntStream.range(0, 500).boxed().toList());
    }

    @Test
    default void responsesArriveInTheOrderInWhichTheServerAnswered() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(10, 8);
        pair.untilRequests(10);
        final List<RecordingServer.Held> held = new ArrayList<>(pair.server.held());
        pair.server.held().clear();
        final List<Integer> order = List.of(3, 9, 0, 1, 8, 7, 2, 6, 4, 5);
        order.forEach(index -> held.get(index).echo());
        pair.untilResponses(10);
        assertThat(pair.client.contexts())
                .isEqualTo(order.stream().map(Integer::longValue).toList());
    }

    @Test
    default void longAndShortMessagesKeepTheirOrderBothWays() {
        final Pair pair = scene().pair().pools(16, 70_000).established();
        final int[] lengths = {70_000, 1, 0, 513, 66_000, 2, 512, 70_000, 31, 4096};
        final List<Integer> atServer = new ArrayList<>();
        final List<Integer> atClient = new ArrayList<>();
        pair.server.whenRequest(
                (session, msg) -> {
                    atServer.add(msg.in().limit());
                    RecordingServer.echo(session, msg);
                });
        pair.client.whenResponse(
                (session, msg) -> {
                    atClient.add(msg.in().limit());
                    Payload.check(msg, msg.in().limit(), (Long) msg.userContext());
                });
        final List<Integer> expected = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            for (final int length : lengths) {
                pair.until("a free message", () -> pair.clientPool.available() > 0);
                pair.send(length);
                expected.add(length);
            }
        }
        pair.untilResponses(100);
        assertThat(atServer).isEqualTo(expected);
        assertThat(atClient).isEqualTo(expected);
    }

    @Test
    default void requestsSentBeforeEstablishmentArriveInOrder() {
        final Pair pair = scene().pair().connecting();
        for (int i = 0; i < 10; i++) {
            pair.send(i);
        }
        assertThat(pair.session().inFlight()).isEqualTo(10);
        pair.untilResponses(10);
        assertThat(pair.server.events(Event.Kind.REQUEST))
                .extracting(Event::length)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(pair.client.events().get(0).kind()).isEqualTo(Event.Kind.ESTABLISHED);
    }

    @Test
    default void aRequestSentFromOnEstablishedComesBehindThoseThatWait() {
        final Pair pair = scene().pair().connecting();
        pair.client.whenEstablished(session -> pair.send(99));
        pair.send(1);
        pair.send(2);
        pair.untilResponses(3);
        assertThat(pair.server.events(Event.Kind.REQUEST))
                .extracting(Event::length)
                .containsExactly(1, 2, 99);
    }

    @Test
    default void theQueueIsBoundedAndOverflowLeavesTheMessageWithTheCaller() {
        final Pair pair =
                scene().pair().clientSession(options -> options.withMaxQueued(3)).connecting();
        pair.sendMany(3, 1);
        final Msg msg = pair.request(1);
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(QueueOverflowException.class)
                .hasMessageContaining("3");
        pair.untilResponses(3);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(4);
    }

    @Test
    default void theQueueOfAnEstablishedSessionIsBoundedToo() {
        final Pair pair =
                scene().pair()
                        .serverPool(1, 64, 64)
                        .clientSession(options -> options.withMaxQueued(2))
                        .established();
        pair.server.hold();
        pair.sendMany(3, 1);
        pair.untilRequests(1);
        final Msg msg = pair.request(1);
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(QueueOverflowException.class);
        msg.release();
        pair.server.echo();
        pair.server.echoFirst();
        pair.untilResponses(3);
    }

    @Test
    default void aPingPongFromWithinOnResponseGoesOn() {
        final Pair pair = scene().pair().clientPool(1, 64, 64).established();
        pair.client.whenResponse(
                (session, msg) -> {
                    if (pair.client.responses() < 500) {
                        pair.client.send(session, msg);
                    }
                });
        pair.send(40);
        pair.untilResponses(500);
        assertThat(pair.server.requests()).isEqualTo(500);
    }

    @Test
    default void inFlightCountsWhatIsNotFinishedAtBothEnds() {
        final Pair pair = scene().pair().serverPool(2, 64, 64).established();
        pair.server.hold();
        pair.sendMany(5, 1);
        pair.untilRequests(2);
        assertThat(pair.session().inFlight()).isEqualTo(5);
        assertThat(pair.serverSession().inFlight()).isEqualTo(2);
        pair.server.echo();
        pair.server.echoFirst();
        pair.server.echoFirst();
        pair.untilResponses(5);
        assertThat(pair.session().inFlight()).isZero();
        pair.until("the server is done", () -> pair.serverSession().inFlight() == 0);
    }

    @Test
    default void whatIsInFlightWhenTheLinkBreaksIsFlushedBeforeClosed() {
        final Pair pair = scene().pair().wired().pools(128, 64).established();
        pair.server.hold();
        pair.sendMany(100, 8);
        pair.untilRequests(100);
        pair.wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(100, EventReason.FLUSHED));
        assertThat(pair.client.events().get(101).kind()).isEqualTo(Event.Kind.CLOSED);
    }

    @Test
    default void whatIsStillQueuedWhenTheLinkBreaksIsFlushedToo() {
        final Pair pair =
                scene().pair().wired().clientPool(128, 64, 64).serverPool(4, 64, 64).established();
        pair.server.hold();
        pair.sendMany(100, 8);
        pair.untilRequests(4);
        pair.wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(100, EventReason.FLUSHED));
    }

    @Test
    default void whatFailsIsToldInSendOrder() {
        final Pair pair =
                scene().pair().wired().clientPool(20, 64, 64).serverPool(4, 64, 64).established();
        pair.server.hold();
        final List<Object> failed = new ArrayList<>();
        pair.client.whenError((session, msg) -> failed.add(msg.userContext()));
        pair.sendMany(12, 8);
        pair.untilRequests(4);
        pair.wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(failed).isEqualTo(LongStream.range(0, 12).boxed().toList());
    }

    @Test
    default void sessionsOnOneEventQueueDoNotMix() {
        final Pair pair = scene().pair().pools(64, 64).established();
        final List<RecordingClient> clients = new ArrayList<>();
        final List<ClientSession> sessions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            final RecordingClient client = scene().client();
            client.whenResponse(
                    (session, msg) -> {
                        Payload.check(msg, 9, (Long) msg.userContext());
                        assertThat(session).isSameAs(sessions.get(clients.indexOf(client)));
                    });
            clients.add(client);
            sessions.add(pair.connectAnother(client));
        }
        for (int i = 0; i < 40; i++) {
            clients.get(i % 4).send(sessions.get(i % 4), pair.request(9));
        }
        scene().until(
                        "all answers",
                        () -> clients.stream().allMatch(client -> client.responses() == 10));
        for (int i = 0; i < 4; i++) {
            final long first = i;
            assertThat(clients.get(i).contexts())
                    .isEqualTo(LongStream.range(0, 10).map(n -> n * 4 + first).boxed().toList());
        }
    }

    @Test
    default void twoHundredSessionsLiveOnOneEventQueue() {
        final Pair pair = scene().pair().onOneQueue().pools(1000, 64).listening();
        final List<RecordingClient> clients = new ArrayList<>();
        final List<ClientSession> sessions = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(scene().client());
            sessions.add(pair.connectAnother(clients.get(i)));
        }
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 200; i++) {
                clients.get(i).send(sessions.get(i), pair.request(1 + round));
            }
        }
        scene().until(
                        "1000 answers",
                        () -> clients.stream().allMatch(client -> client.responses() == 5));
        assertThat(pair.portal.sessions()).isEqualTo(200);
        sessions.forEach(ClientSession::close);
        scene().until("200 closed", () -> clients.stream().allMatch(RecordingClient::isClosed));
        pair.until("the portal is empty", () -> pair.portal.sessions() == 0);
    }

    @Test
    default void clientAndServerMayLiveOnTheSameEventQueue() {
        final Pair pair = scene().pair().onOneQueue().established();
        pair.sendMany(10, 100);
        pair.untilResponses(10);
        pair.session().close();
        pair.untilClosed();
    }
}
