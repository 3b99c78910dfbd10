// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static io.verbena.tcp.hostile.WrongAddressTest.assertReason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.testkit.RecordingClient;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Unix-domain socket's path that is wrong")
@ExtendWith(NothingLeft.class)
class WrongPathTest {
    private Pinger pinger;
    private Path path;

    @BeforeEach
    void open() {
        pinger = new Pinger();
        path = Net.freshPath();
    }

    @AfterEach
    void close() throws IOException {
        pinger.close();
        Files.deleteIfExists(path);
    }

    private String uri() {
        return "unix://" + path;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix://",
                "unix:///",
                "unix:relative.sock",
                "unix://host/x",
                "unix:///x%00y"
            })
    void isRefusedAtOnceAtBothEnds(final String uri) {
        assertThatThrownBy(() -> pinger.listen(uri)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pinger.fail(uri)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thatDoesNotExistIsRefused() {
        pinger.fail(uri()).assertClosed(EventReason.REFUSED);
        pinger.fail(uri() + "/below").assertClosed(EventReason.REFUSED);
    }

    @Test
    void inAFolderThatDoesNotExistCannotBeListenedOn() {
        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(uri() + "/below"));
    }

    @Test
    void thatIsAFilesIsRefusedAndTheFileIsLeftAlone() throws IOException {
        Files.writeString(path, "precious");

        pinger.fail(uri()).assertClosed(EventReason.REFUSED);
        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(uri()));
        assertThat(path).hasContent("precious");
    }

    @Test
    void thatIsAPipesIsRefusedAndThePipeIsLeftAlone() throws Exception {
        // As with a device: a connection to it is refused as to a socket that nobody listens on.
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();

        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(uri()));
        assertThat(Files.exists(path)).as("the pipe is there").isTrue();
        pinger.fail(uri()).assertClosed(EventReason.REFUSED);
    }

    @Test
    void thatIsAFoldersIsRefused() throws IOException {
        Files.createDirectory(path);

        pinger.fail(uri()).assertClosed(EventReason.REFUSED);
        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(uri()));
    }

    @Test
    void thatIsTooLongSaysSoAtBothEnds() {
        final String tooLong = uri() + "/" + "x".repeat(200);

        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(tooLong));
        final RecordingClient client = pinger.fail(tooLong);
        client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(client.closed().detail()).containsIgnoringCase("too long");
    }

    @Test
    void thatALivePortalHasCannotBeListenedOnAndStaysItsOwn() {
        pinger.listen(uri());

        assertReason(EventReason.BIND_FAILED, () -> pinger.listen(uri()));
        pinger.ping(uri());
    }

    @Test
    void thatADeadProcessHasLeftBehindIsTakenOver() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close();
        assertThat(path).as("what is left of it").exists();
        pinger.fail(uri()).assertClosed(EventReason.REFUSED);

        pinger.listen(uri());
        pinger.ping(uri());
    }

    @Test
    void isRemovedWithItsPortal() {
        final ServerPortal portal = pinger.listen(uri());
        assertThat(path).exists();
        portal.close();

        assertThat(path).doesNotExist();
    }

    @Test
    void thatMayNotBeUsedIsToldSo() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("root may use every path, so there is nothing to test for root")
                .isNotEqualTo("root");
        pinger.listen(uri());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));

        final RecordingClient client = pinger.fail(uri());
        client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(client.closed().detail()).containsIgnoringCase("denied");
    }

    @Test
    void whoseServerTakesNobodyIsGivenTheConnectTimeoutAndNoMore() throws IOException {
        final List<SocketChannel> crowd = new ArrayList<>();
        try (ServerSocketChannel full = Net.UNIX.listener(1)) {
            fill(full, crowd);
            final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(300);
            final long start = System.nanoTime();
            final RecordingClient client =
                    pinger.fail(
                            Net.UNIX.uri(full).toString(),
                            ConnectOptions.defaults().withConnectTimeoutNs(timeoutNs));

            client.assertClosed(EventReason.CONNECT_TIMEOUT);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeoutNs / 2);
        } finally {
            for (final SocketChannel each : crowd) {
                each.close();
            }
        }
    }

    @Test
    void whoseServerIsSlowToTakeClientsLosesNone() throws IOException {
        // As many at once as are more than the backlog, before the portal's first turn.
        pinger.listen(uri(), PortalOptions.defaults().withBacklog(1));
        final List<RecordingClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            final RecordingClient client = new RecordingClient();
            clients.add(client);
            ClientSession.connect(pinger.queue, URI.create(uri()), client);
        }
        pinger.pump.until(
                "fifty sessions or ends",
                () -> clients.stream().allMatch(each -> each.isEstablished() || each.isClosed()));

        assertThat(clients).allMatch(RecordingClient::isEstablished);
    }

    /** Connects to one who never accepts, until the kernel takes no more for it. */
    private static void fill(final ServerSocketChannel full, final List<SocketChannel> crowd)
            throws IOException {
        for (int i = 0; i < 100; i++) {
            final SocketChannel next = Net.UNIX.socket();
            crowd.add(next);
            next.configureBlocking(false);
            try {
                if (!next.connect(full.getLocalAddress())) {
                    return;
                }
            } catch (final SocketException e) {
                assertThat(e).hasMessageContaining("temporarily unavailable");
                return;
            }
        }
        throw new AssertionError("a backlog of 1 has taken 100 connections");
    }
}
