// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One queue pair's life, from the first thought of a connection to the last completion: the phase
 * it is in, and who is asked and told in it. What its ends tell each other before there are frames
 * is the {@link Handshake}'s; frames are {@link Outgoing}'s and {@link Incoming}'s; its {@link
 * Handover} takes it to another event queue; and its end is {@link Teardown}'s.
 */
final class RdmaConnection implements Connection {
    /** Where it is in its life; it moves down only, but for a client that tries another address. */
    enum Phase {
        /** A client looks for the server. */
        RESOLVING,

        /** A client has asked. */
        REQUESTED,

        /** A server was asked, and has not answered. There is no queue pair yet. */
        INVITED,

        /** A server has said yes. */
        ACCEPTED,

        OPEN,

        /** Receives no more, and waits until what it has sent has arrived. */
        CLOSING,

        /** The queue pair is in the error state, and what has completed before is still read. */
        DRAINING,

        ENDED
    }

    private final String scheme;
    private final CmId id;
    private final Handshake handshake;
    private final Teardown teardown;
    private final Handover handover;
    private RdmaPoller poller;
    private ConnectionHandler handler;
    private String remoteAddress;
    private Phase phase;
    private @Nullable Endpoint endpoint;
    private @Nullable Connector connector;

    /** Both ends know of each other, and the end is to be told. */
    private boolean connected;

    // In which of the poller's lists it is.

    /** Has something to post. */
    boolean dirty;

    /** Has received something. */
    boolean touched;

    /** Waits until all completions have been read. */
    boolean settling;

    /** In none, as it has left an event queue and no other has adopted it yet. */
    boolean detached;

    RdmaConnection(
            final RdmaPoller poller,
            final String remoteAddress,
            final Phase phase,
            final ConnectionHandler handler) {
        this.poller = poller;
        this.scheme = poller.scheme();
        this.remoteAddress = remoteAddress;
        this.phase = phase;
        this.handler = handler;
        id = new CmId(this, poller.verbs());
        handshake = new Handshake(this, poller.verbs(), poller.options());
        teardown = new Teardown(this);
        handover = new Handover(this);
    }

    // ---- setting up

    /** The connection manager's id of it. */
    CmId cmId() {
        return id;
    }

    long id() {
        return id.handle();
    }

    void phase(final Phase next) {
        phase = next;
    }

    Phase phase() {
        return phase;
    }

    boolean isConnecting() {
        return phase == Phase.RESOLVING || phase == Phase.REQUESTED;
    }

    boolean isEnding() {
        return teardown.isEnding() || phase == Phase.ENDED;
    }

    /** Who connects, as long as it is at it. */
    @Nullable Connector connector() {
        return isConnecting() ? connector : null;
    }

    void connector(final Connector newConnector) {
        connector = newConnector;
    }

    /** Is the end to be told to the peer? */
    boolean isConnected() {
        return connected;
    }

    Handshake handshake() {
        return handshake;
    }

    Teardown teardown() {
        return teardown;
    }

    void endpoint(final Endpoint made) {
        endpoint = made;
    }

    /** The attempt to reach an address; another may have failed before. */
    void attempt(final String address) {
        remoteAddress = address;
    }

    /** The attempt has failed; another may follow. */
    void attemptFailed() {
        closeEndpoint();
        releaseId();
        phase = Phase.RESOLVING;
    }

    /** The link is up. */
    void opened() {
        phase = Phase.OPEN;
        connected = true;
    }

    // ---- sending

