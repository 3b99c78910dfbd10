// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.BlockingClient;
import io.verbena.EventReason;
import io.verbena.SharedSecret;
import io.verbena.VerbenaException;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamFailure;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamMalformedMessage;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are no streams of ours: bytes on a socket, right ones and wrong ones. */
@ExtendWith(Leaks.class)
class JitPeersTest {
    private static final URI ANY = URI.create("jit://127.0.0.1:0");
    private static final byte[] REQUEST = bytes("10000000 00000000 00000000 0800 0000");
    private static final byte[] RESULT = bytes("10000000 00000000 00000000 0000 0000");
    private static final byte[] TERMINATE = bytes("10000000 00000000 00000000 0b00 0300");
    private static final StreamOptions OPTIONS =
            StreamOptions.defaults()
                    .withTimeoutNs(TimeUnit.SECONDS.toNanos(20))
                    .withCloseTimeoutNs(TimeUnit.SECONDS.toNanos(1));

    private final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();
    private StreamListener listener;

    private static byte[] bytes(final String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @BeforeEach
    void listen() {
        listener = StreamListener.listen(ANY, OPTIONS, queue);
    }

    @AfterEach
    void close() {
        for (ServerStream left = queue.poll(); left != null; left = queue.poll()) {
            left.close();
        }
        listener.close();
    }

    private Socket peer() throws IOException {
        final Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), listener.uri().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private ServerStream take() throws InterruptedException {
        final ServerStream stream = queue.poll(20, TimeUnit.SECONDS);
        assertThat(stream).as("a stream that is handed over").isNotNull();
        return stream;
    }

    private static boolean isEnded(final Socket peer) throws IOException {
        try {
            return peer.getInputStream().read() < 0;
        } catch (final SocketException e) {
            // Reset, as it had not been read to its end.
            return true;
        }
    }

    // ---- clients

    @Test
    void aMessageMayArriveByteByByte() throws Exception {
        try (Socket peer = peer()) {
            for (final byte each : REQUEST) {
                peer.getOutputStream().write(each);
            }
            try (ServerStream stream = take()) {
                assertThat(stream.read()).isEqualTo(MessageTypes.COMPILATION_REQUEST);
                stream.write(MessageTypes.COMPILATION_CODE);
                assertThat(peer.getInputStream().readNBytes(16)).isEqualTo(RESULT);
            }
        }
    }

    @Test
    void aSizeThatReadsBothWaysIsReadAsTheFirstWas() throws Exception {
        // 65536 bytes, which turned are 256.
        final byte[] long65536 = Arrays.copyOf(bytes("00000100 00000000 00000000 0800"), 1 << 16);
        try (Socket peer = peer()) {
            peer.getOutputStream().write(REQUEST);
            try (ServerStream stream = take()) {
                stream.read();
                stream.write(100);
                peer.getInputStream().readNBytes(16);
                peer.getOutputStream().write(long65536);
                assertThat(stream.read()).isEqualTo(MessageTypes.COMPILATION_REQUEST);
                assertThat(stream.in().size()).isEqualTo(1 << 16);
            }
        }
    }

    @Test
    void aClientThatHasEndedItsHalfStillGetsItsAnswer() throws Exception {
        try (Socket peer = peer()) {
            peer.getOutputStream().write(REQUEST);
            peer.shutdownOutput();
            try (ServerStream stream = take()) {
                stream.read();
                stream.write(MessageTypes.COMPILATION_CODE);
                assertThat(peer.getInputStream().readNBytes(16)).isEqualTo(RESULT);
                stream.requeue();
                assertThat(isEnded(peer)).isTrue();
            }
            await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
            assertThat(queue).isEmpty();
        }
    }

    @Test
    void aClientThatHasEndedItsHalfIsAskedInVain() throws Exception {
        try (Socket peer = peer()) {
            peer.getOutputStream().write(REQUEST);
            peer.shutdownOutput();
            try (ServerStream stream = take()) {
                stream.read();
                stream.write(100);
                peer.getInputStream().readNBytes(16);
                // It has the turn and can't use it.
                assertThat(catchThrowableOfType(StreamFailure.class, stream::read).reason())
                        .isEqualTo(EventReason.CLOSED_BY_PEER);
            }
        }
    }

    @Test
    void aClientThatIsGoneBetweenTwoRequestsIsForgotten() throws Exception {
        peer().close();
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().accepted() == 1);
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
        assertThat(queue).isEmpty();
    }

