// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.verbena.EventReason;
import io.verbena.TlsOptions;
import io.verbena.bridge.Bridge;
import io.verbena.bridge.BridgeOptions;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamClientSessionTerminate;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamFailure;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.TestCertificates;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two programs that speak OpenJ9's framing, a bridge beside each, and between the bridges another
 * transport.
 */
@ExtendWith(Leaks.class)
class BridgeTest {
    private static final StreamOptions OPTIONS =
            StreamOptions.defaults()
                    .withTimeoutNs(TimeUnit.SECONDS.toNanos(20))
                    .withVersion(Conversation.VERSION);
    private static final byte[] REQUEST =
            HexFormat.of().parseHex("10000000000000000000000008000000");
    private static final byte[] RESULT =
            HexFormat.of().parseHex("10000000000000000000000000000000");

    private static final int IDLE = 5000;
    private static final int BUSY = 15;

    /** So many connect at a time, so that none has to wait to be accepted. */
    private static final int AT_ONCE = 50;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService servers = Executors.newFixedThreadPool(8);
    private final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        for (ServerStream left = queue.poll(); left != null; left = queue.poll()) {
            left.close();
        }
        threads.shutdownNow();
        servers.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(servers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T extends AutoCloseable> T closing(final T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static URI jit(final int port) {
        return URI.create("jit://127.0.0.1:" + port);
    }

    /** Where a client of OpenJ9's is to connect, to come out at a server's port. */
    private Bridge bridged(final String between, final int port) {
        final boolean tls = between.endsWith("tls");
        final TlsOptions server = tls ? TestCertificates.ec().serverOptions() : null;
        final TlsOptions client = tls ? TestCertificates.ec().clientOptions() : null;
        final BridgeOptions plain = BridgeOptions.defaults().withMessages(8);
        final BridgeOptions atServer =
                server == null ? plain : plain.withPortal(plain.portal().withTls(server));
        final BridgeOptions atClient =
                client == null ? plain : plain.withConnect(plain.connect().withTls(client));
        final Bridge far =
                closing(Bridge.open(URI.create(between + "://127.0.0.1:0"), jit(port), atServer));
        return closing(Bridge.open(jit(0), far.uri(), atClient));
    }

    private StreamListener listen() {
        return closing(StreamListener.listen(jit(0), OPTIONS, queue));
    }

    private ServerStream take() throws InterruptedException {
        final ServerStream stream = queue.poll(20, TimeUnit.SECONDS);
        assertThat(stream).as("a stream that is handed over").isNotNull();
        return closing(stream);
    }

    private static void awaitAllClosed(final Bridge bridge) {
        await().atMost(20, TimeUnit.SECONDS).until(() -> bridge.counters().open() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "auto", "auto+tls"})
    void conversationsAreCarriedWhole(final String between) throws Exception {
        final StreamListener listener =
                closing(StreamListener.listen(jit(0), OPTIONS, threads, Conversation::answer));
        final Bridge bridge = bridged(between, listener.uri().getPort());
        final List<Future<Boolean>> talks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            talks.add(
                    threads.submit(
                            () -> {
                                try (ClientStream stream =
                                        ClientStream.connect(bridge.uri(), OPTIONS)) {
                                    for (int j = 0; j < 10; j++) {
                                        Conversation.talk(stream, j);
                                    }
                                }
                                return true;
                            }));
        }
        for (final Future<Boolean> talk : talks) {
            assertThat(talk.get(60, TimeUnit.SECONDS)).isTrue();
        }
        awaitAllClosed(bridge);
        assertThat(bridge.counters().accepted()).isEqualTo(4);
        assertThat(bridge.counters().refused()).isZero();
        assertThat(bridge.counters().lost()).isZero();
        // A reply of 150000 bytes goes in three pieces, which ask for more twice.
        assertThat(bridge.counters().responses()).isEqualTo(4 * 10 * (4 + 2));
        assertThat(bridge.counters().requests()).isEqualTo(4 * 10 * (4 + 2) + 4);
        assertThat(bridge.counters().requestBytes()).isGreaterThan(4 * 10 * 150_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void peersInCTalkThroughIt(final String between, @TempDir final Path directory)
            throws Exception {
        final Path program = CPeer.compile(directory);
        final CPeer server = closing(CPeer.start(program, "server"));
        final Bridge bridge = bridged(between, Integer.parseInt(server.line()));
        final List<CPeer> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(
                    closing(
                            CPeer.start(
                                    program,
                                    "client",
                                    "127.0.0.1",
                                    String.valueOf(bridge.uri().getPort()),
                                    "20")));
        }
        for (final CPeer client : clients) {
            assertThat(client.succeeds()).isTrue();
        }
        awaitAllClosed(bridge);
        assertThat(bridge.counters().accepted()).isEqualTo(4);
        assertThat(bridge.counters().lost()).isZero();
    }

    @Test
    void aStreamOfOursMayTalkToAProgramOfOpenJ9sThroughOneBridge() throws Exception {
        final StreamListener listener =
                closing(StreamListener.listen(jit(0), OPTIONS, threads, Conversation::answer));
        final Bridge bridge =
                closing(
                        Bridge.open(
                                URI.create("tcp://127.0.0.1:0"),
                                listener.uri(),
                                BridgeOptions.defaults().withMessages(4)));
        try (ClientStream stream = ClientStream.connect(bridge.uri(), OPTIONS)) {
            Conversation.talk(stream, 0);
        }
        awaitAllClosed(bridge);
    }

    @Test
    void fiveThousandIdleStreamsCostNoThreadsAndFifteenBusyOnesGoOn(@TempDir final Path directory)
            throws Exception {
        assumeThat(mostDescriptors())
                .as("descriptors, of which the test needs more: it is NOT run here")
                .isGreaterThan(3 * IDLE + 1000);
        final StreamListener listener =
                closing(StreamListener.listen(jit(0), OPTIONS, servers, Conversation::answer));
        final Bridge bridge =
                closing(
                        Bridge.open(
                                jit(0),
                                listener.uri(),
                                BridgeOptions.defaults().withMessages(BUSY)));
        final CPeer idle =
                closing(
                        CPeer.start(
                                CPeer.compile(directory),
                                "idle",
                                "127.0.0.1",
                                String.valueOf(bridge.uri().getPort())));
        for (int opened = 0; opened < IDLE; ) {
            opened += AT_ONCE;
            final int expected = opened;
            idle.tell(String.valueOf(AT_ONCE));
            await().atMost(30, TimeUnit.SECONDS)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> listener.counters().open() == expected);
        }
        final List<Future<Integer>> talks = new ArrayList<>();
        for (int i = 0; i < BUSY; i++) {
            talks.add(threads.submit(() -> talkAndCountThreads(bridge.uri())));
        }
        for (final Future<Integer> talk : talks) {
            // The busy clients' own threads are in this process, too.
            assertThat(talk.get(60, TimeUnit.SECONDS) - BUSY).isLessThan(30);
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> bridge.counters().open() == IDLE);
        assertThat(bridge.counters().lost()).isZero();
        idle.close();
        awaitAllClosed(bridge);
        await().atMost(30, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
    }

    private static long mostDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 0;
    }

    private static int talkAndCountThreads(final URI uri) {
        int most = 0;
        try (ClientStream stream = ClientStream.connect(uri, OPTIONS)) {
            for (int i = 0; i < 20; i++) {
                Conversation.talk(stream, i);
                most = Math.max(most, ManagementFactory.getThreadMXBean().getThreadCount());
            }
        }
        return most;
    }

    @Test
    void streamsAreSpreadOverThreads() throws Exception {
        final StreamListener listener =
                closing(StreamListener.listen(jit(0), OPTIONS, threads, Conversation::answer));
        final Bridge bridge =
                closing(
                        Bridge.open(
                                jit(0),
                                listener.uri(),
                                BridgeOptions.defaults().withMessages(4).withThreads(3)));
        for (int i = 0; i < 6; i++) {
            final ClientStream stream = closing(ClientStream.connect(bridge.uri(), OPTIONS));
            Conversation.talk(stream, 0);
        }
        assertThat(bridge.counters().open()).isEqualTo(6);
    }

    @Test
    void moreStreamsThanMessagesTakeTurns() throws Exception {
        final StreamListener listener =
                closing(StreamListener.listen(jit(0), OPTIONS, threads, Conversation::answer));
        final Bridge bridge =
                closing(
                        Bridge.open(
                                jit(0), listener.uri(), BridgeOptions.defaults().withMessages(1)));
        final List<Future<Boolean>> talks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            talks.add(
                    threads.submit(
                            () -> {
                                try (ClientStream stream =
                                        ClientStream.connect(bridge.uri(), OPTIONS)) {
                                    for (int j = 0; j < 5; j++) {
                                        Conversation.talk(stream, j);
                                    }
                                }
                                return true;
                            }));
        }
        for (final Future<Boolean> talk : talks) {
            assertThat(talk.get(60, TimeUnit.SECONDS)).isTrue();
        }
        awaitAllClosed(bridge);
    }

