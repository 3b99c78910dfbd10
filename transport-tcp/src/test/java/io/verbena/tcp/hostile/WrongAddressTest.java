// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.VerbenaException;
import io.verbena.testkit.RecordingClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A TCP address that is wrong")
@ExtendWith(NothingLeft.class)
class WrongAddressTest {
    private static final long TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final boolean HAS_IPV6 = hasIpv6();

    private Pinger pinger;

    @BeforeEach
    void open() {
        pinger = new Pinger();
    }

    @AfterEach
    void close() {
        pinger.close();
    }

    static void assertReason(final EventReason reason, final ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        VerbenaException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static void assumeKnown(final String host) {
        assumeThat(HAS_IPV6 || !host.startsWith("["))
                .as("this machine has no IPv6, so there is nothing to test with %s", host)
                .isTrue();
    }

    private static boolean hasIpv6() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("::1", 0));
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    // ---- what can be seen at once

    @ParameterizedTest
    @ValueSource(
            strings = {
                "carrier-pigeon://127.0.0.1:9400",
                "//127.0.0.1:9400",
                "127.0.0.1",
                "tcp://127.0.0.1",
                "tcp://127.0.0.1:",
                "tcp://127.0.0.1:65536",
                "tcp://127.0.0.1:-1",
                "tcp://:9400",
                "tcp:9400",
                "tcp:///9400",
                "tcp://[::1]",
                "tcp://999.1.1.1:9400",
                "tcp://1.2.3:9400"
            })
    void isRefusedAtOnceAtBothEndsByAnExceptionThatSaysWhatToDo(final String uri) {
        assertThatThrownBy(() -> pinger.listen(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri);
        assertThatThrownBy(() -> pinger.fail(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri);
    }

    @Test
    void withPort0IsNoneToConnectTo() {
        assertThatThrownBy(() -> pinger.fail("tcp://127.0.0.1:0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port 0");
    }

    // ---- listening

    @Test
    void thatIsInUseCannotBeListenedOn() {
        final ServerPortal first = pinger.listen("tcp://127.0.0.1:0");

        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(first.uri().toString()));
        assertThat(pinger.ping(first.uri().toString()))
                .isEqualTo("127.0.0.1:" + first.uri().getPort());
    }

    @Test
    void thatIsAnotherMachinesCannotBeListenedOn() {
        assertReason(EventReason.BIND_FAILED, () -> pinger.listen("tcp://192.0.2.1:0"));
    }

    @Test
    void ofAHostThatNobodyKnowsCannotBeListenedOn() {
        assertReason(EventReason.UNRESOLVED, () -> pinger.listen("tcp://no-such-host.invalid:0"));
    }

    // ---- connecting

    @Test
    void ofAHostThatNobodyKnowsIsToldSoInTimeAndTheLoopGoesOn() {
        final ServerPortal other = pinger.listen("tcp://127.0.0.1:0");
        final long start = System.nanoTime();
        final RecordingClient client = pinger.fail("tcp://no-such-host.invalid:9");

        client.assertClosed(EventReason.UNRESOLVED);
        assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(System.nanoTime() - start)
                .isLessThan(ConnectOptions.defaults().connectTimeoutNs() * 2);
        pinger.ping(other.uri().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "localhost"})
    void whereNobodyListensIsRefused(final String host) throws IOException {
        assumeKnown(host);
        final int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        final RecordingClient client = pinger.fail("tcp://" + host + ":" + port);

        client.assertClosed(EventReason.REFUSED);
        assertThat(client.closed().cause()).isInstanceOf(IOException.class);
    }

    @Test
    void thatNeverAnswersIsGivenTheConnectTimeoutAndNoMore() throws IOException {
        final List<SocketChannel> crowd = new ArrayList<>();
        try (ServerSocketChannel full = ServerSocketChannel.open()) {
            full.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            fill(full, crowd);
            final long start = System.nanoTime();
            final RecordingClient client =
                    pinger.fail(
                            Net.TCP.uri(full).toString(),
                            ConnectOptions.defaults().withConnectTimeoutNs(TIMEOUT_NS));

            client.assertClosed(EventReason.CONNECT_TIMEOUT);
            assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
            assertThat(System.nanoTime() - start)
                    .isBetween(TIMEOUT_NS / 2, TIMEOUT_NS + TimeUnit.SECONDS.toNanos(5));
        } finally {
            for (final SocketChannel each : crowd) {
                each.close();
            }
        }
    }

    /** Connects to one who never accepts, until the kernel takes no more for it. */
    private static void fill(final ServerSocketChannel full, final List<SocketChannel> crowd)
            throws IOException {
        for (int i = 0; i < 100; i++) {
            final SocketChannel next = SocketChannel.open();
            crowd.add(next);
            next.configureBlocking(false);
            next.connect(full.getLocalAddress());
            final long start = System.nanoTime();
            boolean connected = false;
            while (!connected && System.nanoTime() - start < TIMEOUT_NS) {
                connected = next.finishConnect();
            }
            if (!connected) {
                return;
            }
        }
        throw new AssertionError("a backlog of 1 has taken 100 connections");
    }

    // ---- right ones

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "localhost", "0.0.0.0", "[::]"})
    void isNoneOfThese(final String host) {
        assumeKnown(host);
        final ServerPortal portal = pinger.listen("tcp://" + host + ":0");
        final int port = portal.uri().getPort();

        assertThat(port).isPositive();
        assertThat(portal.uri().getHost()).isEqualTo(host);
        pinger.ping("tcp://" + (host.startsWith("0") ? "127.0.0.1" : host) + ":" + port);
    }

    @Test
    void hasSchemesInSmallOrCapitalLetters() {
        final ServerPortal portal = pinger.listen("TCP://127.0.0.1:0");

        pinger.ping("Tcp://127.0.0.1:" + portal.uri().getPort());
    }

    @Test
    void isTriedBeforeTheRightOneOfTheSameName() throws IOException, InterruptedException {
        // The process has names of its own: one for two addresses, at one of which nobody listens.
        final Path hosts = Files.createTempFile("verbena-hosts", "");
        try {
            for (final String[] order :
                    new String[][] {
                        {HAS_IPV6 ? "::1" : "127.0.0.3", "127.0.0.1"}, {"127.0.0.2", "127.0.0.1"}
                    }) {
                Files.write(hosts, List.of(order[0] + " both.test", order[1] + " both.test"));
                for (final String listening : order) {
                    assertThat(
                                    new ChildJvm()
                                            .option("-Djdk.net.hosts.file=" + hosts)
                                            .option("-Djava.net.preferIPv6Addresses=true")
                                            .run(TwoAddresses.class, listening))
                            .as("what was said of %s", listening)
                            .contains("addresses 2", "pong");
                }
            }
        } finally {
            Files.delete(hosts);
        }
    }

    /** Listens on one address of a name that has two, and connects to the name. */
    static final class TwoAddresses {
        private TwoAddresses() {}

        public static void main(final String[] arguments) throws IOException {
            final String address = arguments[0];
            System.out.println("addresses " + InetAddress.getAllByName("both.test").length);
            try (Pinger pinger = new Pinger()) {
                final ServerPortal portal =
                        pinger.listen(
                                "tcp://%s:0"
                                        .formatted(
                                                address.contains(":")
                                                        ? "[" + address + "]"
                                                        : address));
                pinger.ping("tcp://both.test:" + portal.uri().getPort());
            }
            System.out.println("pong");
        }
    }
}
