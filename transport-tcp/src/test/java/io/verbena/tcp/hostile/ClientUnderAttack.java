// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client's event queue with a healthy session to a real server, and room for sessions to servers
 * of the other kind. Afterwards the healthy session must be unharmed, and nothing be left.
 */
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
abstract class ClientUnderAttack {
    @Parameter Net net;

    Target target;
    Clients clients;
    Clients.Healthy healthy;
    LogCapture log;

    /** The session to the server of the other kind. */
    Clients.Watched victim;

    private ServerSocketChannel listener;
    private final List<RawPeer> peers = new ArrayList<>();

    @BeforeEach
    final void start() throws IOException {
        log = new LogCapture();
        target = new Target(net);
        clients = new Clients(messages(), messageBytes());
        healthy = clients.healthy(target.uri());
        listener = net.listener(16);
    }

    int messages() {
        return 64;
    }

    int messageBytes() {
        return Clients.MSG_BYTES;
    }

    @AfterEach
    final void end() throws Exception {
        Closing.all(
                () -> healthy.assertUnharmed(),
                listener,
                Closing.group(peers),
                clients,
                target,
                log);
    }

    URI serverUri() throws IOException {
        return net.uri(listener);
    }

    RawPeer connected() throws IOException {
        return connected(ConnectOptions.defaults());
    }

    /** The server, after the client has connected and said HELLO. */
    RawPeer connected(final ConnectOptions options) throws IOException {
        victim = clients.connect(serverUri(), options);
        final RawPeer peer = new RawPeer(listener.accept());
        peers.add(peer);
        assertThat(peer.receive().type()).as("the client's first frame").isEqualTo(FrameType.HELLO);
        return peer;
    }

    /** The server, after it has accepted the session. */
    RawPeer accepted() throws IOException {
        return accepted(Frames.WINDOW, ConnectOptions.defaults());
    }

    RawPeer accepted(final int credits, final ConnectOptions options) throws IOException {
        final RawPeer peer = connected(options);
        peer.send(Frames.accept(credits, Frames.WINDOW));
        victim.awaitEstablished();
        return peer;
    }

    /** The id of the one request that the client sends now. */
    long request(final RawPeer peer, final int length) throws IOException {
        victim.send(length);
        final RawPeer.Frame frame = peer.receive();
        assertThat(frame.type()).as("the type of %s", frame).isEqualTo(FrameType.REQUEST);
        return frame.id();
    }

    /** The session ends by the server's fault, which is told, counted, and logged in one line. */
    void assertProtocolError(final RawPeer peer, final int flushed) throws IOException {
        peer.expectGoodbye(EventReason.PROTOCOL_ERROR);
        assertEnded(EventReason.PROTOCOL_ERROR, flushed);
        assertThat(clients.counters().protocolErrors()).isEqualTo(1);
        assertThat(log.lines("PROTOCOL_ERROR")).as("lines in the log").hasSize(1);
    }

    /** The session ends, and so many requests come back unanswered. */
    SessionClosed assertEnded(final EventReason reason, final int flushed) {
        final SessionClosed end = victim.awaitClosed();
        assertThat(end.reason()).as("why it ended: %s", end).isEqualTo(reason);
        assertThat(victim.errors)
                .as("the requests that were open")
                .hasSize(flushed)
                .containsOnly(only(flushed));
        assertThat(clients.counters().connectFailures()).isEqualTo(victim.established ? 0 : 1);
        assertThat(clients.counters().sessionsEstablished()).isEqualTo(victim.established ? 2 : 1);
        assertThat(clients.counters().sessionsClosed()).isEqualTo(victim.established ? 1 : 0);
        return end;
    }

    private static EventReason[] only(final int flushed) {
        return flushed == 0 ? new EventReason[0] : new EventReason[] {EventReason.FLUSHED};
    }
}
