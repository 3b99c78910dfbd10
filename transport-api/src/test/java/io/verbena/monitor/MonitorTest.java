// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.bridge.Bridge;
import io.verbena.bridge.BridgeOptions;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Leaks.class)
class MonitorTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final StreamOptions OPTIONS =
            StreamOptions.defaults().withCloseTimeoutNs(TimeUnit.MILLISECONDS.toNanos(100));
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_]+)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.E+-]+");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** The listener's thread waits here. */
    private final CountDownLatch gate = new CountDownLatch(1);

    private StreamListener listener;

    @BeforeEach
    void listen() {
        listener =
                closing(
                        StreamListener.listen(
                                URI.create("mem://monitored"), OPTIONS, threads, this::answer));
    }

    private void answer(final ServerStream stream) {
        final int n = stream.expect(MessageTypes.COMPILATION_REQUEST).int32();
        stream.write(100);
        stream.read();
        stream.write(MessageTypes.COMPILATION_CODE, w -> w.int32(n));
    }

    @AfterEach
    void closeAll() throws Exception {
        gate.countDown();
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T extends AutoCloseable> T closing(final T closeable) {
        open.add(closeable);
        return closeable;
    }

    private Monitor monitor(final UnaryOperator<MonitorOptions> change) {
        return closing(
                Monitor.open(
                        change.apply(MonitorOptions.defaults().withHealth(ANY).withMetrics(ANY)),
                        Monitored.of(listener)));
    }

    private Monitor monitor() {
        return monitor(UnaryOperator.identity());
    }

    private static boolean isReachable(final InetSocketAddress address) throws IOException {
        try (Socket probe = new Socket()) {
            probe.connect(address, 10_000);
            return true;
        } catch (final SocketException e) {
            // Refused; or reset, as the listener was closed in between.
            return false;
        }
    }

    private static Socket connect(final Monitor monitor) throws IOException {
        final Socket socket = new Socket();
        socket.connect(monitor.metricsAddress(), 10_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String ask(final Monitor monitor, final String request) throws IOException {
        try (Socket socket = connect(monitor)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static String get(final Monitor monitor, final String path) throws IOException {
        return ask(monitor, "GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n");
    }

    private void converse(final URI uri) {
        try (ClientStream stream = ClientStream.connect(uri, OPTIONS)) {
            stream.write(MessageTypes.COMPILATION_REQUEST, w -> w.int32(1));
            stream.expect(100);
            stream.write(100);
            stream.expect(MessageTypes.COMPILATION_CODE);
        }
    }

    // ---- health

    @Test
    void aProbeIsAcceptedAndClosedWhileAllIsWell() throws Exception {
        final Monitor monitor = monitor();
        for (int i = 0; i < 100; i++) {
            try (Socket probe = new Socket()) {
                probe.connect(monitor.healthAddress(), 10_000);
                probe.setSoTimeout(20_000);
                assertThat(probe.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(get(monitor, "/health")).startsWith("HTTP/1.1 200 OK\r\n").endsWith("well\n");
    }

    @Test
    void aListenerThatIsClosedIsNotWell() throws Exception {
        final Monitor monitor = monitor();
        listener.close();
        await().atMost(20, TimeUnit.SECONDS).until(() -> !isReachable(monitor.healthAddress()));
        assertThat(monitor.isWell()).isFalse();
        assertThat(get(monitor, "/health")).startsWith("HTTP/1.1 503 ");
        assertThat(get(monitor, "/metrics"))
                .contains("verbena_up{listener=\"mem://monitored\"} 0\n");
    }

    @Test
    void aThreadThatIsStuckIsNotWellUntilItGoesOn() throws Exception {
        final StreamListener stuck =
                closing(
                        StreamListener.listen(
                                URI.create("mem://stuck"), OPTIONS, stream -> awaitGate()));
        final Monitor monitor =
                closing(
                        Monitor.open(
                                MonitorOptions.defaults()
                                        .withHealth(ANY)
                                        .withMaxSilenceNs(TimeUnit.MILLISECONDS.toNanos(200)),
                                Monitored.of(listener),
                                Monitored.of(stuck)));
        try (ClientStream client = ClientStream.connect(stuck.uri(), OPTIONS)) {
            client.write(MessageTypes.COMPILATION_REQUEST);
            await().atMost(20, TimeUnit.SECONDS).until(() -> !isReachable(monitor.healthAddress()));
            gate.countDown();
            await().atMost(20, TimeUnit.SECONDS).until(() -> isReachable(monitor.healthAddress()));
        }
    }

    private void awaitGate() {
        try {
            gate.await(60, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("nobody serves it");
    }

    // ---- metrics

    @Test
    void metricsTellWhatTheListenerHasCounted() throws Exception {
        final Monitor monitor = monitor();
        converse(listener.uri());
        converse(listener.uri());
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> get(monitor, "/metrics").contains("verbena_portal_sessions"));
        final String answer = get(monitor, "/metrics");
        final String at = "listener=\"mem://monitored\"";
        assertThat(answer)
                .contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n")
                .contains("\nverbena_up{" + at + "} 1\n")
                .contains("\nverbena_streams_accepted_total{" + at + "} 2\n")
                .contains("\nverbena_streams_open{" + at + "} 0\n")
                .contains(messages(at, "8", "received", 2))
                .contains(messages(at, "100", "sent", 2))
                .contains(messages(at, "100", "received", 2))
                .contains(messages(at, "0", "sent", 2))
                .contains("verbena_stream_answer_seconds_count{" + at + ",type=\"100\"} 2\n")
                .contains(
                        "verbena_stream_answer_seconds_bucket{"
                                + at
                                + ",type=\"100\",le=\"+Inf\"} 2\n")
                .contains("verbena_portal_refusals_total{" + at + ",limit=\"max_sessions\"} 0\n");
        assertIsWellFormed(body(answer));
    }

    private static String messages(
            final String at, final String type, final String direction, final int count) {
        return "\nverbena_stream_messages_total{%s,type=\"%s\",direction=\"%s\"} %d\n"
                .formatted(at, type, direction, count);
    }

    private static String body(final String answer) {
        final int end = answer.indexOf("\r\n\r\n") + 4;
        final String body = answer.substring(end);
        assertThat(answer.substring(0, end))
                .contains("Content-Length: " + body.getBytes(UTF_8).length + "\r\n");
        return body;
    }

    /** Each name once, with its type before its samples. */
    private static void assertIsWellFormed(final String text) {
        final Set<String> seen = new HashSet<>();
        String name = "";
        for (final String line : text.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                name = line.split(" ", 4)[2];
                assertThat(seen.add(name)).as(name).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                assertThat(line).startsWith("# TYPE " + name + " ");
            } else {
                assertThat(line).matches(SAMPLE).startsWith(name);
            }
        }
    }

    @Test
    void metricsTellWhatABridgeHasCarried() throws Exception {
        final Bridge bridge =
                closing(
                        Bridge.open(
                                URI.create("mem://bridge"),
                                listener.uri(),
                                BridgeOptions.defaults().withMessages(2).withThreads(2)));
        final Monitor monitor =
                closing(
                        Monitor.open(
                                MonitorOptions.defaults().withMetrics(ANY), Monitored.of(bridge)));
        converse(bridge.uri());
        await().atMost(20, TimeUnit.SECONDS).until(() -> bridge.counters().open() == 0);
        final String labels = "{listener=\"mem://bridge\",to=\"mem://monitored\"";
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(get(monitor, "/metrics"))
                                        .contains("verbena_up{listener=\"mem://bridge\"} 1\n")
                                        .contains(
                                                "verbena_bridge_streams_accepted_total"
                                                        + labels
                                                        + "} 1\n")
                                        .contains(
                                                "verbena_bridge_messages_total"
                                                        + labels
                                                        + ",direction=\"response\"} 2\n"));
        assertThat(monitor.healthAddress()).isNull();
    }

    // ---- who asks

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, 404",
        "GET /metrics?a=b HTTP/1.0, 200",
        "POST /metrics HTTP/1.1, 405",
        "GET /metrics, 400",
        "GET /metrics SSH-2.0, 400",
        "'', 400"
    })
    void whatIsNoRequestIsToldSo(final String line, final String code) throws Exception {
        assertThat(ask(monitor(), line + "\r\n\r\n")).startsWith("HTTP/1.1 " + code + " ");
    }

    @Test
    void headIsAnsweredWithoutTheBody() throws Exception {
        assertThat(ask(monitor(), "HEAD /metrics HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        try (Socket socket = connect(monitor())) {
            socket.setTcpNoDelay(true);
            for (final byte each : "GET /health HTTP/1.1\r\n\r\n".getBytes(UTF_8)) {
                socket.getOutputStream().write(each);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .endsWith("\r\n\r\nwell\n");
        }
    }

    @Test
    void aRequestWithoutAnEndIsRefused() throws Exception {
        assertThat(ask(monitor(), "x".repeat(8 << 10))).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void whoSaysNothingIsLeftWhenItsTimeIsOver() throws Exception {
        final Monitor monitor =
                monitor(o -> o.withRequestTimeoutNs(TimeUnit.MILLISECONDS.toNanos(300)));
        try (Socket silent = connect(monitor);
                Socket slow = connect(monitor)) {
            slow.getOutputStream().write("GET /met".getBytes(UTF_8));
            assertThat(isEnded(silent)).isTrue();
            assertThat(isEnded(slow)).isTrue();
        }
    }

    @Test
    void whoSaysNothingKeepsNobodyOut() throws Exception {
        final Monitor monitor =
                monitor(o -> o.withMaxRequests(4).withRequestTimeoutNs(TimeUnit.HOURS.toNanos(1)));
        final List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                silent.add(connect(monitor));
            }
            assertThat(get(monitor, "/metrics")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(isEnded(silent.get(0))).isTrue();
            converse(listener.uri());
        } finally {
            for (final Socket each : silent) {
                each.close();
            }
        }
    }

    private static boolean isEnded(final Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (final SocketException e) {
            // Reset, as it had not been read to its end.
            return true;
        }
    }

    // ---- what it needs

    @Test
    void anAddressInUseIsToldSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final var address = (InetSocketAddress) taken.getLocalSocketAddress();
            assertThat(
                            catchThrowableOfType(
                                            VerbenaException.class,
                                            () -> monitor(o -> o.withMetrics(address)))
                                    .reason())
                    .isEqualTo(EventReason.BIND_FAILED);
        }
    }

    @Test
    void withoutAnAddressThereIsNoMonitor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Monitor.open(MonitorOptions.defaults(), Monitored.of(listener)))
                .withMessageContaining("withHealth");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Monitor.open(MonitorOptions.defaults().withHealth(ANY)))
                .withMessageContaining("something to tell of");
    }
}
