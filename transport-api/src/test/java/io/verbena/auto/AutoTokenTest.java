// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.testkit.Pair;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who has no right to a session gets none, and costs nobody else anything. */
class AutoTokenTest extends AutoScene {
    /** A client that speaks frames by hand. */
    private final class Intruder implements ConnectionHandler {
        final List<Integer> types = new ArrayList<>();
        final List<byte[]> payloads = new ArrayList<>();
        final Connection connection;
        private EventReason goodbye;
        private EventReason closed;
        private boolean connected;

        Intruder(final Pair pair, final URI uri) {
            final Poller poller = ((PollerContext) pair.clientQueue).poller("mem");
            connection = poller.connect(uri, ConnectOptions.defaults(), this);
            scene.until("connected", () -> connected || closed != null);
        }

        void hello(final int features, final byte[] payload) {
            final KeptFrame frame = KeptFrame.of(FrameType.HELLO, 0, 0, payload);
            Hello.set(frame.header(), 0, 0, payload.length, 0, 0, 1 << 20);
            Hello.addFeatures(frame.header(), features);
            connection.send(frame.header(), frame.memory());
        }

        void send(final int type) {
            final FrameHeader header = new FrameHeader();
            connection.send(header.set(type, 0, 0, 0, 0, 0), null);
        }

        Token offer() {
            scene.until("an offer", () -> types.contains(FrameType.OFFER));
            return Token.of(payloads.get(types.indexOf(FrameType.OFFER)));
        }

        void assertRefused() {
            scene.until("refused", () -> closed != null);
            assertThat(goodbye).isEqualTo(EventReason.REFUSED);
        }

        @Override
        public void onConnected() {
            connected = true;
        }

        @Override
        public MsgMemory destination(final FrameHeader header) {
            return KeptFrame.receiving(header);
        }

        @Override
        public void onFrame(final FrameHeader header, final MsgMemory memory) {
            types.add(header.type());
            payloads.add(((KeptFrame) memory).payload());
            if (header.type() == FrameType.GOODBYE) {
                goodbye = EventReason.of(header.room());
                connection.close();
            }
        }

        @Override
        public void onWritable() {}

        @Override
        public void onSent(final MsgMemory payload) {}

        @Override
        public void onClosed(final EventReason reason, final String detail, final Throwable cause) {
            closed = reason;
        }
    }

    private Intruder atControl(final Pair pair) {
        return new Intruder(pair, URI.create("mem://" + pair.portal.uri().getRawAuthority()));
    }

    private Intruder atData(final Pair pair) {
        return new Intruder(
                pair,
                URI.create(
                        "mem://"
                                + pair.portal.uri().getRawAuthority()
                                + AutoMemTransportProvider.DATA));
    }

    /** A portal with one session that goes on as if nothing were. */
    private Pair withNeighbour() {
        final Pair pair = pair().established();
        pair.roundTrip(10);
        return pair;
    }

    private void assertUnharmed(final Pair pair) {
        pair.roundTrip(10);
        assertThat(pair.session().transportDetail()).isEqualTo(UPGRADED);
        assertThat(pair.portal.sessions()).isEqualTo(1);
    }

    @Test
    void aTokenIsGoodOnce() {
        final Pair pair = withNeighbour();
        final Intruder session = atControl(pair);
        session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final byte[] token = session.offer().presented();
        final Intruder first = atData(pair);
        first.hello(0, token);
        scene.until("redeemed", () -> session.types.contains(FrameType.UPGRADE));
        session.send(FrameType.UPGRADE);

        final Intruder second = atData(pair);
        second.hello(0, token);
        second.assertRefused();
        assertThat(pair.serverQueue.counters().protocolErrors()).isEqualTo(1);
        assertThat(pair.portal.sessions()).isEqualTo(2);

        first.connection.abort();
        session.connection.abort();
        scene.until("gone", () -> pair.portal.sessions() == 1);
        assertUnharmed(pair);
    }

    @Test
    void aGuessIsRefusedAndSoIsAForgottenToken() {
        final Pair pair = withNeighbour();
        final Intruder guess = atData(pair);
        guess.hello(0, Token.random().presented());
        guess.assertRefused();
        final Intruder none = atData(pair);
        none.hello(0, "/orders".getBytes(StandardCharsets.UTF_8));
        none.assertRefused();

        assertThat(pair.serverQueue.counters().protocolErrors()).isEqualTo(2);
        assertUnharmed(pair);
    }

