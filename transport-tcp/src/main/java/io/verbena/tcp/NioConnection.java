// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.tcp.jit.JitEnd;
import io.verbena.tcp.jit.JitLink;
import io.verbena.tcp.link.BlockingCall;
import io.verbena.tcp.link.Link;
import io.verbena.tcp.link.LinkException;
import io.verbena.tcp.link.PlainLink;
import io.verbena.tcp.link.TlsHandshake;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One socket, from the first attempt to connect to its end. */
final class NioConnection implements Connection, Selectable, TlsHandshake.Owner {
    /** Where it is in its life; it moves down only, but for DETACHED, which can be OPEN again. */
    private enum Phase {
        CONNECTING,

        /** A TLS handshake is under way. */
        SECURING,
        OPEN,
        DETACHED,

        /** Sends what it has, and receives no more. */
        CLOSING,

        /** Ended for its handler, or about to be. */
        ENDED
    }

    private final String transport;

    /** Where the framing is OpenJ9's. */
    private final @Nullable JitEnd jit;

    private final TlsHandshake.@Nullable Setup tls;
    private final Outbound outbound;
    private final Inbound inbound;

    /** Its link is there from OPEN on. */
    private final WatchedSocket socket = new WatchedSocket(this);

    private NioPoller poller;
    private ConnectionHandler handler;
    private String remoteAddress;
    private Phase phase = Phase.CONNECTING;
    private @Nullable TlsHandshake handshake;
    private @Nullable Runnable onConnectable;

    private @Nullable Ending ending;

    /** Has something to send, at the end of {@link #read} or of the duty cycle. */
    boolean dirty;

    /** Is among those that its poller resumes at the next duty cycle. */
    boolean resumable;

    private boolean reading;

    /** The place among the poller's connections; -1: none. */
    int place = -1;

    /** Why it ended. */
    private record Ending(EventReason reason, String detail, @Nullable Throwable cause) {}

    NioConnection(
            final NioPoller poller,
            final String transport,
            final @Nullable JitEnd jit,
            final TlsHandshake.@Nullable Setup tls,
            final String remoteAddress,
            final ConnectionHandler handler) {
        this.poller = poller;
        this.outbound = new Outbound(poller.segments());
        this.inbound = new Inbound(this, poller.segments());
        this.transport = transport;
        this.jit = jit;
        this.tls = tls;
        this.remoteAddress = remoteAddress;
        this.handler = handler;
    }

    // ---- its life

    /** A connect is under way on this channel: run the task when the kernel has news. */
    void connecting(final SocketChannel attempt, final Runnable task) throws IOException {
        onConnectable = task;
        socket.watch(attempt, poller, SelectionKey.OP_CONNECT);
    }

    /** The attempt has failed; another may follow. */
    void attemptFailed() {
        onConnectable = null;
        socket.closeChannel();
    }

    boolean isConnecting() {
        return phase == Phase.CONNECTING;
    }

    /** There is a connection: its link is up, or {@link #secure()} is still to be called. */
    void connected(final SocketChannel connected, final String peer) throws IOException {
        remoteAddress = peer;
        onConnectable = null;
        socket.watch(connected, poller, 0);
        if (tls == null) {
            opened(new PlainLink(connected));
        } else {
            phase = Phase.SECURING;
            handshake =
                    new TlsHandshake(
                            poller.context(),
                            poller.tlsTasks(),
                            poller.linkMemory(),
                            tls,
                            connected,
                            peer,
                            this);
            poller.handshakeBegan();
        }
    }

    /** At the connecting end, behind {@link #connected}. */
    void announce() {
        if (handshake == null) {
            handler.onConnected();
        } else {
            secure();
        }
    }

    /** Begins to secure it, where that is to be done. */
    void secure() {
        final TlsHandshake begun = handshake;
        if (begun != null) {
            handler.onSecuring();
            begun.start();
        }
    }

    private void handshakeEnded() {
        handshake = null;
        poller.handshakeEnded();
    }

    private void opened(final Link made) {
        final Link carrier =
                jit == null ? made : new JitLink(made, jit, remoteAddress, this::readLater);
        socket.link(carrier);
        phase = Phase.OPEN;
        poller.add(this);
        updateInterest();
        if (carrier.hasUnread()) {
            readLater();
        }
    }

    /** There is something to read that the selector doesn't know of. */
    private void readLater() {
        if (phase == Phase.OPEN) {
            poller.resumeLater(this);
        }
    }

    @Override
    public void onInterest(final boolean read, final boolean write) {
        socket.interest(read, write);
        poller.selectSoon();
    }

    @Override
    public void onSecured(final Link secured) {
        handshakeEnded();
        opened(secured);
        handler.onConnected();
    }

    @Override
    public void onFailed(final LinkException e) {
        handshakeEnded();
        fail(e);
    }

    // ---- a socket that blocks

    /** Is it the selector that waits for it? */
    boolean isWatched() {
        return socket.isWatched();
    }

