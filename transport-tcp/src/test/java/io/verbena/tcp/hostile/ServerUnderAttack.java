// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.SessionClosed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A portal, a healthy session that exchanges requests with it all the time, and room for peers of
 * the other kind. Afterwards the healthy session must be unharmed, and nothing be left.
 */
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
abstract class ServerUnderAttack {
    @Parameter Net net;

    Target target;
    Clients clients;
    Clients.Healthy healthy;
    LogCapture log;
    private final List<RawPeer> peers = new ArrayList<>();

    Target open() {
        return new Target(net);
    }

    /** How the healthy session connects. */
    ConnectOptions healthyOptions() {
        return ConnectOptions.defaults();
    }

    @BeforeEach
    final void start() {
        log = new LogCapture();
        target = open();
        clients = new Clients();
        healthy = clients.healthy(target.uri(), healthyOptions());
    }

    @AfterEach
    final void end() throws Exception {
        Closing.all(
                () -> {
                    healthy.assertUnharmed();
                    assertThat(target.harm)
                            .as("harm to the healthy session's server end")
                            .isEmpty();
                },
                Closing.group(peers),
                clients,
                target,
                log);
    }

    /** A peer that has said nothing yet. */
    RawPeer stranger() throws IOException {
        return closedAtTheEnd(RawPeer.connect(net, target.uri()));
    }

    /** A peer that has a session. */
    RawPeer member() throws IOException {
        return closedAtTheEnd(RawPeer.join(net, target.uri()));
    }

    private RawPeer closedAtTheEnd(final RawPeer peer) {
        peers.add(peer);
        return peer;
    }

    /**
     * A connection was dropped before it was a session: once, counted, with one line in the log.
     */
    void assertRefused(final EventReason reason) {
        assertThat(target.awaitRefused().reason()).isEqualTo(reason);
        assertThat(target.refused).hasSize(1);
        assertThat(target.counters().connectionsRefused()).isEqualTo(1);
        assertThat(target.closed).as("sessions that it has had").isEmpty();
        assertLoggedOnce(reason);
        assertThat(target.counters().protocolErrors()).isEqualTo(isFault(reason) ? 1 : 0);
    }

    /** The session has ended: once, counted, with one line in the log. */
    SessionClosed assertEnded(final EventReason reason) {
        final SessionClosed end = target.awaitClosed();
        assertThat(end.reason()).as("why it ended: %s", end).isEqualTo(reason);
        assertThat(target.closed).hasSize(1);
        assertThat(target.counters().sessionsClosed()).isEqualTo(1);
        assertLoggedOnce(reason);
        assertThat(target.counters().protocolErrors()).isEqualTo(isFault(reason) ? 1 : 0);
        Wait.until(
                "the session's messages",
                () -> target.loop.call(target.pool::available) >= Target.MSG_COUNT - 1);
        return end;
    }

    private static boolean isFault(final EventReason reason) {
        return reason == EventReason.PROTOCOL_ERROR || reason == EventReason.VERSION_MISMATCH;
    }

    private void assertLoggedOnce(final EventReason reason) {
        assertThat(log.lines(reason.name())).as("lines in the log").hasSize(1);
    }
}