    @Test
    void aLastWordAndTheEndMayComeTogether() throws Exception {
        try (Socket peer = peer()) {
            peer.getOutputStream().write(TERMINATE);
        }
        try (ServerStream stream = take()) {
            assertThat(catchThrowableOfType(StreamFailure.class, stream::read))
                    .isInstanceOf(StreamConnectionTerminate.class);
        }
        assertThat(listener.counters().open()).isZero();
    }

    @Test
    void aMessageThatIsCutOffEndsTheStream() throws Exception {
        try (Socket peer = peer()) {
            peer.getOutputStream().write(REQUEST, 0, 12);
            final ServerStream stream = take();
            peer.shutdownOutput();
            final StreamFailure failure = catchThrowableOfType(StreamFailure.class, stream::read);
            assertThat(failure.reason()).isEqualTo(EventReason.TRANSPORT_ERROR);
            assertThat(failure).hasMessageContaining("in the middle of a message");
            stream.close();
        }
    }

    @Test
    void aClientThatSpeaksTwiceCostsItselfItsStreamAndNobodyElse() throws Exception {
        try (Socket other = peer();
                Socket peer = peer()) {
            other.getOutputStream().write(REQUEST);
            final ServerStream first = take();
            peer.getOutputStream().write(bytes(HexFormat.of().formatHex(REQUEST).repeat(2)));
            assertThat(isEnded(peer)).isTrue();
            assertThat(queue).isEmpty();
            first.read();
            first.write(MessageTypes.COMPILATION_CODE);
            assertThat(other.getInputStream().readNBytes(16)).isEqualTo(RESULT);
            first.close();
        }
    }

