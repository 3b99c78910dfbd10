// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static io.verbena.EventReason.AUTHENTICATION_FAILED;
import static io.verbena.EventReason.PROTOCOL_ERROR;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("How a client must not prove that it knows the secret")
class BadProofToServerTest extends ServerUnderAttack {
    private static final byte[] NONCE = "0123456789abcdef0123456789abcdef".getBytes(US_ASCII);
    private static final byte[] HELLO = Proofs.withBit(Frames.hello("/hostile"));
    private static final long HELLO_NS = TimeUnit.MILLISECONDS.toNanos(1000);

    @Override
    Target open() {
        return new Target(
                net,
                PortalOptions.defaults().withHelloTimeoutNs(HELLO_NS).withSecret(Proofs.secret()));
    }

    @Override
    ConnectOptions healthyOptions() {
        return ConnectOptions.defaults().withSecret(Proofs.secret());
    }

    /** Says HELLO and returns the server's nonce. */
    private static byte[] asked(final RawPeer peer, final byte[] hello) throws IOException {
        peer.send(hello);
        final RawPeer.Frame challenge = peer.receive();
        assertThat(challenge.type()).as("the type of %s", challenge).isEqualTo(FrameType.CHALLENGE);
        assertThat(challenge.payload()).hasSize(32);
        return challenge.payload();
    }

    @Test
    void whoProvesAsTheDocumentSaysIsLetInAndTheServerProvesInTurn() throws IOException {
        final RawPeer peer = stranger();
        final byte[] nonce = asked(peer, HELLO);
        peer.send(Proofs.proof(HELLO, nonce, NONCE));

        final RawPeer.Frame hello = peer.receive();
        assertThat(hello.type()).isEqualTo(FrameType.HELLO);
        assertThat(hello.payload()).hasSize(32);
        final byte[] header = new byte[FrameHeader.LENGTH];
        new FrameHeader()
                .set(FrameType.HELLO, 0, hello.credits(), 32, hello.id(), hello.room())
                .rkey(5000)
                .remoteAddress(1 | 1 << 8 | 1024 << 16 | 1L << 32)
                .writeTo(ByteBuffer.wrap(header), 0);
        assertThat(hello.payload()).isEqualTo(Proofs.serverMac(header, HELLO, nonce, NONCE));
        peer.send(Frames.request(1, 100, 10));
        assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
    }

    @Test
    void aClientThatKnowsNoSecretIsToldSo() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.hello("/hostile"));

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void oneBitOfTheProofIsEnoughToBeWrong() throws IOException {
        final RawPeer peer = stranger();
        final byte[] proof = Proofs.proof(HELLO, asked(peer, HELLO), NONCE);
        proof[proof.length - 1] ^= 1;
        peer.send(proof);

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void aProofOfZerosIsNone() throws IOException {
        final RawPeer peer = stranger();
        asked(peer, HELLO);
        peer.send(Proofs.proof(new byte[64]));

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void aProofThatWasGoodOnceIsNotGoodAgain() throws IOException {
        final RawPeer honest = stranger();
        final byte[] proof = Proofs.proof(HELLO, asked(honest, HELLO), NONCE);
        honest.send(proof);
        assertThat(honest.receive().type()).isEqualTo(FrameType.HELLO);
        final RawPeer thief = stranger();
        asked(thief, HELLO);
        thief.send(proof);

        thief.expectGoodbye(AUTHENTICATION_FAILED);
        assertThat(target.awaitRefused().reason()).isEqualTo(AUTHENTICATION_FAILED);
    }

    @Test
    void aProofOfTheServersOwnIsNotGoodForAClient() throws IOException {
        final RawPeer peer = stranger();
        final byte[] nonce = asked(peer, HELLO);
        peer.send(Proofs.proof(Frames.concat(NONCE, Proofs.serverMac(HELLO, HELLO, nonce, NONCE))));

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void aProofIsOfThePathThatWasAskedFor() throws IOException {
        final RawPeer peer = stranger();
        final byte[] nonce = asked(peer, HELLO);
        peer.send(Proofs.proof(Proofs.withBit(Frames.hello("/admin..")), nonce, NONCE));

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void aProofIsOfAllThatHelloSays() throws IOException {
        final RawPeer peer = stranger();
        final byte[] nonce = asked(peer, HELLO);
        final byte[] other = HELLO.clone();
        other[24] ^= 1;
        peer.send(Proofs.proof(other, nonce, NONCE));

        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertRefused(AUTHENTICATION_FAILED);
    }

    @Test
    void noChallengeComesTwice() throws IOException {
        final byte[] first = asked(stranger(), HELLO);
        final byte[] second = asked(stranger(), HELLO);
        assertThat(second).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32, 63, 65, 4096, Integer.MAX_VALUE, -1})
    void aProofOfAnotherLengthIsAProtocolError(final int length) throws IOException {
        final RawPeer peer = stranger();
        asked(peer, HELLO);
        peer.send(Frames.frame(FrameType.PROOF, 0, 0, length, 0, 0));
        peer.sendInVain(new byte[Math.max(0, Math.min(length, 5000))]);

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aSecondProofBeforeTheSessionIsAcceptedIsAProtocolError() throws IOException {
        target.manners(Target.Manners.UNDECIDED);
        final RawPeer peer = stranger();
        final byte[] proof = Proofs.proof(HELLO, asked(peer, HELLO), NONCE);
        peer.send(Frames.concat(proof, proof));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aSecondProofIsAProtocolError() throws IOException {
        final RawPeer peer = stranger();
        final byte[] proof = Proofs.proof(HELLO, asked(peer, HELLO), NONCE);
        peer.send(proof);
        assertThat(peer.receive().type()).isEqualTo(FrameType.HELLO);
        peer.send(proof);

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertEnded(PROTOCOL_ERROR);
    }

    @Test
    void aProofInPlaceOfHelloIsAStrangers() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Proofs.proof(HELLO, NONCE, NONCE));

        peer.expectSilentEnd();
        assertRefused(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {FrameType.REQUEST, FrameType.HELLO, FrameType.CHALLENGE, FrameType.KEEPALIVE})
    void anythingElseInPlaceOfAProofIsAProtocolError(final int type) throws IOException {
        final RawPeer peer = stranger();
        asked(peer, HELLO);
        peer.send(Frames.frame(type, 0, 0, 64, 0, 0, new byte[64]));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 32, 95})
    void aProofThatDoesNotComeInTimeIsToldSo(final int length) throws IOException {
        final RawPeer peer = stranger();
        final byte[] proof = Proofs.proof(HELLO, asked(peer, HELLO), NONCE);
        peer.send(Arrays.copyOf(proof, length));

        peer.expectGoodbye(EventReason.HELLO_TIMEOUT);
        assertRefused(EventReason.HELLO_TIMEOUT);
        assertThat(target.refused.element().detail()).contains("proved");
    }

    @Test
    void aClientThatLeavesInsteadOfProvingWasNeverThere() throws IOException {
        final RawPeer peer = stranger();
        asked(peer, HELLO);
        peer.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));

        assertThat(target.awaitRefused().reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
    }
}