    /**
     * Leaves the selector; its reads and writes block. Returns false if that can't be now, and with
     * OpenJ9's framing, where what is read next isn't always the socket.
     */
    boolean block(final BlockingCall call) {
        if (phase != Phase.OPEN
                || jit != null
                || !socket.isWatched()
                || inbound.isStalled()
                || wantsToSend()) {
            return false;
        }
        try {
            socket.block(poller, call);
        } catch (final IOException e) {
            fail(e);
        }
        return true;
    }

    /** The end of that: the selector tells what is ready. */
    void unblock() {
        try {
            if (socket.stopBlocking()) {
                socket.watchAgain(poller, 0);
                updateInterest();
            }
        } catch (final IOException e) {
            fail(e);
        }
    }

    boolean isDeaf() {
        return socket.isDeaf();
    }

    /** The link to write to: an interrupted thread would close a socket that blocks. */
    private @Nullable Link writable() {
        if (socket.isBlocking() && Thread.currentThread().isInterrupted()) {
            unblock();
        }
        return socket.link();
    }

    boolean isAttached() {
        return phase == Phase.OPEN;
    }

    boolean isEnding() {
        return phase == Phase.CLOSING || phase == Phase.ENDED;
    }

    @Override
    public void detach() {
        if (phase != Phase.OPEN) {
            throw new IllegalStateException("only an open connection can be detached");
        }
        flush();
        if (phase != Phase.OPEN) {
            return;
        }
        try {
            socket.stopBlocking();
        } catch (final IOException e) {
            fail(e);
            return;
        }
        outbound.part();
        inbound.part();
        final Link carrier = socket.link();
        if (carrier != null) {
            carrier.part();
        }
        phase = Phase.DETACHED;
        poller.remove(this);
        socket.unwatch();
    }

    @Override
    public boolean isMovable() {
        return true;
    }

    @Override
    public boolean tryDetach() {
        if (phase != Phase.OPEN || reading || dirty || !outbound.isEmpty() || isDeaf()) {
            return false;
        }
        detach();
        return phase == Phase.DETACHED;
    }

    /** The other half of {@link #detach()}, on another poller. */
    void adoptedBy(final NioPoller target, final ConnectionHandler newHandler) {
        if (phase != Phase.DETACHED) {
            throw new IllegalStateException("only a detached connection can be adopted");
        }
        poller = target;
        outbound.moveTo(target.segments());
        inbound.moveTo(target.segments());
        handler = newHandler;
        phase = Phase.OPEN;
        try {
            socket.watchAgain(target, SelectionKey.OP_READ);
            final Link carrier = socket.link();
            if (carrier != null) {
                carrier.moveTo(target.linkMemory());
            }
            target.add(this);
            target.resumeLater(this);
        } catch (final IOException e) {
            fail(e);
        }
    }

    @Override
    public void close() {
        if (phase == Phase.OPEN) {
            unblock();
            phase = Phase.CLOSING;
            ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
            // What it doesn't read any more would wake the selector again and again.
            updateInterest();
            markDirty();
        } else if (phase != Phase.CLOSING && phase != Phase.ENDED) {
            abort();
        }
    }

    @Override
    public void abort() {
        if (phase == Phase.DETACHED) {
            phase = Phase.ENDED;
            release();
            return;
        }
        end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
    }

    void fail(final IOException e) {
        if (e instanceof LinkException known) {
            end(known.reason(), String.valueOf(known.getMessage()), known.getCause(), true);
            return;
        }
        end(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s broke: %s".formatted(remoteAddress, e.getMessage()),
                e);
    }

    /** Ends it now; its handler hears of it at the end of the duty cycle. */
    void end(final EventReason reason, final String detail, final @Nullable Throwable cause) {
        end(reason, detail, cause, false);
    }