    @Override
    public SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (teardown.hasBegun() || detached) {
            return SendResult.CLOSED;
        }
        return phase == Phase.OPEN
                ? outgoing().send(frame, payload)
                : handshake.keep(frame, payload);
    }

    void markDirty() {
        if (!dirty && !detached) {
            dirty = true;
            poller.flushLater(this);
        }
    }

    /** Run it in this duty cycle, unless it is to be another event queue's by then. */
    void runSoon() {
        if (!detached && phase != Phase.ENDED) {
            poller.runLater(this);
        }
    }

    /** Before what it has is posted: what it owes the peer. */
    void prepare() {
        final Endpoint made = endpoint;
        if (made != null
                && phase == Phase.OPEN
                && made.incoming().owesGrant()
                && made.outgoing().maySendGrant()) {
            made.outgoing().sendGrant();
        }
    }

    // ---- completions

    void onReceived(final int slot, final int bytes) {
        if (phase.compareTo(Phase.OPEN) <= 0) {
            incoming().onReceived(slot, bytes);
        }
    }

    void onSent(final int slot) {
        if (phase != Phase.DRAINING) {
            outgoing().onSent(slot);
        }
    }

    void onRead(final int bytes) {
        incoming().onRead(bytes);
    }

    /** Tells of what has come, and ends if nothing more will. */
    void run() {
        if (phase == Phase.INVITED) {
            handshake.acceptUndecided();
        }
        final Endpoint made = endpoint;
        if (made == null) {
            return;
        }
        made.incoming().run();
        if (phase == Phase.OPEN && !teardown.isLinkDown() && made.outgoing().takeWritable()) {
            handler.onWritable();
        }
        teardown.advance();
    }

    /** Can frames of the peer have come? */
    boolean isLive() {
        return phase == Phase.OPEN || phase == Phase.ACCEPTED;
    }

    /** May frames be told of? */
    boolean isReceiving() {
        return isLive() && !detached && !handshake.isClosing();
    }

    /** The peer has granted more, unless it lies. */
    void onGrant(final int total) {
        final Outgoing out = outgoing();
        if (out.isPlausible(total)) {
            out.granted(total);
        } else {
            teardown.end(
                    EventReason.PROTOCOL_ERROR,
                    "%s grants %d frames, which can't be".formatted(remoteAddress, total),
                    null);
        }
    }

    // ---- the end

    @Override
    public void close() {
        switch (phase) {
            case OPEN -> teardown.closeInOrder();
            case ACCEPTED -> handshake.closeWhenSent();
            case RESOLVING, REQUESTED, INVITED -> abort();
            default -> {
                // It ends already.
            }
        }
    }

    @Override
    public void abort() {
        if (detached) {
            teardown.abandon();
        } else {
            teardown.end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        }
    }

    /** Gives back all that it has, and leaves its event queue. */
    void release() {
        closeEndpoint();
        releaseId();
        if (!detached) {
            // Else its poller has parted with it, and its thread may be another.
            poller.remove(this);
        }
    }

    void closeEndpoint() {
        final Endpoint made = endpoint;
        if (made != null) {
            endpoint = null;
            made.close(poller);
        }
    }

    private void releaseId() {
        id.release();
        connected = false;
    }

    // ---- moving

    @Override
    public void detach() {
        handover.leave();
    }

    /** The other half of {@link #detach()}, on another poller. */
    void adoptedBy(final RdmaPoller target, final ConnectionHandler newHandler) {
        handover.arrive(target, newHandler);
    }

    /** Its event queue is another from now on. */
    void belongTo(final RdmaPoller target) {
        poller = target;
    }

    // ---- what the others ask

    RdmaPoller poller() {
        return poller;
    }

    @Nullable Endpoint endpoint() {
        return endpoint;
    }

    Outgoing outgoing() {
        return made().outgoing();
    }

    private Incoming incoming() {
        return made().incoming();
    }

    private Endpoint made() {
        final Endpoint made = endpoint;
        if (made == null) {
            throw new AssertionError("there is no queue pair");
        }
        return made;
    }

    ConnectionHandler handler() {
        return handler;
    }

    @Override
    public void handler(final ConnectionHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void resume() {
        if (endpoint != null && isReceiving()) {
            incoming().resume();
            poller.runLater(this);
        }
    }

    @Override
    public boolean isDown() {
        return teardown.isLinkDown();
    }

    @Override
    public long receivedBytes() {
        return endpoint == null ? 0 : incoming().bytes();
    }

    @Override
    public long sentBytes() {
        return endpoint == null ? 0 : outgoing().completed();
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String remoteHost() {
        return Objects.requireNonNullElse(id.remoteHost(), scheme);
    }

    @Override
    public String transport() {
        return scheme;
    }

    @Override
    public String toString() {
        return "%s to %s, %s".formatted(scheme, remoteAddress, phase);
    }
}
