// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.RemoteHost;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One queue pair's life, from the first thought of a connection to the last completion. */
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

    /** 0.64 ms: how soon a peer tries again that finds no receive, which doesn't happen. */
    private static final int RNR_TIMER = 12;

    private final Verbs verbs;
    private final String scheme;
    private final Handshake handshake;
    private RdmaPoller poller;
    private ConnectionHandler handler;
    private String remoteAddress;
    private Phase phase;
    private boolean detached;

    /** The connection manager's id; 0: none. */
    private long id;

    /** The channel that the id's events wait in while it is detached; 0: none. */
    private long parkedChannel;

    /** Why it could not be detached, which whoever adopts it is told. */
    private @Nullable IOException detachFailure;

    /** Both ends know of each other, and the end is to be told. */
    private boolean connected;

    private @Nullable Endpoint endpoint;
    private @Nullable Connector connector;
    private @Nullable Ending ending;

    /** Why the link is down; the frames that had come before are told of first. */
    private @Nullable Ending linkDown;

    /** It isn't known yet why. */
    private boolean causeIsOpen;

    /** The link is down, and everything that had completed before has been read. */
    private boolean settled;

    // In which of the poller's lists it is.

    /** Has something to post. */
    boolean dirty;

    /** Has received something. */
    boolean touched;

    /** Waits until all completions have been read. */
    boolean settling;

    /** Why it ended. */
    private record Ending(EventReason reason, String detail, @Nullable Throwable cause) {}

    RdmaConnection(
            final RdmaPoller poller,
            final String remoteAddress,
            final Phase phase,
            final ConnectionHandler handler) {
        this.poller = poller;
        this.verbs = poller.verbs();
        this.scheme = poller.scheme();
        this.remoteAddress = remoteAddress;
        this.phase = phase;
        this.handler = handler;
        handshake = new Handshake(this, verbs, poller.options());
    }

    // ---- setting up

    /** The connection manager's id, which is this connection's from now on. */
    void id(final long newId) {
        id = newId;
        poller.events().add(newId, this);
    }

    long id() {
        return id;
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
        return ending != null || phase == Phase.ENDED;
    }

    /** Who connects, as long as it is at it. */
    @Nullable Connector connector() {
        return isConnecting() ? connector : null;
    }

    void connector(final Connector newConnector) {
        connector = newConnector;
    }

    Handshake handshake() {
        return handshake;
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

    /** An event of the connection manager. */
    void onEvent(final CmEvent event) {
        switch (event.type()) {
            case ESTABLISHED -> {
                if (phase == Phase.REQUESTED) {
                    handshake.acceptedBy(event);
                } else if (phase == Phase.ACCEPTED) {
                    handshake.established();
                }
            }
            case DISCONNECTED ->
                    linkDown(
                            EventReason.TRANSPORT_ERROR,
                            remoteAddress + " ended the connection without GOODBYE");
            case DEVICE_REMOVAL ->
                    linkDown(EventReason.TRANSPORT_ERROR, "the RDMA device was removed");
            case CONNECT_ERROR, UNREACHABLE, REJECTED -> {
                if (phase == Phase.ACCEPTED || phase == Phase.INVITED) {
                    end(
                            EventReason.CLOSED_BY_PEER,
                            "%s has withdrawn its request".formatted(remoteAddress),
                            null);
                }
            }
            default -> {
                // Of no concern: addresses that change, the end of the time to wait.
            }
        }
    }

    /** The link is up. */
    void open() {
        phase = Phase.OPEN;
        connected = true;
        final Endpoint made = endpoint;
        try {
            if (made != null) {
                verbs.setMinRnrTimer(made.queuePair().handle(), RNR_TIMER);
            }
        } catch (final IOException e) {
            // It only matters where there is no receive, which grants make impossible.
        }
    }

    // ---- sending

    @Override
    public SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (ending != null || linkDown != null || detached) {
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

    /** What was posted has failed at once, as nothing is posted to a healthy queue pair. */
    void onPostFailed(final long error) {
        linkDown(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s broke: error %d when posting"
                        .formatted(remoteAddress, error));
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

    void onWorkFailed(final int kind, final int status, final int vendorError) {
        if (status != Layout.STATUS_FLUSHED) {
            linkDown(
                    EventReason.TRANSPORT_ERROR,
                    "the connection to %s broke: %s (%s, %d, vendor's %#x)"
                            .formatted(
                                    remoteAddress,
                                    Faults.ofStatus(status),
                                    WorkId.name(kind),
                                    status,
                                    vendorError));
        } else if (linkDown == null) {
            // Its cause is told by another completion, or by the connection manager, unless those
            // stay out.
            linkDown(
                    EventReason.TRANSPORT_ERROR,
                    "the connection to %s broke".formatted(remoteAddress));
            causeIsOpen = true;
            poller.events().lookSoon();
        }
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
        if (phase == Phase.OPEN && linkDown == null && made.outgoing().takeWritable()) {
            handler.onWritable();
        }
        if (phase == Phase.CLOSING) {
            closeIfDone();
        }
        final Ending down = linkDown;
        if (down != null
                && settled
                && isLive()
                && !detached
                && (handshake.isClosing() || made.incoming().isOver())) {
            end(down.reason, down.detail, down.cause);
        }
    }

    /** All completions that there were have been read. */
    void onSettled() {
        if (phase == Phase.DRAINING) {
            finish();
        } else if (linkDown != null) {
            settled = true;
            run();
        }
    }

    private boolean isLive() {
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
            end(
                    EventReason.PROTOCOL_ERROR,
                    "%s grants %d frames, which can't be".formatted(remoteAddress, total),
                    null);
        }
    }

    // ---- the end

    @Override
    public void close() {
        switch (phase) {
            case OPEN -> {
                phase = Phase.CLOSING;
                ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
                closeIfDone();
            }
            case ACCEPTED -> handshake.closeWhenSent();
            case RESOLVING, REQUESTED, INVITED -> abort();
            default -> {
                // It ends already.
            }
        }
    }

    private void closeIfDone() {
        final Outgoing out = outgoing();
        if (linkDown != null || out.isDone()) {
            drain();
        } else if (!out.isLastSignalled()) {
            out.signalLast();
        }
    }

    @Override
    public void abort() {
        if (detached) {
            abandon();
            return;
        }
        end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
    }

    void fail(final IOException e) {
        end(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s failed: %s".formatted(remoteAddress, e.getMessage()),
                e);
    }

    /** The link carries nothing more; what has come is told of first. */
    void linkDown(final EventReason reason, final String detail) {
        if (phase == Phase.DRAINING || phase == Phase.ENDED || detached) {
            return;
        }
        if (linkDown == null || causeIsOpen) {
            linkDown = new Ending(reason, detail, null);
            causeIsOpen = false;
        }
        if (phase == Phase.CLOSING) {
            drain();
        } else if (isLive()) {
            // What the peer has sent before is in the completion queue, perhaps behind much else.
            poller.settleLater(this);
        } else {
            end(reason, detail, null);
        }
    }

    /** Ends it; its handler hears of it when no memory is touched any more. */
    void end(final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (phase == Phase.ENDED || phase == Phase.DRAINING) {
            return;
        }
        if (ending == null) {
            ending = new Ending(reason, detail, cause);
        }
        if (connected) {
            drain();
        } else {
            finish();
        }
    }

    /**
     * Moves the queue pair to the error state, which tells the peer, and lets the completions be
     * read that there are. Those that are flushed later say nothing, and nobody waits for them:
     * once the queue pair is destroyed no memory of it is touched (ibv_destroy_qp(3)), and a
     * completion that names it is known by its generation. A work request posted to mark the end
     * would be surer of its place, but to a queue pair in the error state SoftRoCE never completes
     * a receive.
     */
    private void drain() {
        phase = Phase.DRAINING;
        try {
            verbs.disconnect(id);
        } catch (final IOException e) {
            // The peer, or the device, was faster.
        }
        poller.settleLater(this);
    }

    private void finish() {
        if (phase != Phase.ENDED) {
            phase = Phase.ENDED;
            release();
            poller.tellLater(this);
        }
    }

    /** Ends at once, and nobody is told. */
    void abandon() {
        phase = Phase.ENDED;
        ending = null;
        release();
    }

    private void release() {
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
        if (id != 0) {
            if (!detached) {
                poller.events().removeConnection(id);
            }
            verbs.destroyId(id);
            id = 0;
        }
        if (parkedChannel != 0) {
            verbs.destroyEventChannel(parkedChannel);
            parkedChannel = 0;
        }
        connected = false;
    }

    /** Tells the handler of the end. */
    void tellEnd() {
        final Ending why = ending;
        if (why != null) {
            ending = null;
            handler.onClosed(why.reason, why.detail, why.cause);
        }
    }

    // ---- moving

    @Override
    public void detach() {
        final Endpoint made = endpoint;
        if (phase == Phase.DRAINING || phase == Phase.ENDED) {
            detachEnded();
            return;
        }
        if (phase != Phase.INVITED && !(isLive() && made != null && made.isMovable())) {
            throw new IllegalStateException("only a connection that was not accepted can move");
        }
        try {
            if (!verbs.extensions().contains(Extension.CONNECTION)) {
                throw new IOException("a session can't be forwarded with a stock libdisni");
            }
            // Its events wait here until it is adopted, and no thread sees those of another's.
            parkedChannel = verbs.createEventChannel();
            verbs.migrateId(id, parkedChannel);
        } catch (final IOException e) {
            detachFailure = e;
        }
        poller.events().removeConnection(id);
        poller.remove(this);
        if (made != null) {
            made.part(poller);
        }
        detached = true;
    }

    /** It has ended, and nobody was told yet: whoever adopts it will be. */
    private void detachEnded() {
        final Ending why = ending;
        detachFailure = new IOException(why == null ? "it has ended" : why.detail);
        poller.forgetEnd(this);
        abandon();
        detached = true;
    }

    /** The other half of {@link #detach()}, on another poller. */
    void adoptedBy(final RdmaPoller target, final ConnectionHandler newHandler) {
        if (!detached) {
            throw new IllegalStateException("only a detached connection can be adopted");
        }
        detached = false;
        poller = target;
        handler = newHandler;
        target.add(this);
        final IOException failure = detachFailure;
        if (failure != null) {
            phase = Phase.INVITED;
            fail(failure);
            return;
        }
        try {
            verbs.migrateId(id, target.events().channel());
            verbs.destroyEventChannel(parkedChannel);
            parkedChannel = 0;
            target.events().add(id, this);
            final Endpoint made = endpoint;
            if (made != null) {
                made.moveTo(target);
                markDirty();
            }
            target.runLater(this);
            if (linkDown != null) {
                settled = false;
                target.settleLater(this);
            }
        } catch (final IOException e) {
            fail(e);
        }
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
        final InetSocketAddress remote = id == 0 ? null : verbs.remoteAddress(id);
        return remote == null ? scheme : RemoteHost.of(remote.getAddress());
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
