// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.RdmaConnection.Phase;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a connection tell each other before frames flow, in the private data of the
 * connection manager's messages.
 *
 * <p>A client's HELLO travels with its request if it fits. Then the server's engine decides before
 * there is a queue pair, so that a session which is forwarded gets its queue pair on the right
 * event queue, and one that is refused gets none. A HELLO that doesn't fit is the first frame.
 */
final class Handshake {
    /** 4.096 µs times 2 to this: with 6 retries, a link may be dead for 4 s. */
    private static final int ACK_TIMEOUT = 17;

    /** Not 7: SoftRoCE then tries for ever, and a dead link is never told. */
    private static final int RETRIES = 6;

    /** 7 is for ever, of retries where the peer has no receive. */
    private static final int RNR_RETRIES = 7;

    /** 0.64 ms: how soon a peer tries again that finds no receive, which doesn't happen. */
    private static final int RNR_TIMER = 12;

    private static final byte[] NO_DATA = {};

    private final RdmaConnection connection;
    private final Verbs verbs;
    private final RdmaOptions options;
    private Invitation peer = Invitation.unknown();

    /** READs that the peer lets this end have under way: a client has none. */
    private int grantedReads;

    /** A client's HELLO; a server's first frame, to be sent when the connection is made. */
    private byte @Nullable [] greeting;

    /** The greeting is the last that this side has to say. */
    private boolean closeAfterGreeting;

    Handshake(final RdmaConnection connection, final Verbs verbs, final RdmaOptions options) {
        this.connection = connection;
        this.verbs = verbs;
        this.options = options;
    }

    // ---- a client

    /** The route is known: makes the queue pair, and asks the server. */
    void request() throws IOException {
        if (greeting == null) {
            connection.handler().onGreeting();
        }
        if (!connection.isConnecting()) {
            return;
        }
        final Endpoint endpoint = Endpoint.open(connection.poller(), connection, grantedReads);
        connection.endpoint(endpoint);
        final byte[] hello = greeting;
        final boolean inside = hello != null && Invitation.fits(hello.length - FrameHeader.LENGTH);
        final byte[] data =
                new Invitation(
                                inside ? Invitation.FLAG_HELLO : 0,
                                endpoint.incoming().grant(),
                                options.slotBytes(),
                                inside ? hello : null)
                        .encode();
        verbs.setAckTimeout(connection.id(), ACK_TIMEOUT);
        // The server reads this side's requests; this side reads nothing.
        final int reads = Math.min(options.maxReads(), endpoint.domain().limits().maxReads());
        connection.phase(Phase.REQUESTED);
        verbs.connect(
                connection.id(), new ConnectionParameters(data, reads, 0, RETRIES, RNR_RETRIES));
    }

    /** The server has accepted. */
    void acceptedBy(final CmEvent event) {
        final Invitation answer = Invitation.decode(event.privateData());
        if (answer == null && !Invitation.isBlank(event.privateData())) {
            connection
                    .teardown()
                    .end(
                            EventReason.PROTOCOL_ERROR,
                            "the answer of %s is not of Verbena"
                                    .formatted(connection.remoteAddress()),
                            null);
            return;
        }
        peer = answer == null ? Invitation.unknown() : answer;
        final Outgoing outgoing = connection.outgoing();
        outgoing.peer(peer.grant(), peer.slotBytes());
        opened();
        final byte[] hello = greeting;
        greeting = null;
        if (hello != null && (peer.flags() & Invitation.FLAG_HELLO) == 0) {
            sendGreeting(hello);
        }
        connection.handler().onConnected();
        connection.run();
    }

    /** The server has refused: tells the handler with what frame, if it is one of Verbena's. */
    boolean refusedBy(final CmEvent event) {
        final byte[] frame = Invitation.frameOf(event.privateData());
        if (frame == null) {
            return false;
        }
        connection.closeEndpoint();
        connection.handler().onConnected();
        if (!connection.isEnding()) {
            deliver(frame);
            connection
                    .teardown()
                    .end(
                            EventReason.TRANSPORT_ERROR,
                            connection.remoteAddress() + " ended the connection",
                            null);
        }
        return true;
    }

    // ---- a server

    /** A peer asks. */
    void invited(final CmEvent event, final Invitation invitation) throws IOException {
        peer = invitation;
        grantedReads = Math.min(options.maxReads(), readsGrantedBy(event));
        final byte[] hello = invitation.hello();
        if (hello != null) {
            deliver(hello);
        }
        connection.runSoon();
    }

    /** A stock libdisni doesn't tell; what Verbena's clients grant is what there can be. */
    private int readsGrantedBy(final CmEvent request) {
        return verbs.extensions().contains(Extension.CONNECTION)
                ? request.initiatorDepth()
                : Integer.MAX_VALUE;
    }

