// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.rdma.verbs.Layout;
import io.verbena.testkit.RecordingClient;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a server may do to a client, which gives it keys to its memory. */
@DisplayName("Hostile servers on real verbs")
class RealHostileServerTest extends RealTest {
    private static final int BYTES = 8192;

    private EventQueueHandler queue;
    private MsgPool pool;
    private RawPeer server;
    private RecordingClient client;
    private ClientSession session;

    @BeforeEach
    void open() throws IOException {
        queue = scene().queue(scene().realTimeOptions());
        pool = scene().pool(queue, 4, BYTES, BYTES, PoolUse.CLIENT);
        server = scene().closesWithScene(RawPeer.listen());
        client = scene().client();
    }

    private void connect() {
        session =
                ClientSession.connect(
                        queue,
                        server.uri(),
                        client,
                        ConnectOptions.defaults().withHelloTimeoutNs(TimeUnit.SECONDS.toNanos(3)));
    }

    /** A session, and the request that the server has got. */
    private byte[] asked() {
        connect();
        until("a connection", () -> server.poll() && server.isEstablished());
        server.send(RawPeer.serverHello(4));
        until("a session", () -> server.poll() && client.isEstablished());
        final Msg msg = pool.take();
        msg.out().put(0, (byte) 42).position(BYTES);
        client.send(session, msg);
        until("the request", () -> server.poll() && !server.frames.isEmpty());
        final byte[] request = server.frames.get(0);
        assertThat(RawPeer.header(request).type()).isEqualTo(FrameType.REQUEST);
        return request;
    }

    private static ByteBuffer of(final byte[] request) {
        return ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void untilRefused() {
        until("an answer", () -> server.poll() && !server.statuses.isEmpty());
        assertThat(server.statuses.get(server.statuses.size() - 1))
                .isNotEqualTo(Layout.STATUS_SUCCESS);
        until("the end", () -> server.poll() && client.isClosed());
        client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(pool.available()).isEqualTo(4);
    }

    private void forgetWhatWasSent() {
        until("what was sent", () -> server.poll() && !server.statuses.isEmpty());
        server.statuses.clear();
    }

    @Test
    void mayReadARequest() {
        final byte[] request = asked();
        forgetWhatWasSent();
        server.access(
                Layout.OP_READ,
                1,
                RawPeer.header(request).remoteAddress(),
                RawPeer.header(request).rkey());
        until("an answer", () -> server.poll() && !server.statuses.isEmpty());
        assertThat(server.statuses).containsExactly(Layout.STATUS_SUCCESS);
    }

    @Test
    void canNotWriteIntoARequest() {
        final byte[] request = asked();
        forgetWhatWasSent();
        server.access(
                Layout.OP_WRITE,
                1,
                RawPeer.header(request).remoteAddress(),
                RawPeer.header(request).rkey());
        untilRefused();
        final Msg same = pool.take();
        assertThat(same.out().get(0)).isEqualTo((byte) 42);
        same.release();
    }

    @Test
    void canNotReadWhereAResponseGoes() {
        final ByteBuffer request = of(asked());
        forgetWhatWasSent();
        server.access(
                Layout.OP_READ,
                1,
                request.getLong(Frames.LANDING_ADDRESS),
                request.getInt(Frames.LANDING_RKEY));
        untilRefused();
    }

    @Test
    void canNotWriteOutsideOfThePool() {
        final ByteBuffer request = of(asked());
        forgetWhatWasSent();
        // INs are contiguous, and this is beyond the last
        server.access(
                Layout.OP_WRITE,
                1,
                request.getLong(Frames.LANDING_ADDRESS) + 4L * BYTES + 65_536,
                request.getInt(Frames.LANDING_RKEY));
        untilRefused();
    }

    /** It is there, says the frame; but nobody has written it. That is the server's own affair. */
    @Test
    void maySayThatAResponseIsThereButNotALongerOneThanThereIsRoomFor() {
        final byte[] request = asked();
        server.send(
                RawPeer.frame(
                        FrameType.RESPONSE,
                        Frames.FLAG_REMOTE,
                        BYTES + 1,
                        RawPeer.header(request).transactionId(),
                        0,
                        0,
                        0));
        until("the end", () -> server.poll() && client.isClosed());
        client.assertClosed(EventReason.PROTOCOL_ERROR);
    }

    @Test
    void maySendNoise() {
        final byte[] noise = new byte[300];
        new Random(40).nextBytes(noise);
        asked();
        server.send(noise);
        until("the end", () -> server.poll() && client.isClosed());
        client.assertClosed(EventReason.PROTOCOL_ERROR);
        assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
    }

    @Test
    void maySayNothing() {
        connect();
        until("the end", () -> server.poll() && client.isClosed());
        client.assertClosed(EventReason.HELLO_TIMEOUT);
    }

    @Test
    void mayBeRping() {
        Guest.assume();
        final Child rping =
                scene().closesWithScene(
                                Child.of(
                                        "rping",
                                        "-s",
                                        "-v",
                                        "-a",
                                        RealVerbs.address(),
                                        "-p",
                                        "7174"));
        // It doesn't say when it listens.
        until(
                "an end that is no refusal",
                () -> {
                    final RecordingClient next = scene().client();
                    ClientSession.connect(
                            queue,
                            URI.create("rdma://%s:7174".formatted(RealVerbs.address())),
                            next,
                            ConnectOptions.defaults()
                                    .withHelloTimeoutNs(TimeUnit.SECONDS.toNanos(3)));
                    until("an end", next::isClosed);
                    assertThat(next.isEstablished()).isFalse();
                    return next.closed().reason() != EventReason.REFUSED || rping.hasEnded();
                });
    }
}