    // ---- the end

    @Test
    void lastWordsArriveBeforeTheEnd() throws Exception {
        final Bridge bridge = bridged("tcp", listen().uri().getPort());
        ClientStream.connect(bridge.uri(), OPTIONS).close();
        assertThat(catchThrowableOfType(StreamFailure.class, take()::read))
                .isInstanceOf(StreamConnectionTerminate.class);

        ClientStream.connect(bridge.uri(), OPTIONS).terminateSession(77);
        assertThat(catchThrowableOfType(StreamFailure.class, take()::read))
                .isInstanceOfSatisfying(
                        StreamClientSessionTerminate.class,
                        last -> assertThat(last.clientId()).isEqualTo(77));
        awaitAllClosed(bridge);
        assertThat(bridge.counters().lost()).isZero();
    }

    @Test
    void aClientThatHalfClosesStillGetsItsAnswer() throws Exception {
        final Bridge bridge = bridged("tcp", listen().uri().getPort());
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), bridge.uri().getPort())) {
            peer.setSoTimeout(20_000);
            peer.getOutputStream().write(REQUEST);
            peer.shutdownOutput();
            final ServerStream stream = take();
            stream.read();
            stream.write(MessageTypes.COMPILATION_CODE);
            assertThat(peer.getInputStream().readNBytes(16)).isEqualTo(RESULT);
            stream.requeue();
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
        awaitAllClosed(bridge);
    }

    @Test
    void aServerThatIsLostEndsTheClient() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final Bridge bridge = bridged("tcp", server.getLocalPort());
            try (ClientStream client = ClientStream.connect(bridge.uri(), OPTIONS)) {
                client.write(MessageTypes.COMPILATION_REQUEST);
                reset(server);
                assertThat(catchThrowableOfType(StreamFailure.class, client::read).reason())
                        .isEqualTo(EventReason.CLOSED_BY_PEER);
            }
            awaitAllClosed(bridge);
        }
    }

    private static void reset(final ServerSocket server) throws IOException {
        try (Socket peer = server.accept()) {
            peer.getInputStream().readNBytes(16);
            // RST, as of a process that is killed with something unread.
            peer.setSoLinger(true, 0);
        }
    }

    @Test
    void aClientThatIsLostEndsTheServersStream() throws Exception {
        final Bridge bridge = bridged("tcp", listen().uri().getPort());
        final ServerStream stream;
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), bridge.uri().getPort())) {
            peer.getOutputStream().write(REQUEST);
            stream = take();
            stream.read();
            stream.write(100);
            peer.getInputStream().readNBytes(16);
            peer.setSoLinger(true, 0);
        }
        assertThat(catchThrowableOfType(StreamFailure.class, stream::read).reason())
                .isEqualTo(EventReason.CLOSED_BY_PEER);
        awaitAllClosed(bridge);
        assertThat(bridge.counters().lost()).isEqualTo(1);
    }

    @Test
    void aClientHearsThatNobodyIsAtTheOtherSide() throws Exception {
        final int nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = taken.getLocalPort();
        }
        final Bridge bridge =
                closing(
                        Bridge.open(
                                URI.create("tcp://127.0.0.1:0"),
                                jit(nobody),
                                BridgeOptions.defaults().withMessages(1)));
        final StreamFailure failure =
                catchThrowableOfType(
                        StreamFailure.class, () -> ClientStream.connect(bridge.uri(), OPTIONS));
        assertThat(failure.reason()).isEqualTo(EventReason.REJECTED);
        assertThat(failure).hasMessageContaining("can't connect to " + jit(nobody));
        assertThat(bridge.counters().refused()).isEqualTo(1);
        assertThat(bridge.counters().accepted()).isZero();
    }

    @Test
    void aBridgeThatClosesEndsItsStreams() throws Exception {
        final Bridge bridge = bridged("tcp", listen().uri().getPort());
        try (ClientStream client = ClientStream.connect(bridge.uri(), OPTIONS)) {
            client.write(MessageTypes.COMPILATION_REQUEST);
            final ServerStream stream = take();
            stream.read();
            bridge.close();
            assertThat(catchThrowableOfType(StreamFailure.class, client::read)).isNotNull();
            stream.write(100);
            assertThat(catchThrowableOfType(StreamFailure.class, stream::read)).isNotNull();
        }
    }

    @Test
    void whereNoTransportLeadsToIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Bridge.open(
                                        jit(0),
                                        URI.create("tpc://127.0.0.1:1"),
                                        BridgeOptions.defaults()))
                .withMessageContaining("no transport for 'tpc:");
    }

    @Test
    void aUriThatNothingCanConnectToTurnsItsClientsAwayAndNobodyElse() {
        final Bridge bridge =
                closing(
                        Bridge.open(
                                URI.create("tcp://127.0.0.1:0"),
                                URI.create("jit://127.0.0.1:1/path"),
                                BridgeOptions.defaults().withMessages(1)));
        for (int i = 0; i < 2; i++) {
            final StreamFailure failure =
                    catchThrowableOfType(
                            StreamFailure.class, () -> ClientStream.connect(bridge.uri(), OPTIONS));
            assertThat(failure.reason()).isEqualTo(EventReason.REJECTED);
            assertThat(failure).hasMessageContaining("has no place for a path");
        }
        assertThat(bridge.counters().refused()).isEqualTo(2);
    }
}
