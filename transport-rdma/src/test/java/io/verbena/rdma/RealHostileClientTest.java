// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.Layout;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client may do to a server that others use, too. */
@DisplayName("Hostile clients on real verbs")
class RealHostileClientTest extends RealTest {
    private static final int BYTES = 8192;
    private static final int MESSAGES = 8;
    private static final Pattern KEYS = Pattern.compile("rkey (0x[0-9a-f]+) lkey (0x[0-9a-f]+)");

    private Pair pair;

    @BeforeEach
    void aServerAndAnHonestClient() {
        pair =
                livePair()
                        .pools(MESSAGES, BYTES)
                        .portal(options -> options.withHelloTimeoutNs(TimeUnit.SECONDS.toNanos(2)))
                        .established();
        pair.roundTrip(BYTES);
    }

    @AfterEach
    void theHonestClientIsServedStill() {
        if (!pair.serverQueue.isClosed()) {
            final int before = pair.client.responses();
            for (final int length : new int[] {10, BYTES}) {
                pair.roundTrip(length);
            }
            assertThat(pair.client.responses()).isEqualTo(before + 2);
            until("the pool is whole", () -> pair.serverPool.available() == MESSAGES);
        }
    }

    private RawPeer join(final int access) throws IOException {
        final RawPeer peer =
                scene().closesWithScene(
                                RawPeer.connect(pair.portal.uri(), RawPeer.hello(), access));
        final int before = pair.portal.sessions();
        until(
                "a session",
                () -> peer.poll() && pair.portal.sessions() > before && !peer.frames.isEmpty());
        assertThat(RawPeer.header(peer.frames.get(0)).type()).isEqualTo(FrameType.HELLO);
        return peer;
    }

    private void untilOnlyTheHonestOneIsLeft(final RawPeer peer) {
        until("its end", () -> peer.poll() && pair.portal.sessions() == 1);
        until("the word of it", () -> peer.poll() && peer.hasEnded());
    }

    private enum WrongMemory {
        KEY,
        ADDRESS,
        LENGTH,
        RIGHTS
    }

    @ParameterizedTest
    @EnumSource(WrongMemory.class)
    void whoseRequestIsNotWhereTheySayAreGivenUp(final WrongMemory wrong) throws IOException {
        final RawPeer peer =
                join(wrong == WrongMemory.RIGHTS ? Access.LOCAL_WRITE : Access.REMOTE_READ);
        final int requests = pair.server.requests();
        peer.send(
                switch (wrong) {
                    case KEY ->
                            RawPeer.requestElsewhere(BYTES, peer.address(), peer.rkey() ^ 0x5500);
                    case ADDRESS ->
                            RawPeer.requestElsewhere(BYTES, peer.address() - 4096, peer.rkey());
                    case LENGTH ->
                            RawPeer.requestElsewhere(
                                    BYTES, peer.address() + RawPeer.BYTES - BYTES + 1, peer.rkey());
                    case RIGHTS -> RawPeer.requestElsewhere(BYTES, peer.address(), peer.rkey());
                });
        untilOnlyTheHonestOneIsLeft(peer);
        assertThat(pair.server.requests()).isEqualTo(requests);
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
    }

    @Test
    void whoseRequestIsWhereTheySayAreServed() throws IOException {
        final RawPeer peer = join(Access.REMOTE_READ);
        final int requests = pair.server.requests();
        pair.server.hold();
        peer.send(RawPeer.requestElsewhere(BYTES, peer.address(), peer.rkey()));
        until("the request", () -> pair.server.requests() > requests);
        pair.server.discardHeld();
        pair.server.echo();
    }

    /** Of a pool that is bound for a client, remote rights are needed; here they are missing. */
    @ParameterizedTest
    @EnumSource(WrongMemory.class)
    void whoseRoomIsNotWhereTheySayAreGivenUp(final WrongMemory wrong) throws IOException {
        final RawPeer peer =
                join(
                        wrong == WrongMemory.RIGHTS
                                ? Access.LOCAL_WRITE | Access.REMOTE_READ
                                : Access.LOCAL_WRITE | Access.REMOTE_READ | Access.REMOTE_WRITE);
        pair.server.whenRequest(
                (session, msg) -> {
                    msg.out().position(BYTES);
                    session.sendResponse(msg);
                });
        final byte[] frame = new byte[Frames.OVERHEAD];
        new FrameHeader()
                .set(FrameType.REQUEST, 0, 0, 0, 1, BYTES)
                .writeTo(ByteBuffer.wrap(frame), 0);
        final ByteBuffer landing = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        final long end = peer.address() + RawPeer.BYTES;
        landing.putInt(Frames.GRANT, 32)
                .putInt(
                        Frames.LANDING_RKEY,
                        wrong == WrongMemory.KEY ? peer.rkey() ^ 0x5500 : peer.rkey())
                .putLong(
                        Frames.LANDING_ADDRESS,
                        switch (wrong) {
                            case ADDRESS -> peer.address() - 4096;
                            case LENGTH -> end - BYTES + 1;
                            default -> peer.address();
                        });
        peer.send(frame);
        untilOnlyTheHonestOneIsLeft(peer);
        pair.server.echo();
    }