    /**
     * The server's application takes its time, or is yet to hear of the session, as its HELLO
     * didn't fit. The connection is made meanwhile, as of a connection request nothing is heard any
     * more, not even that it was withdrawn. Its completion queue is its own, and moves along if the
     * session is forwarded.
     */
    void acceptUndecided() {
        try {
            accept(Endpoint.movable(connection.poller(), connection, grantedReads));
        } catch (final IOException e) {
            connection.teardown().fail(e);
        }
    }

    private void accept(final Endpoint endpoint) throws IOException {
        connection.endpoint(endpoint);
        endpoint.outgoing().peer(peer.grant(), peer.slotBytes());
        final Invitation answer =
                new Invitation(
                        peer.hello() == null ? 0 : Invitation.FLAG_HELLO,
                        endpoint.incoming().grant(),
                        options.slotBytes(),
                        null);
        // A stock libdisni can't send it, and clients know how to do without.
        final byte[] data = sendsPrivateData() ? answer.encode() : NO_DATA;
        verbs.setAckTimeout(connection.id(), ACK_TIMEOUT);
        connection.phase(Phase.ACCEPTED);
        verbs.accept(
                connection.id(),
                new ConnectionParameters(data, 0, endpoint.maxReads(), RETRIES, RNR_RETRIES));
    }

    private boolean sendsPrivateData() {
        return verbs.extensions().contains(Extension.CONNECTION);
    }

    /** The client knows. */
    void established() {
        opened();
        final byte[] answer = greeting;
        greeting = null;
        if (answer != null) {
            sendGreeting(answer);
        }
        if (closeAfterGreeting) {
            connection.close();
        } else {
            connection.handler().onWritable();
            connection.run();
        }
    }

    /** Close as soon as what is kept has been sent. */
    void closeWhenSent() {
        closeAfterGreeting = true;
    }

    /** Was it closed before the client knew that there is a connection? */
    boolean isClosing() {
        return closeAfterGreeting;
    }

    /** The link is up, at this end. */
    private void opened() {
        connection.opened();
        final Endpoint endpoint = connection.endpoint();
        try {
            if (endpoint != null) {
                verbs.setMinRnrTimer(endpoint.queuePair().handle(), RNR_TIMER);
            }
        } catch (final IOException e) {
            // It only matters where there is no receive, which grants make impossible.
        }
    }

    // ---- frames, before there is a link for them

    /** Takes the first frame of this side. */
    SendResult keep(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (closeAfterGreeting) {
            return SendResult.CLOSED;
        }
        if (greeting != null) {
            return SendResult.BACK_PRESSURED;
        }
        final byte[] kept = copy(frame, payload);
        greeting = kept;
        return connection.phase() != Phase.INVITED || answer(kept)
                ? SendResult.SENT
                : SendResult.CLOSED;
    }

    private static byte[] copy(final FrameHeader frame, final @Nullable MsgMemory payload) {
        final int length = frame.payloadLength();
        final byte[] bytes = new byte[FrameHeader.LENGTH + length];
        frame.writeTo(ByteBuffer.wrap(bytes), 0);
        if (payload != null && length > 0) {
            payload.outbound().clear().get(bytes, FrameHeader.LENGTH, length);
        }
        return bytes;
    }

    /**
     * A server's first word, before there is a queue pair: it is a yes, or the last word as well,
     * or a question before the session is decided on.
     */
    private boolean answer(final byte[] frame) {
        final FrameHeader header = new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0);
        final byte[] rejection = Greeting.isLastWord(header) ? Invitation.rejection(frame) : null;
        try {
            if (header.type() == FrameType.CHALLENGE) {
                accept(Endpoint.movable(connection.poller(), connection, grantedReads));
            } else if (rejection == null) {
                accept(Endpoint.open(connection.poller(), connection, grantedReads));
            } else {
                verbs.reject(connection.id(), rejection);
                connection.teardown().end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
            }
            return true;
        } catch (final IOException e) {
            connection.teardown().fail(e);
            return false;
        }
    }

    private void sendGreeting(final byte[] frame) {
        final FrameHeader header = new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0);
        connection
                .outgoing()
                .send(header, frame.length == FrameHeader.LENGTH ? null : new Greeting(frame));
    }

    /** Tells the handler of a frame that came by the connection manager. */
    private void deliver(final byte[] frame) {
        final FrameHeader header = new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0);
        final MsgMemory target = connection.handler().destination(header);
        if (target == null || connection.isEnding()) {
            return;
        }
        if (target != MsgMemory.DISCARD) {
            target.inbound()
                    .clear()
                    .put(frame, FrameHeader.LENGTH, frame.length - FrameHeader.LENGTH);
        }
        connection.handler().onFrame(header, target);
    }
}