    @Test
    void aLateTokenIsRefusedAndItsSessionIsServedAllTheSame() {
        final Pair pair = withNeighbour();
        final Intruder session = atControl(pair);
        session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final byte[] token = session.offer().presented();
        scene.passMs(2010);
        assertThat(session.types).contains(FrameType.HELLO);
        final Intruder late = atData(pair);
        late.hello(0, token);
        late.assertRefused();

        session.connection.abort();
        scene.until("gone", () -> pair.portal.sessions() == 1);
        assertUnharmed(pair);
    }

    @Test
    void aTokenOfASessionThatHasGoneIsRefused() {
        final Pair pair = withNeighbour();
        final Intruder session = atControl(pair);
        session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final byte[] token = session.offer().presented();
        session.connection.abort();
        scene.untilQuiet();
        final Intruder orphan = atData(pair);
        orphan.hello(0, token);
        orphan.assertRefused();

        assertUnharmed(pair);
    }

    @Test
    void aTokenBringsOneOnlyToTheSessionThatItWasGivenTo() {
        final Pair pair = withNeighbour();
        final Intruder first = atControl(pair);
        first.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final byte[] token = first.offer().presented();
        final Intruder second = atControl(pair);
        second.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        second.offer();
        final Intruder data = atData(pair);
        data.hello(0, token);
        scene.until("redeemed", () -> first.types.contains(FrameType.UPGRADE));
        scene.untilQuiet();
        assertThat(second.types).doesNotContain(FrameType.UPGRADE);

        data.connection.abort();
        first.connection.abort();
        second.connection.abort();
        scene.until("gone", () -> pair.portal.sessions() == 1);
        assertUnharmed(pair);
    }

    @Test
    void whoGuessesOftenIsNotListenedToForAWhile() {
        final Pair pair = withNeighbour();
        for (int i = 0; i < GuessLimit.GUESSES; i++) {
            final Intruder guess = atData(pair);
            guess.hello(0, Token.random().presented());
            guess.assertRefused();
        }
        final Intruder tooMany = atData(pair);
        scene.until("dropped", () -> tooMany.closed != null);
        assertThat(tooMany.goodbye).isNull();
        assertUnharmed(pair);
    }

    @Test
    void whoShowsNothingIsSentAwayInTime() {
        final Pair pair = withNeighbour();
        final Intruder silent = atData(pair);
        scene.passMs(2010);
        silent.assertRefused();
        assertUnharmed(pair);
    }

    @Test
    void whoeverBreaksTheNegotiationLosesHisSessionAlone() {
        final Pair pair = withNeighbour();
        for (final int type :
                new int[] {FrameType.UPGRADE, FrameType.REQUEST, FrameType.HELLO, 200}) {
            final Intruder session = atControl(pair);
            session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
            session.offer();
            session.send(type);
            scene.until("ended", () -> session.closed != null);
            assertThat(session.goodbye).isEqualTo(EventReason.PROTOCOL_ERROR);
        }
        assertUnharmed(pair);
    }

    @Test
    void aDeclineAfterAnUpgradeIsABreach() {
        final Pair pair = withNeighbour();
        final Intruder session = atControl(pair);
        session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final Intruder data = atData(pair);
        data.hello(0, session.offer().presented());
        scene.until("redeemed", () -> session.types.contains(FrameType.UPGRADE));
        session.send(FrameType.UPGRADE);
        session.send(FrameType.DECLINE);
        scene.until("ended", () -> session.closed != null);

        assertThat(session.goodbye).isEqualTo(EventReason.PROTOCOL_ERROR);
        assertUnharmed(pair);
    }

    @Test
    void theServerSaysAgainWhatItHadSaidWhenTheClientDeclines() {
        final Pair pair = withNeighbour();
        final Intruder session = atControl(pair);
        session.hello(Hello.FEATURE_UPGRADE, new byte[0]);
        final Intruder data = atData(pair);
        data.hello(0, session.offer().presented());
        scene.until("answered", () -> data.types.contains(FrameType.HELLO));
        session.send(FrameType.DECLINE);
        scene.until("said again", () -> session.types.contains(FrameType.HELLO));
        scene.until("dropped", () -> data.closed != null);
        assertThat(pair.portal.sessions()).isEqualTo(2);

        session.connection.abort();
        scene.until("gone", () -> pair.portal.sessions() == 1);
        assertUnharmed(pair);
    }

    @Test
    void aTokenIsWrittenNowhere() {
        assertThat(Token.random()).hasToString("Token");
    }

    @Test
    void aTokenFitsIntoThePrivateDataOfAnRdmaConnectionRequest() {
        assertThat(Token.random().presented()).hasSize(Token.PRESENTED_LENGTH);
        assertThat(Token.PRESENTED_LENGTH).isLessThanOrEqualTo(28);
    }
}
