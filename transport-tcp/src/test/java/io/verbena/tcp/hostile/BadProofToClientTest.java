// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static io.verbena.EventReason.AUTHENTICATION_FAILED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("How a server must not prove that it knows the secret")
class BadProofToClientTest extends ClientUnderAttack {
    private static final byte[] NONCE = "fedcba9876543210fedcba9876543210".getBytes(US_ASCII);
    private static final byte[] ACCEPT = Frames.accept(4, Frames.WINDOW);

    /** The HELLO of a client with these options, but for its path, which over Unix is none. */
    private byte[] clientHello;

    private byte[] clientNonce;
    private byte[] clientMac;

    /** A server that has seen a client's HELLO. */
    private RawPeer greeted() throws IOException {
        final RawPeer peer = connected(ConnectOptions.defaults().withSecret(Proofs.secret()));
        clientHello = new byte[FrameHeader.LENGTH];
        final FrameHeader header = Hello.set(new FrameHeader(), 0, 0, 0, 0, 5000, 1 << 30);
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION)
                .writeTo(ByteBuffer.wrap(clientHello), 0);
        return peer;
    }

    /** A server that has seen a client's proof. */
    private RawPeer proved() throws IOException {
        final RawPeer peer = greeted();
        peer.send(Proofs.challenge(NONCE));
        final RawPeer.Frame proof = peer.receive();
        assertThat(proof.type()).as("the type of %s", proof).isEqualTo(FrameType.PROOF);
        assertThat(proof.payload()).hasSize(64);
        clientNonce = Arrays.copyOf(proof.payload(), 32);
        clientMac = Arrays.copyOfRange(proof.payload(), 32, 64);
        return peer;
    }

    private void assertNotProved(final RawPeer peer) throws IOException {
        peer.expectGoodbye(AUTHENTICATION_FAILED);
        assertEnded(AUTHENTICATION_FAILED, 1);
        assertThat(log.lines("AUTHENTICATION_FAILED")).as("lines in the log").hasSize(1);
        assertThat(clients.counters().protocolErrors()).isZero();
    }

    @Test
    void whoProvesAsTheDocumentSaysGetsTheRequests() throws IOException {
        final RawPeer peer = proved();
        final byte[] expected =
                Arrays.copyOfRange(Proofs.proof(clientHello, NONCE, clientNonce), 64, 96);
        assertThat(clientMac).isEqualTo(expected);
        peer.send(Proofs.proved(ACCEPT, clientHello, NONCE, clientNonce));
        victim.awaitEstablished();
        request(peer, 10);
    }

    @Test
    void aHelloWithoutAChallengeProvesNothing() throws IOException {
        final RawPeer peer = greeted();
        victim.send(10);
        peer.send(ACCEPT);

        assertNotProved(peer);
    }

    @Test
    void aHelloThatProvesUnaskedProvesNothing() throws IOException {
        final RawPeer peer = greeted();
        victim.send(10);
        peer.send(Proofs.withRoomForProof(ACCEPT));

        assertNotProved(peer);
    }

    @Test
    void aHelloBehindTheClientsProofIsToProveTheServer() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        peer.send(ACCEPT);

        assertNotProved(peer);
    }

    @Test
    void aProofOfZerosIsNone() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        peer.send(Proofs.withRoomForProof(ACCEPT));

        assertNotProved(peer);
    }

    @Test
    void theClientsOwnProofIsNotGoodForTheServer() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        final byte[] hello = Proofs.withRoomForProof(ACCEPT);
        System.arraycopy(clientMac, 0, hello, FrameHeader.LENGTH, 32);
        peer.send(hello);

        assertNotProved(peer);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 18, 24, 28})
    void aProofIsOfAllThatTheServersHelloSays(final int changed) throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        final byte[] hello = Proofs.proved(ACCEPT, clientHello, NONCE, clientNonce);
        hello[changed] ^= 1;
        peer.send(hello);

        assertNotProved(peer);
    }

    @Test
    void aProofIsOfTheChallengeThatWasSent() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        peer.send(Proofs.proved(ACCEPT, clientHello, new byte[32], clientNonce));

        assertNotProved(peer);
    }

    @Test
    void aRejectionThatIsNotProvedIsNotBelieved() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        final byte[] reject = Frames.hello(0, 6, 0, 0, 1, new byte[] {1, 0, 'e', 'v', 'i', 'l'});
        reject[1] = FrameHeader.FLAG_REJECTED;
        peer.send(reject);

        assertNotProved(peer);
        assertThat(victim.closed.rejectData()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 4096, Integer.MAX_VALUE, -1})
    void aChallengeOfAnotherLengthIsAProtocolError(final int length) throws IOException {
        final RawPeer peer = greeted();
        peer.send(Frames.frame(FrameType.CHALLENGE, 0, 0, length, 0, 0));

        assertProtocolError(peer, 0);
    }

    @Test
    void aSecondChallengeIsAProtocolError() throws IOException {
        final RawPeer peer = proved();
        peer.send(Proofs.challenge(NONCE));

        assertProtocolError(peer, 0);
    }

    @Test
    void aChallengeOfAnEstablishedSessionIsAProtocolError() throws IOException {
        final RawPeer peer = proved();
        peer.send(Proofs.proved(ACCEPT, clientHello, NONCE, clientNonce));
        victim.awaitEstablished();
        peer.send(Frames.control(FrameType.CHALLENGE, 0, 0, 0));

        assertProtocolError(peer, 0);
    }

    @Test
    void aChallengeToAClientThatKnowsNoSecretIsAProtocolError() throws IOException {
        final RawPeer peer = connected();
        peer.send(Proofs.challenge(NONCE));

        assertProtocolError(peer, 0);
    }

    @Test
    void aProofFromAServerIsAProtocolError() throws IOException {
        final RawPeer peer = proved();
        peer.send(Proofs.proof(new byte[64]));

        assertProtocolError(peer, 0);
    }

    @Test
    void aGoodbyeInPlaceOfTheProofEndsTheSessionWithWhatItSays() throws IOException {
        final RawPeer peer = proved();
        victim.send(10);
        peer.send(Frames.goodbye(EventReason.AUTHENTICATION_FAILED.code()));

        assertEnded(AUTHENTICATION_FAILED, 1);
    }
}
