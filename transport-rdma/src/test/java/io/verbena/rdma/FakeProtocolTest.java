// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import io.verbena.rdma.HandPeer.Frame;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that don't keep to the protocol: who speaks to them ends it, and nobody else notices. */
class FakeProtocolTest {
    private static final int REQUEST_BYTES = 56;
    private static final int MORE_THAN_A_SLOT = 4000;

    private FakeConversation conversation;
    private ServerPortal portal;
    private HandPeer peer;

    @BeforeEach
    void aBystander() throws Exception {
        conversation = new FakeConversation().withBystander();
        portal = conversation.portal();
        peer = new HandPeer(conversation.fabric);
    }

    @AfterEach
    void isUnharmed() throws Exception {
        conversation.assertBystanderUnharmed();
        conversation.assertUsable();
        peer.close();
        conversation.close();
    }

    /** Of the sessions that ended, at least one. */
    private ListAssert<EventReason> assertReasons() {
        conversation.settle("an end", () -> !conversation.reasons().isEmpty());
        return assertThat(conversation.reasons()).as("%s", conversation.ends());
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Arguments breach(
            final String what, final Function<FakeProtocolTest, Frame> frame) {
        return arguments(what, frame);
    }

    private void untilHears(final CmEvent.Type type) {
        conversation.settle(
                type + " at the peer, which heard " + peer.said, () -> peer.hears(type));
    }

    // ---- clients that are none

    private static byte[] changed(final int at, final int... bytes) {
        final byte[] data = HandPeer.invitation();
        for (int i = 0; i < bytes.length; i++) {
            data[at + i] = (byte) bytes[i];
        }
        return data;
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                arguments("nothing", new byte[0]),
                arguments("text", ascii("GET / HTTP/1.1")),
                arguments("zeros", new byte[REQUEST_BYTES]),
                arguments("another magic", changed(0, 'v')),
                arguments("another version", changed(4, 2)),
                arguments("no receives", changed(6, 0, 0)),
                arguments("one receive, and none for what follows", changed(6, 1, 0)),
                arguments("receives without room for a header", changed(8, 47, 0)),
                arguments("a HELLO that is longer than the rest", changed(11, 200)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void whatIsNoInvitationIsRejected(final String what, final byte[] data) throws Exception {
        peer.connect(portal.uri(), data);
        untilHears(CmEvent.Type.REJECTED);
        assertThat(peer.said).doesNotContain(CmEvent.Type.ESTABLISHED);
        assertThat(conversation.ends()).isEmpty();
        // Found by fuzzing: the portal was not told.
        assertThat(conversation.refused).containsExactly(EventReason.PROTOCOL_ERROR);
    }

    @Test
    void anInvitationThatPromisesTheMostIsTakenAtItsWord() throws Exception {
        peer.connect(portal.uri(), changed(6, 0xff, 0xff, 0xff, 0xff));
        conversation.settle("HELLO", peer::isGreeted);
        peer.send(HandPeer.frame(FrameType.REQUEST, 64));
        conversation.settle("a response", () -> peer.count(FrameType.RESPONSE) == 1);
        peer.send(HandPeer.frame(FrameType.GOODBYE, 0));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertReasons().containsExactly(EventReason.CLOSED_BY_PEER);
    }

    @Test
    void aHelloWithNumbersOutOfRangeIsAnsweredWithGoodbye() throws Exception {
        peer.connect(portal.uri(), changed(24, 0, 0, 0, 0));
        untilHears(CmEvent.Type.REJECTED);
        assertThat(conversation.refused).containsExactly(EventReason.PROTOCOL_ERROR);
    }

    @Test
    void aHelloOfAnotherVersionIsRefused() throws Exception {
        peer.connect(portal.uri(), changed(16, 9, 9));
        untilHears(CmEvent.Type.REJECTED);
        assertThat(conversation.refused).containsExactly(EventReason.VERSION_MISMATCH);
    }

    @Test
    void aHelloWhosePathIsNoneIsRefused() throws Exception {
        final byte[] data = Arrays.copyOf(HandPeer.invitation(), Invitation.BYTES + 4);
        data[11] = 4;
        data[Invitation.BYTES] = (byte) 0xff;
        peer.connect(portal.uri(), data);
        untilHears(CmEvent.Type.REJECTED);
        assertThat(conversation.refused).containsExactly(EventReason.PROTOCOL_ERROR);
    }

    @Test
    void whoNeverSaysHelloIsDropped() throws Exception {
        peer.connect(portal.uri(), HandPeer.silentInvitation());
        untilHears(CmEvent.Type.ESTABLISHED);
        untilHears(CmEvent.Type.DISCONNECTED);
        assertThat(conversation.refused).containsExactly(EventReason.HELLO_TIMEOUT);
    }

    static Stream<Arguments> firstFrames() {
        return Stream.of(
                arguments("16 bytes of nonsense", ascii("sixteen nonsense")),
                arguments("nothing", new byte[0]),
                arguments("zeros", new byte[Frames.OVERHEAD]),
                arguments("text", ascii("GET / HTTP/1.1" + " ".repeat(80))),
                arguments("half a header", Arrays.copyOf(HandPeer.hello(0, 0), 30)),
                arguments("a header and nothing of ours", HandPeer.hello(0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("firstFrames")
    void aFirstFrameThatIsNoHelloIsRefused(final String what, final byte[] frame) throws Exception {
        peer.connect(portal.uri(), HandPeer.silentInvitation());
        untilHears(CmEvent.Type.ESTABLISHED);
        peer.send(frame);
        untilHears(CmEvent.Type.DISCONNECTED);
        conversation.settle("a refusal", () -> !conversation.refused.isEmpty());
        assertThat(conversation.refused)
                .hasSize(1)
                .isSubsetOf(EventReason.PROTOCOL_ERROR, EventReason.CLOSED_BY_PEER);
        assertThat(conversation.ends()).isEmpty();
    }

    /** Found by fuzzing: it was refused, and then the application was asked about it again. */
    @Test
    void whoSpeaksBeforeItIsAcceptedIsRefusedOnce() throws Exception {
        final List<SessionRequest> asked = new ArrayList<>();
        final ServerPortal hesitant = conversation.listen(asked::add);
        peer.connect(hesitant.uri(), HandPeer.invitation());
        untilHears(CmEvent.Type.ESTABLISHED);
        // The server doesn't know yet that the connection is made.
        peer.send(HandPeer.frame(FrameType.REQUEST, 64));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertThat(conversation.refused).containsExactly(EventReason.PROTOCOL_ERROR);
        assertThat(asked).hasSize(1).noneMatch(SessionRequest::isOpen);
    }

    // ---- clients that have a session, and then lose their manners

    private void establish() throws Exception {
        peer.connect(portal.uri(), HandPeer.invitation());
        conversation.settle("HELLO", peer::isGreeted);
        peer.send(HandPeer.frame(FrameType.REQUEST, 64));
        conversation.settle("a response", () -> peer.count(FrameType.RESPONSE) == 1);
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                breach("a frame shorter than a header", at -> request(64).cutTo(47)),
                breach("an empty frame", at -> request(64).cutTo(0)),
                breach("a length that is too small", at -> request(64).length(63)),
                breach("a length that is too large", at -> request(64).length(65)),
                breach("a negative length", at -> request(64).length(-1)),
                breach("an unknown type", at -> HandPeer.frame(99, 0)),
                breach("type 0", at -> HandPeer.frame(0, 0)),
                breach("a second HELLO", at -> HandPeer.frame(FrameType.HELLO, 0)),
                breach("a response to nothing", at -> frame(FrameType.RESPONSE)),
                breach(
                        "a written response to nothing",
                        at -> frame(FrameType.RESPONSE).flags(Frames.FLAG_REMOTE).length(4000)),
                breach(
                        "a KEEPALIVE whose payload is elsewhere",
                        at -> frame(FrameType.KEEPALIVE).flags(Frames.FLAG_REMOTE)),
                breach("a grant of a million", at -> request(1).grant(1_000_000)),
                breach("a grant that goes backwards", at -> request(1).grant(-1_000_000)),
                breach(
                        "a large request with a negative length",
                        at -> request(0).at(at.peer.ownAddress(), at.peer.ownKey()).length(-5)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void aBreachOfTheProtocolEndsThatSession(
            final String what, final Function<FakeProtocolTest, Frame> frame) throws Exception {
        establish();
        peer.send(frame.apply(this));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertReasons().containsExactly(EventReason.PROTOCOL_ERROR);
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                breach(
                        "a key that is nobody's",
                        at -> request(0).at(at.peer.ownAddress(), 0xbad).length(4000)),
                breach(
                        "an address that is nobody's",
                        at -> request(0).at(4096, at.peer.ownKey()).length(4000)),
                breach(
                        "a range that ends beyond the region",
                        at ->
                                request(0)
                                        .at(at.peer.ownAddress() + 8000, at.peer.ownKey())
                                        .length(4000)),
                breach(
                        "more than a slot takes",
                        at -> HandPeer.frame(FrameType.REQUEST, MORE_THAN_A_SLOT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadable")
    void whatCanNotBeReadBreaksThatSession(
            final String what, final Function<FakeProtocolTest, Frame> frame) throws Exception {
        establish();
        peer.send(frame.apply(this));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertReasons().containsExactly(EventReason.TRANSPORT_ERROR);
    }

    private static Frame frame(final int type) {
        return HandPeer.frame(type, 0);
    }

    private static Frame request(final int payload) {
        return HandPeer.frame(FrameType.REQUEST, payload);
    }

    @Test
    void aRequestThatCanBeReadIs() throws Exception {
        establish();
        peer.send(request(0).at(peer.ownAddress(), peer.ownKey()).length(64).transaction(5));
        conversation.settle("a response", () -> peer.count(FrameType.RESPONSE) == 2);
        peer.send(frame(FrameType.GOODBYE));
        untilHears(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void aResponseThatCanNotBeWrittenBreaksThatSession() throws Exception {
        establish();
        // Its response is as long, and nowhere was said where that could be written.
        peer.send(request(0).at(peer.ownAddress(), peer.ownKey()).length(4000));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertReasons().containsExactly(EventReason.TRANSPORT_ERROR);
    }

    @Test
    void aFloodOfGrantsIsBorne() throws Exception {
        establish();
        for (int i = 0; i < 500; i++) {
            peer.send(frame(Frames.TYPE_GRANT).grant(peer.granted()));
            conversation.scene.runOnce();
            conversation.scene.runOnce();
            peer.look();
        }
        peer.send(request(64).transaction(1).grant(peer.granted()));
        conversation.settle("a response", () -> peer.count(FrameType.RESPONSE) == 2);
        peer.send(frame(FrameType.GOODBYE));
        untilHears(CmEvent.Type.DISCONNECTED);
        assertThat(conversation.fabric.receiverNotReady()).isZero();
    }

    @Test
    void whoNeverGrantsGetsNoMoreThanItGranted() throws Exception {
        peer.connect(portal.uri(), changed(6, 4, 0));
        conversation.settle("HELLO", peer::isGreeted);
        for (int i = 0; i < 10; i++) {
            peer.send(request(64).transaction(i).grant(4));
        }
        conversation.settle("ten requests", () -> conversation.requests() == 10);
        assertThat(peer.types()).hasSizeLessThanOrEqualTo(4);
        untilHears(CmEvent.Type.DISCONNECTED);
        assertReasons()
                .hasSize(1)
                .isSubsetOf(EventReason.PEER_STALLED, EventReason.KEEPALIVE_TIMEOUT);
        assertThat(peer.types()).hasSizeLessThanOrEqualTo(4);
    }

    // ---- servers that are none

    private FakeConversation.Talk connecting() throws Exception {
        final URI uri = peer.listen();
        final FakeConversation.Talk talk = conversation.connectTo(uri);
        untilHears(CmEvent.Type.CONNECT_REQUEST);
        return talk;
    }

    private void assertEnds(final FakeConversation.Talk talk, final EventReason reason) {
        conversation.settle("CLOSED", talk::isOver);
        talk.client.assertClosed(reason);
    }

    @Test
    void aRejectionThatSaysNothingOfOursIsARefusal() throws Exception {
        final FakeConversation.Talk talk = connecting();
        peer.reject(ascii("go away"));
        assertEnds(talk, EventReason.REFUSED);
    }

    @Test
    void aRejectionWithAFrameThatIsNoneIsAProtocolError() throws Exception {
        final FakeConversation.Talk talk = connecting();
        final byte[] nonsense = new byte[FrameHeader.LENGTH];
        nonsense[0] = 77;
        peer.reject(Invitation.rejection(nonsense));
        assertEnds(talk, EventReason.PROTOCOL_ERROR);
    }

    @Test
    void aRejectionWithAFrameLongerThanItselfIsARefusal() throws Exception {
        final FakeConversation.Talk talk = connecting();
        final byte[] lies = HandPeer.hello(0, 0);
        ByteBuffer.wrap(lies).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 100_000);
        peer.reject(Invitation.rejection(lies));
        assertEnds(talk, EventReason.REFUSED);
    }

    @Test
    void anAnswerThatIsNotOfVerbenaIsAProtocolError() throws Exception {
        final FakeConversation.Talk talk = connecting();
        peer.accept(ascii("welcome to somewhere else entirely"));
        assertEnds(talk, EventReason.PROTOCOL_ERROR);
        untilHears(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void aServerThatNeverAnswersHelloIsLeft() throws Exception {
        final FakeConversation.Talk talk = connecting();
        peer.accept(HandPeer.silentInvitation());
        assertEnds(talk, EventReason.HELLO_TIMEOUT);
        untilHears(CmEvent.Type.DISCONNECTED);
    }

    private FakeConversation.Talk connected() throws Exception {
        final FakeConversation.Talk talk = connecting();
        peer.accept(new Invitation(Invitation.FLAG_HELLO, 32, 8192, null).encode());
        peer.send(frame(FrameType.HELLO).header(HandPeer.hello(4, 16)));
        conversation.settle("a session", talk.client::isEstablished);
        conversation.send(talk, 64);
        conversation.settle("a request", () -> peer.count(FrameType.REQUEST) == 1);
        return talk;
    }

    private long transaction() {
        return peer.received.stream()
                .filter(bytes -> bytes[0] == FrameType.REQUEST)
                .map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(8))
                .findFirst()
                .orElseThrow();
    }

    static Stream<Arguments> breachesByServers() {
        return Stream.of(
                breach("a short frame", at -> frame(FrameType.RESPONSE).cutTo(20)),
                breach("a request", at -> request(8)),
                breach("a second HELLO", at -> frame(FrameType.HELLO)),
                breach(
                        "a response to nothing",
                        at -> HandPeer.frame(FrameType.RESPONSE, 8).transaction(~at.transaction())),
                breach(
                        "a written response of negative length",
                        at ->
                                frame(FrameType.RESPONSE)
                                        .transaction(at.transaction())
                                        .flags(Frames.FLAG_REMOTE)
                                        .length(-1)),
                breach(
                        "a written response that is longer than there was room for",
                        at ->
                                frame(FrameType.RESPONSE)
                                        .transaction(at.transaction())
                                        .flags(Frames.FLAG_REMOTE)
                                        .length(1_000_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breachesByServers")
    void aServerThatBreaksTheProtocolIsLeft(
            final String what, final Function<FakeProtocolTest, Frame> frame) throws Exception {
        final FakeConversation.Talk talk = connected();
        peer.send(frame.apply(this));
        assertEnds(talk, EventReason.PROTOCOL_ERROR);
        untilHears(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void aResponseThatWasNeverWrittenHarmsNobodyElse() throws Exception {
        // Nobody can tell; the client gets what its message held before.
        final FakeConversation.Talk talk = connecting();
        talk.client.whenResponse((session, msg) -> {});
        peer.accept(new Invitation(Invitation.FLAG_HELLO, 32, 8192, null).encode());
        peer.send(frame(FrameType.HELLO).header(HandPeer.hello(4, 16)));
        conversation.settle("a session", talk.client::isEstablished);
        conversation.send(talk, 64);
        conversation.settle("a request", () -> peer.count(FrameType.REQUEST) == 1);
        peer.send(
                frame(FrameType.RESPONSE)
                        .transaction(transaction())
                        .flags(Frames.FLAG_REMOTE)
                        .length(4000));
        conversation.settle("a response", () -> talk.client.responses() == 1);
        peer.send(frame(FrameType.GOODBYE));
        assertEnds(talk, EventReason.CLOSED_BY_PEER);
    }
}