    /**
     * A server's registrations have no remote key, whatever the peer knows of its addresses. A
     * WRITE is refused; SoftRoCE doesn't tell the side whose memory it was, so that unless the peer
     * goes it is the keepalive that ends the session. A READ doesn't even begin, as the server
     * serves none.
     */
    @Test
    void canNotTouchAServersMemory() throws IOException {
        Guest.assume();
        pair.server.hold();
        pair.send(BYTES);
        until("a request", () -> !pair.server.held().isEmpty());
        pair.server.echo();
        final Msg victim = pair.server.held().get(0).msg();
        victim.out().put(0, (byte) 42);
        final long[] addresses = {
            RealVerbs.get().addressOf(victim.in().slice(0, 1)),
            RealVerbs.get().addressOf(victim.out().slice(0, 1))
        };
        final List<Integer> keys = keysOfThisProcess();
        int refused = 0;
        for (final int key : keys) {
            for (final int operation : new int[] {Layout.OP_READ, Layout.OP_WRITE}) {
                final RawPeer peer = join(Access.LOCAL_WRITE);
                peer.access(operation, 1, addresses[refused % 2], key);
                if (operation == Layout.OP_WRITE) {
                    until("an answer", () -> peer.poll() && !peer.statuses.isEmpty());
                } else {
                    pair.roundTrip(BYTES);
                }
                peer.disconnect();
                untilOnlyTheHonestOneIsLeft(peer);
                assertThat(peer.statuses)
                        .as("operation %d with key %#x", operation, key)
                        .doesNotContain(Layout.STATUS_SUCCESS);
                peer.close();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(4);
        assertThat(victim.out().get(0)).isEqualTo((byte) 42);
        pair.server.held().remove(0).echo();
    }

    /** Local and remote keys of all memory that is registered, but for the client's. */
    private List<Integer> keysOfThisProcess() {
        final List<Integer> keys = new ArrayList<>();
        final Matcher matcher = KEYS.matcher(Guest.run("rdma", "-dd", "resource", "show", "mr"));
        while (matcher.find()) {
            final int rkey = Integer.decode(matcher.group(1));
            if (rkey == 0) {
                keys.add(Integer.decode(matcher.group(2)));
            }
        }
        // the pool's IN and OUT and the queue pair's slots
        assertThat(keys).hasSizeGreaterThanOrEqualTo(3);
        return keys;
    }

    @Test
    void thatSayNothingAreGivenUpInTime() throws IOException {
        final byte[] noHello = new Invitation(0, 32, 4096, null).encode();
        final RawPeer peer =
                scene().closesWithScene(
                                RawPeer.connect(pair.portal.uri(), noHello, Access.LOCAL_WRITE));
        until("its connection", () -> peer.poll() && peer.isEstablished());
        until("its end", () -> peer.poll() && peer.hasEnded());
        assertThat(pair.portal.sessions()).isEqualTo(1);
    }

    private RawPeer request(final byte... privateData) throws IOException {
        final RawPeer peer = RawPeer.connect(pair.portal.uri(), privateData, Access.LOCAL_WRITE);
        until(
                "an answer",
                () ->
                        peer.poll()
                                && (peer.hasEnded()
                                        || (peer.isEstablished() && !peer.frames.isEmpty())));
        return peer;
    }

    @Test
    void whoseRequestIsNotOfVerbenaAreRejected() throws IOException {
        final Random random = new Random(30);
        for (int i = 0; i < 20; i++) {
            final byte[] noise = new byte[random.nextInt(56)];
            random.nextBytes(noise);
            try (RawPeer peer = request(noise)) {
                assertThat(peer.isEstablished()).isFalse();
            }
        }
        assertThat(pair.portal.sessions()).isEqualTo(1);
        assertThat(pair.asked()).hasSize(1);
    }

    @Test
    void whoseHelloIsWrongAreToldSo() throws IOException {
        final byte[] frame = new byte[FrameHeader.LENGTH];
        // versions 2 to 9
        Hello.set(new FrameHeader(), 0, 0, 0, 0, 0, 1 << 20)
                .remoteAddress(0x0902)
                .writeTo(ByteBuffer.wrap(frame), 0);
        try (RawPeer peer =
                request(new Invitation(Invitation.FLAG_HELLO, 32, 4096, frame).encode())) {
            assertThat(peer.isEstablished()).isFalse();
            final byte[] answer = Invitation.frameOf(peer.answer);
            assertThat(answer).isNotNull();
            assertThat(RawPeer.header(answer).type()).isEqualTo(FrameType.GOODBYE);
            assertThat(RawPeer.header(answer).room())
                    .isEqualTo(EventReason.VERSION_MISMATCH.code());
        }
        assertThat(pair.asked()).hasSize(1);
    }

    /** Each byte that matters, once. */
    @Test
    void whoseHelloIsGarbledNeverHarmTheServer() throws IOException {
        final Random random = new Random(31);
        for (int i = 4; i < Invitation.BYTES; i++) {
            final byte[] hello = Arrays.copyOf(RawPeer.hello(), 56);
            hello[i] ^= (byte) (1 + random.nextInt(255));
            for (int k = Invitation.BYTES; k < 56; k++) {
                hello[k] = (byte) random.nextInt();
            }
            try (RawPeer peer = RawPeer.connect(pair.portal.uri(), hello, Access.LOCAL_WRITE)) {
                until("an answer", () -> peer.poll() && (peer.hasEnded() || peer.isEstablished()));
            }
            final int at = i;
            until("the end of " + at, () -> pair.portal.sessions() == 1);
        }
    }

    @Test
    void thatSendNoiseAreGivenUp() throws IOException {
        final Random random = new Random(32);
        for (int i = 0; i < 30; i++) {
            final RawPeer peer = join(Access.LOCAL_WRITE);
            final byte[] noise = new byte[random.nextInt(600)];
            random.nextBytes(noise);
            if (noise.length > 0) {
                // A known type, so that it isn't that alone.
                noise[0] = (byte) (i % 10);
            }
            peer.send(noise);
            untilOnlyTheHonestOneIsLeft(peer);
            peer.close();
        }
    }

    /** It claims more receives than it has: the server's SENDs find none, and it hurts nobody. */
    @Test
    void thatPostNoReceivesStallThemselvesOnly() throws IOException {
        final byte[] frame = new byte[FrameHeader.LENGTH];
        Hello.set(new FrameHeader(), 0, 0, 0, 0, 60_000, 1 << 20)
                .writeTo(ByteBuffer.wrap(frame), 0);
        final RawPeer peer =
                scene().closesWithScene(
                                RawPeer.connect(
                                        pair.portal.uri(),
                                        new Invitation(Invitation.FLAG_HELLO, 0xffff, 0xffff, frame)
                                                .encode(),
                                        Access.LOCAL_WRITE));
        until("a session", () -> peer.poll() && peer.isEstablished());
        for (int i = 0; i < 8; i++) {
            peer.send(RawPeer.frame(FrameType.REQUEST, 0, 0, i, 100, 0, 0));
        }
        until("its answers", () -> peer.poll() && peer.frames.size() >= 9);
        peer.disconnect();
        untilOnlyTheHonestOneIsLeft(peer);
    }

    private void untilEnded(final Child child) {
        until(
                "its end",
                () -> {
                    final RecordingClient honest = pair.client;
                    if (pair.session().inFlight() == 0 && !honest.isClosed()) {
                        pair.send(10);
                    }
                    return child.hasEnded();
                });
        until("the last answer", () -> pair.session().inFlight() == 0);
        assertThat(child.exitValue()).as(child.toString()).isNotZero();
        assertThat(pair.client.errors()).isZero();
        assertThat(pair.portal.sessions()).isEqualTo(1);
        assertThat(pair.asked()).hasSize(1);
    }

    @Test
    void thatAreRpingAreRejected() {
        Guest.assume();
        untilEnded(
                scene().closesWithScene(
                                Child.of(
                                        "rping",
                                        "-c",
                                        "-C1",
                                        "-a",
                                        RealVerbs.address(),
                                        "-p",
                                        Integer.toString(pair.portal.uri().getPort()))));
    }

    @Test
    void thatAreABenchmarkAreRejected() {
        Guest.assume();
        // It tries 10 times, as often as it likes.
        untilEnded(
                scene().closesWithScene(
                                Child.of(
                                        "timeout",
                                        "60",
                                        "ib_send_lat",
                                        "-R",
                                        "-n5",
                                        "-p",
                                        Integer.toString(pair.portal.uri().getPort()),
                                        RealVerbs.address())));
    }
}