    private void end(
            final EventReason reason,
            final String detail,
            final @Nullable Throwable cause,
            final boolean lastWordsAreOnTheirWay) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (phase != Phase.CLOSING || ending == null) {
            ending = new Ending(reason, detail, cause);
        }
        phase = Phase.ENDED;
        poller.remove(this);
        if (lastWordsAreOnTheirWay) {
            releaseAndLinger();
        } else {
            release();
        }
        poller.tellLater(this);
    }

    /** Everything has been sent. */
    private void endOrderly() {
        phase = Phase.ENDED;
        poller.remove(this);
        releaseAndLinger();
        poller.tellLater(this);
    }

    /** What was sent is to reach the peer, whatever that still sends. */
    private void releaseAndLinger() {
        final SocketChannel left = socket.handOver();
        release();
        if (left != null) {
            poller.linger(left);
        }
    }

    /** Its poller is closed, and nobody is told. */
    void abandon() {
        phase = Phase.ENDED;
        ending = null;
        release();
    }

    private void release() {
        outbound.close();
        inbound.close();
        final TlsHandshake begun = handshake;
        if (begun != null) {
            handshakeEnded();
            begun.cancel();
        }
        socket.close();
    }

    /** Tells the handler of the end. */
    void tellEnd() {
        final Ending why = ending;
        if (why != null) {
            ending = null;
            handler.onClosed(why.reason, why.detail, why.cause);
        }
    }

    // ---- sending

    @Override
    public SendResult send(final FrameHeader header, final @Nullable MsgMemory payload) {
        final Link carrier = writable();
        if (phase != Phase.OPEN || carrier == null) {
            return SendResult.CLOSED;
        }
        try {
            final SendResult result = outbound.send(carrier, header, payload);
            if (!outbound.isFull() && !reading && poller.segments().areScarce()) {
                // As when a thousand heartbeats are due at once: each would take a segment.
                outbound.flush(carrier);
            }
            if (outbound.isFull()) {
                updateInterest();
            }
            if (outbound.hasNews() || !(outbound.isFull() || outbound.isEmpty())) {
                markDirty();
            }
            return result;
        } catch (final IOException e) {
            fail(e);
            return SendResult.CLOSED;
        }
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            if (!reading) {
                poller.flushLater(this);
            }
        }
    }

    /** Sends what there is, and tells who waits for that; from the poller only. */
    void flush() {
        final Link carrier = writable();
        if (carrier == null || phase == Phase.ENDED) {
            return;
        }
        try {
            final boolean wanted = wantsToSend();
            outbound.flush(carrier);
            for (MsgMemory done = outbound.takeSent(); done != null; done = outbound.takeSent()) {
                handler.onSent(done);
            }
            if (outbound.takeWritable()) {
                handler.onWritable();
            }
            if (wantsToSend() != wanted) {
                updateInterest();
                if (carrier.hasUnread()) {
                    // It was not read as long as no answer to it could be sent.
                    poller.resumeLater(this);
                }
            }
            if (phase == Phase.CLOSING && outbound.isEmpty()) {
                if (carrier.finish()) {
                    endOrderly();
                } else {
                    updateInterest();
                }
            }
        } catch (final IOException e) {
            fail(e);
        }
    }

    boolean wantsToSend() {
        final Link carrier = socket.link();
        return outbound.isFull() || (carrier != null && carrier.hasUnsent());
    }

    // ---- receiving

    /** Reads once; returns whether there was anything. */
    boolean read() {
        final Link carrier = socket.link();
        if (phase != Phase.OPEN || carrier == null || inbound.isStalled()) {
            return false;
        }
        reading = true;
        try {
            final int read = readAll(carrier);
            if (read < 0) {
                end(
                        EventReason.TRANSPORT_ERROR,
                        "%s ended the connection without GOODBYE".formatted(remoteAddress),
                        null);
                return true;
            }
            if (inbound.isStalled() || carrier.hasUnsent() || !carrier.isReadable()) {
                updateInterest();
            }
            return read > 0;
        } catch (final IOException e) {
            fail(e);
            return true;
        } finally {
            reading = false;
            if (dirty) {
                // The answers leave before the next connection's requests are looked at.
                dirty = false;
                flush();
            }
        }
    }

    /** Reads once from the socket, and all that came with it. */
    private int readAll(final Link carrier) throws IOException {
        int read = inbound.read(carrier, poller.readArea());
        while (read > 0 && carrier.hasUnread() && phase == Phase.OPEN && !inbound.isStalled()) {
            read = inbound.read(carrier, poller.readArea());
        }
        return read;
    }

    @Override
    public void resume() {
        final Link carrier = socket.link();
        if (phase == Phase.OPEN && carrier != null) {
            inbound.resume(poller.readArea());
            if (carrier.hasUnread()) {
                read();
            }
            updateInterest();
        }
    }

    @Override
    public void onReady(final SelectionKey ready) {
        final Runnable task = onConnectable;
        if (task != null) {
            task.run();
            return;
        }
        final TlsHandshake begun = handshake;
        if (begun != null) {
            begun.onReady();
            return;
        }
        if (ready.isWritable()) {
            flush();
        }
        if (ready.isValid() && ready.isReadable()) {
            read();
        }
    }

    private boolean wantsToReceive() {
        final Link carrier = socket.link();
        return phase == Phase.OPEN
                && carrier != null
                && carrier.isReadable()
                && !inbound.isStalled();
    }

    private void updateInterest() {
        socket.interest(wantsToReceive(), wantsToSend());
    }

    // ---- what everybody may know

    ConnectionHandler handler() {
        return handler;
    }

    @Override
    public void handler(final ConnectionHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public long receivedBytes() {
        final Link carrier = socket.link();
        return carrier == null ? 0 : carrier.receivedBytes();
    }

    @Override
    public long sentBytes() {
        final Link carrier = socket.link();
        return carrier == null ? 0 : carrier.sentBytes();
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String remoteHost() {
        return socket.remoteHost(transport);
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public @Nullable PeerIdentity peer() {
        final Link carrier = socket.link();
        return carrier == null ? null : carrier.peer();
    }

    @Override
    public String toString() {
        return "%s to %s, %s".formatted(transport, remoteAddress, phase);
    }
}
