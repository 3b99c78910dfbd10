// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosedException;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Mirrors, and relays that forward without a copy: guarantee 10. */
public interface RelayContract extends Part {
    /** A portal that passes each request on to a server, on the mirror of its message. */
    final class Relay {
        final EventQueueHandler queue;
        final MsgPool pool;
        final ServerPortal portal;
        final ClientSession back;
        final List<Event> events = new ArrayList<>();
        final List<RecordingServer.Held> underWay = new ArrayList<>();
        private final Map<Msg, ServerSession> fronts = new IdentityHashMap<>();
        boolean answers = true;

        private Relay(
                final Part part,
                final URI target,
                final int messages,
                final int inBytes,
                final int outBytes) {
            queue = part.scene().queue();
            pool = part.scene().pool(queue, messages, inBytes, outBytes, PoolUse.BOTH);
            back =
                    ClientSession.connect(
                            queue,
                            target,
                            new ClientSession.Handler() {
                                @Override
                                public void onResponse(
                                        final ClientSession session, final Msg mirror) {
                                    relayBack(mirror);
                                }

                                @Override
                                public void onMsgError(
                                        final ClientSession session,
                                        final Msg mirror,
                                        final EventReason reason) {
                                    events.add(new Event(Event.Kind.MSG_ERROR, reason, 0));
                                    fronts.remove(mirror.mirror()).discardRequest(mirror.mirror());
                                }
                            },
                            part.transport().connectOptions());
            portal =
                    ServerPortal.listen(
                            queue,
                            part.transport().listenUri(),
                            request -> request.accept(this::relay),
                            part.transport().portalOptions());
        }

        private void relay(final ServerSession front, final Msg msg) {
            fronts.put(msg, front);
            final Msg mirror = msg.mirror();
            assertThat(mirror.out().position()).isEqualTo(msg.in().limit());
            assertThat(mirror.isMirror()).isTrue();
            if (answers) {
                back.sendRequest(mirror);
            } else {
                underWay.add(new RecordingServer.Held(front, msg));
            }
        }

        private void relayBack(final Msg mirror) {
            final Msg msg = mirror.mirror();
            assertThat(msg.isMirror()).isFalse();
            assertThat(msg.out().position()).isEqualTo(mirror.in().limit());
            events.add(new Event(Event.Kind.RESPONSE, null, mirror.in().limit()));
            final ServerSession front = fronts.remove(msg);
            try {
                front.sendResponse(msg);
            } catch (final SessionClosedException e) {
                front.discardRequest(msg);
            }
        }
    }

    private ClientSession connectTo(final Relay relay, final Pair pair) {
        return ClientSession.connect(
                pair.clientQueue, relay.portal.uri(), pair.client, transport().connectOptions());
    }