    private void refusal(final byte[] first) throws Exception {
        try (Socket peer = peer()) {
            peer.getOutputStream().write(first);
            assertThat(isEnded(peer)).isTrue();
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
        assertThat(queue).isEmpty();
    }

    @Test
    void aClientThatSpeaksAgainBehindALongMessageCostsItselfItsStream() throws Exception {
        // Two pieces and a little, which comes with the second, and with it what is out of turn.
        final int size = 2 * OPTIONS.fragmentBytes() + 100;
        final ByteBuffer both = ByteBuffer.allocate(size + REQUEST.length).put(REQUEST);
        both.order(ByteOrder.LITTLE_ENDIAN).putInt(0, size).put(size, REQUEST);
        try (Socket peer = peer()) {
            peer.getOutputStream().write(both.array());
            try (ServerStream stream = take()) {
                assertThat(catchThrowableOfType(StreamFailure.class, stream::read).reason())
                        .isEqualTo(EventReason.PROTOCOL_ERROR);
            }
            assertThat(isEnded(peer)).isTrue();
        }
    }

    @Test
    void aSizeThatNoMessageHasIsRefused() throws Exception {
        for (final String size : new String[] {"0f000000", "00000000", "0000000f", "ffffffff"}) {
            refusal(bytes(size + "00000000 00000000 0800 0000"));
        }
        refusal(bytes("160301020001fc03"));
        assertThat(listener.counters().handedOver()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0c000008", "0a000010"})
    void aMessageBeyondTheLimitIsRefusedBeforeItIsThere(final String size) throws Exception {
        // Little-endian 128 MiB and 12 bytes, big-endian 160 MiB and 16.
        try (Socket peer = peer()) {
            peer.getOutputStream().write(bytes(size + "00000000 00000000 0800 0000"));
            // A piece is waited for, and no more than that ever comes.
            peer.getOutputStream().write(new byte[OPTIONS.fragmentBytes() - 16]);
            try (ServerStream stream = take()) {
                assertThat(catchThrowableOfType(StreamFailure.class, stream::read))
                        .isInstanceOf(StreamMalformedMessage.class);
            }
            assertThat(isEnded(peer)).isTrue();
        }
    }

    @Test
    void aServerMayCloseInTheMiddleOfAMessage() throws Exception {
        try (Socket peer = peer()) {
            // 1 MiB and 4 bytes, of which half a piece comes behind the first.
            peer.getOutputStream().write(bytes("04001000 00000000 00000000 0800 0000"));
            peer.getOutputStream().write(new byte[OPTIONS.fragmentBytes() * 3 / 2]);
            try (ServerStream stream = take()) {
                assertThat(
                                catchThrowableOfType(
                                                StreamFailure.class,
                                                () ->
                                                        stream.read(
                                                                TimeUnit.MILLISECONDS.toNanos(50)))
                                        .reason())
                        .isEqualTo(EventReason.DEADLINE_EXCEEDED);
            }
            assertThat(isEnded(peer)).isTrue();
        }
    }

    @Test
    void aBrowserIsRefused() throws Exception {
        // As a size, its first word is below 2^31, and only not a multiple of 4.
        refusal("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
        assertThat(listener.counters().handedOver()).isZero();
    }

    @Test
    void aSessionThatGoesToTheWrongPortIsToldSo() {
        final URI wrong = URI.create("tcp://127.0.0.1:" + listener.uri().getPort());
        assertThat(
                        catchThrowableOfType(
                                VerbenaException.class, () -> BlockingClient.connect(wrong)))
                .isNotNull();
        assertThat(listener.counters().handedOver()).isZero();
    }

    // ---- servers

    @Test
    void aServerThatSpeaksTwiceIsLeft() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ClientStream stream =
                        ClientStream.connect(
                                URI.create("jit://127.0.0.1:" + server.getLocalPort()), OPTIONS);
                Socket peer = server.accept()) {
            stream.write(MessageTypes.COMPILATION_REQUEST);
            peer.getOutputStream().write(bytes(HexFormat.of().formatHex(RESULT).repeat(2)));
            assertThat(catchThrowableOfType(StreamFailure.class, stream::read).reason())
                    .isEqualTo(EventReason.PROTOCOL_ERROR);
        }
    }

    @Test
    void aServerGetsWhatOpenJ9sWouldGetAndNothingElse() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final ClientStream stream =
                    ClientStream.connect(
                            URI.create("jit://127.0.0.1:" + server.getLocalPort()), OPTIONS);
            try (Socket peer = server.accept()) {
                final InputStream in = peer.getInputStream();
                stream.write(MessageTypes.COMPILATION_REQUEST);
                assertThat(in.readNBytes(16)).isEqualTo(REQUEST);
                peer.getOutputStream().write(RESULT);
                assertThat(stream.read()).isEqualTo(MessageTypes.COMPILATION_CODE);
                stream.close();
                assertThat(in.readAllBytes())
                        .isEqualTo(Arrays.copyOf(bytes("10000000 00000000 00000000 0b00"), 16));
            }
        }
    }

    @Test
    void aServerThatClosesEndsTheRead() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ClientStream stream =
                        ClientStream.connect(
                                URI.create("jit://127.0.0.1:" + server.getLocalPort()), OPTIONS)) {
            stream.write(MessageTypes.COMPILATION_REQUEST);
            try (Socket peer = server.accept()) {
                assertThat(peer.getInputStream().readNBytes(16)).isEqualTo(REQUEST);
            }
            assertThat(catchThrowableOfType(StreamFailure.class, stream::read).reason())
                    .isEqualTo(EventReason.CLOSED_BY_PEER);
        }
    }

    // ---- what the framing has no place for

    @Test
    void aPathIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientStream.connect(URI.create("jit://localhost:1/path")))
                .withMessageContaining("path");
    }

    @Test
    void aSecretIsRefused() {
        try (SharedSecret secret = SharedSecret.of(new byte[32])) {
            final StreamOptions options =
                    OPTIONS.withConnect(OPTIONS.connect().withSecret(secret))
                            .withPortal(OPTIONS.portal().withSecret(secret));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ClientStream.connect(listener.uri(), options))
                    .withMessageContaining("jit+tls");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamListener.listen(ANY, options, queue))
                    .withMessageContaining("jit+tls");
        }
    }
}