    @Test
    default void aRelayPassesRequestsAndResponsesOnWithoutACopy() {
        final Pair pair = scene().pair().pools(16, 5000).listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 8, 5000, 5000);
        pair.server.whenRequest(
                (session, msg) -> {
                    final int length = msg.in().limit();
                    session.sendResponse(Payload.fill(msg, length / 2, length));
                });
        pair.client.whenResponse(
                (session, msg) -> {
                    final int length = msg.out().position();
                    Payload.check(msg, length / 2, length);
                });
        final ClientSession session = connectTo(relay, pair);
        for (final int length : new int[] {0, 1, 2, 31, 512, 513, 4096, 5000, 3}) {
            pair.client.send(session, pair.request(length));
            final int expected = pair.client.responses() + 1;
            pair.until("the answer", () -> pair.client.responses() == expected);
        }
        assertThat(pair.server.requests()).isEqualTo(9);
        pair.until("the relay's pool is whole", () -> relay.pool.available() == 8);
    }

    @Test
    default void whatTheServerGetsIsWhatTheClientSent() {
        final Pair pair = scene().pair().pools(16, 70_000).listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 4, 70_000, 70_000);
        pair.server.whenRequest(
                (session, msg) -> {
                    Payload.check(msg, 66_000, pair.server.requests() - 1);
                    RecordingServer.echo(session, msg);
                });
        pair.client.whenResponse(
                (session, msg) -> Payload.check(msg, 66_000, (Long) msg.userContext()));
        final ClientSession session = connectTo(relay, pair);
        for (int i = 0; i < 16; i++) {
            pair.client.send(session, pair.request(66_000));
        }
        pair.untilResponses(16);
    }

    @Test
    default void aRelayKeepsOrderAndPassesEveryRequestOnOnce() {
        final Pair pair = scene().pair().pools(64, 64).listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 4, 64, 64);
        final ClientSession session = connectTo(relay, pair);
        for (int i = 0; i < 300; i++) {
            pair.until("a free message", () -> pair.clientPool.available() > 0);
            pair.client.send(session, pair.request(8));
        }
        pair.untilResponses(300);
        assertThat(pair.server.requests()).isEqualTo(300);
        assertThat(pair.client.contexts().get(299)).isEqualTo(299L);
    }

    @Test
    default void aResponseThatTheFirstClientHasNoRoomForFailsAtTheRelay() {
        final Pair pair = scene().pair().clientPool(4, 10, 100).serverPool(4, 100, 100).listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 4, 100, 100);
        pair.server.whenRequest(
                (session, msg) -> {
                    msg.out().clear();
                    session.sendResponse(Payload.fill(msg, 11, 0));
                });
        final ClientSession session = connectTo(relay, pair);
        pair.client.send(session, pair.request(5));
        pair.until("the failure", () -> pair.client.errors() == 1);
        assertThat(relay.events)
                .containsExactly(
                        new Event(Event.Kind.MSG_ERROR, EventReason.RESPONSE_TOO_LARGE, 0));
        pair.until("the relay's pool is whole", () -> relay.pool.available() == 4);
    }

    @Test
    default void aRelayWhoseServerIsGoneDiscards() {
        final Pair pair = scene().pair().wired().listening();
        final Relay relay = new Relay(this, pair.target(), 4, 1024, 1024);
        pair.server.hold();
        final ClientSession session = connectTo(relay, pair);
        pair.client.send(session, pair.request(1));
        pair.client.send(session, pair.request(1));
        pair.untilRequests(2);
        pair.wire.cut();
        pair.until("both failed", () -> pair.client.errors() == 2);
        assertThat(pair.client.errorReasons())
                .containsExactly(EventReason.DISCARDED, EventReason.DISCARDED);
        pair.until("the relay's pool is whole", () -> relay.pool.available() == 4);
    }

    @Test
    default void whileTheMirrorIsInFlightTheMessageIsNotUsed() {
        final Pair pair = scene().pair().listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 4, 1024, 1024);
        pair.server.hold();
        relay.answers = false;
        final ClientSession session = connectTo(relay, pair);
        pair.client.send(session, pair.request(1));
        pair.until("the request", () -> relay.underWay.size() == 1);
        final RecordingServer.Held held = relay.underWay.get(0);
        final Msg mirror = held.msg().mirror();
        relay.back.sendRequest(mirror);
        assertThatThrownBy(() -> held.session().sendResponse(held.msg()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mirror");
        assertThatThrownBy(held::discard).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(held.msg()::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(held.msg()::mirror).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> relay.back.sendRequest(mirror))
                .isInstanceOf(IllegalStateException.class);
        pair.untilRequests(1);
        pair.server.echoFirst();
        pair.untilResponses(1);
    }

    @Test
    default void aMirrorIsNeverReleasedAnsweredOrDiscarded() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        final RecordingServer.Held held = pair.server.held().get(0);
        final Msg mirror = held.msg().mirror();
        assertThatThrownBy(mirror::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> held.session().sendResponse(mirror))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> held.session().discardRequest(mirror))
                .isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.untilResponses(1);
    }

    @Test
    default void aMirrorOfAMirrorIsTheMessageAndBothAreAlwaysTheSame() {
        final MsgPool pool = scene().loosePool(1, 32, 64);
        final Msg msg = pool.take();
        final Msg mirror = msg.mirror();
        assertThat(msg.isMirror()).isFalse();
        assertThat(mirror.isMirror()).isTrue();
        assertThat(mirror.mirror()).isSameAs(msg);
        assertThat(msg.mirror()).isSameAs(mirror);
        assertThat(mirror.pool()).isSameAs(pool);
        assertThat(mirror.in().capacity()).isEqualTo(64);
        assertThat(mirror.out().capacity()).isEqualTo(32);
        msg.out().putLong(0, 4711);
        mirror.in().clear();
        assertThat(mirror.in().getLong(0)).isEqualTo(4711);
        msg.release();
    }

    @Test
    default void aMessageThatIsNotHeldHasNoMirror() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.clientPool.take();
        msg.release();
        assertThatThrownBy(msg::mirror).isInstanceOf(IllegalStateException.class);
        pair.server.hold();
        final Msg sent = pair.send(1);
        assertThatThrownBy(sent::mirror).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aMirrorMayBeSentOnBehalfOfATakenMessageToo() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final MsgPool pool = scene().pool(pair.clientQueue, 1, 1024, 1024, PoolUse.BOTH);
        final Msg msg = pool.take();
        msg.out().position(40);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
        final Msg mirror = msg.mirror();
        assertThat(mirror.out().position()).isEqualTo(40);
        pair.client.send(pair.session(), mirror);
        assertThatThrownBy(msg::release).isInstanceOf(IllegalStateException.class);
        pair.untilResponses(2);
        assertThat(mirror.in().limit()).isEqualTo(40);
        assertThat(msg.out().position()).isEqualTo(40);
        pair.client.kept().remove(mirror);
    }

    @Test
    default void aMirrorOfAPoolThatIsBoundForOneUseCannotBeSent() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg msg = pair.send(40);
        pair.untilResponses(1);
        assertThatThrownBy(() -> pair.session().sendRequest(msg.mirror()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bind it for both");
        pair.client.kept().remove(msg);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(2);
    }

    @Test
    default void aRelayWhoseClientIsGoneKeepsTheMessageUntilTheMirrorIsBack() {
        final Pair pair = scene().pair().listening();
        final Relay relay = new Relay(this, pair.portal.uri(), 4, 1024, 1024);
        pair.server.hold();
        final var wire = scene().wire(relay.portal.uri());
        final ClientSession session =
                ClientSession.connect(
                        pair.clientQueue, wire.uri(), pair.client, transport().connectOptions());
        relay.answers = false;
        pair.client.send(session, pair.request(1));
        pair.until("the request", () -> relay.underWay.size() == 1);
        final RecordingServer.Held held = relay.underWay.get(0);
        relay.back.sendRequest(held.msg().mirror());
        pair.untilRequests(1);
        wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        assertThatThrownBy(held::discard).isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.until("the relay's pool is whole", () -> relay.pool.available() == 4);
    }
}
