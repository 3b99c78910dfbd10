// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.util.ArrayDeque;

/**
 * One end of a link: what the engine calls, and the state that the other end touches too, which the
 * link's monitor guards. That monitor is never held during a call-back.
 */
final class MemConnection implements Connection {
    /** What an end does next with its incoming lane. */
    enum Next {
        /** There is a frame to deliver. */
        FRAME,
        /** There is nothing to deliver now. */
        NOTHING,
        /** The link breaks here. */
        CUT
    }

    final MemLink link;
    final MemLane in;
    private final MemLane out;
    private final String remoteAddress;
    private final ArrayDeque<MsgMemory> sent = new ArrayDeque<>();
    private MemAttachment attachment;
    private boolean writable;
    private boolean closing;
    private boolean gone;
    private long received;
    private long taken;

    MemConnection(
            final MemLink link, final MemLane in, final MemLane out, final String remoteAddress) {
        this.link = link;
        this.in = in;
        this.out = out;
        this.remoteAddress = remoteAddress;
    }

    // --- what the engine calls

    @Override
    public SendResult send(final FrameHeader frame, final MsgMemory payload) {
        final int length = frame.payloadLength();
        check(length >= 0, "a frame with a negative length");
        check(length == 0 || payload != null, "a frame with a length and no payload");
        check(
                length == 0 || payload.outbound().capacity() >= length,
                "a frame that is longer than its message");
        final MemConnection peer = link.peerOf(this);
        final boolean hold = length > 0 && length >= out.faults.holdBytes;
        synchronized (link) {
            if (closing || gone || link.broken() != null) {
                return SendResult.CLOSED;
            }
            check(attachment != null, "send() on a connection that is detached");
            if (peer.closing || peer.gone) {
                // as with a socket: nobody reads it, which is noticed later
                return SendResult.SENT;
            }
            if (!out.hasRoom(FrameHeader.LENGTH + length)) {
                out.makeSenderWait();
                return SendResult.BACK_PRESSURED;
            }
            final MemFrame queued = new MemFrame(frame, payload, hold);
            out.add(queued);
            taken += hold ? FrameHeader.LENGTH : queued.bytes();
        }
        peer.signal();
        return hold ? SendResult.HELD : SendResult.SENT;
    }

    @Override
    public void resume() {
        final MemAttachment current = attachment();
        if (current != null) {
            current.resume();
        }
    }

    @Override
    public void close() {
        synchronized (link) {
            if (closing || gone) {
                return;
            }
            closing = true;
            in.drop();
            out.end();
        }
        link.signalBoth();
    }

    @Override
    public void abort() {
        final boolean detached;
        synchronized (link) {
            closing = true;
            detached = attachment == null;
        }
        link.cut("the other side aborted the connection");
        if (detached) {
            abandon();
        }
    }

    @Override
    public void handler(final ConnectionHandler handler) {
        final MemAttachment current = attachment();
        check(current != null, "handler() of a connection that is detached");
        current.handledBy(handler);
    }

    @Override
    public void detach() {
        final MemAttachment current = attachment();
        check(current != null, "detach() of a connection that is detached");
        attach(null);
        current.end();
    }

    @Override
    public boolean isMovable() {
        return !link.faults.fixed();
    }

    @Override
    public boolean tryDetach() {
        synchronized (link) {
            if (closing || gone || link.broken() != null || attachment == null) {
                return false;
            }
        }
        detach();
        return true;
    }

    @Override
    public long receivedBytes() {
        synchronized (link) {
            return received;
        }
    }

    @Override
    public long sentBytes() {
        synchronized (link) {
            return taken;
        }
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String transport() {
        return "mem";
    }

    // --- what attachments, listeners and the other end call

    void attach(final MemAttachment newAttachment) {
        synchronized (link) {
            attachment = newAttachment;
        }
    }

    void adoptedBy(final MemAttachment newAttachment) {
        synchronized (link) {
            check(attachment == null, "adopt() of a connection that was not detached");
            attachment = newAttachment;
            in.unstamp();
        }
    }

    private MemAttachment attachment() {
        synchronized (link) {
            return attachment;
        }
    }

    /** Thread-safe: there may be something to do. */
    void signal() {
        final MemAttachment current = attachment();
        if (current != null) {
            current.signal();
        }
    }

    /** This end is over; what it has sent is still to be received. */
    void abandon() {
        synchronized (link) {
            if (gone) {
                return;
            }
            gone = true;
            attachment = null;
            out.dropHeld();
            out.end();
            in.drop();
        }
        link.endIsGone();
        link.peerOf(this).signal();
    }

    /** Called with the link's monitor held. */
    void linkIsBroken() {
        in.drop();
        sent.clear();
        writable = false;
    }

    boolean isGone() {
        synchronized (link) {
            return gone;
        }
    }

    boolean isClosing() {
        synchronized (link) {
            return closing;
        }
    }

    MsgMemory takeSent() {
        synchronized (link) {
            return sent.poll();
        }
    }

    boolean takeWritable() {
        synchronized (link) {
            final boolean was = writable && !closing;
            writable = false;
            return was;
        }
    }

    /** Is there a frame to deliver? */
    Next next(final boolean fresh) {
        synchronized (link) {
            if (closing || link.broken() != null || in.faults.stalled || in.isEmpty()) {
                return Next.NOTHING;
            }
            return fresh && in.cutsNow() ? Next.CUT : Next.FRAME;
        }
    }

    /** Copies a piece of the first frame; null if the frame is no more. */
    Boolean receive(final MemFrame frame, final int offset, final int count, final MsgMemory to) {
        final boolean whole = offset + count == frame.length;
        boolean tellPeer = false;
        final MemConnection peer = link.peerOf(this);
        synchronized (link) {
            if (link.broken() != null || in.head() != frame) {
                return null;
            }
            if (to != MsgMemory.DISCARD && count > 0) {
                frame.read(offset, count, to.inbound().clear());
            }
            received += count;
            if (whole) {
                in.remove();
                received += FrameHeader.LENGTH;
                tellPeer = peer.frameTaken(frame);
            }
        }
        if (tellPeer) {
            peer.signal();
        }
        return whole;
    }

    /** Called by the other end with the link's monitor held; true if there's something to tell. */
    private boolean frameTaken(final MemFrame frame) {
        boolean tell = false;
        if (frame.held() != null && !gone) {
            taken += frame.length;
            sent.add(frame.held());
            tell = true;
        }
        if (out.releaseSender()) {
            writable = true;
            tell = true;
        }
        return tell;
    }

    /** Has everything happened that is to happen before onClosed? */
    boolean isOver() {
        synchronized (link) {
            if (link.broken() != null) {
                return true;
            }
            if (closing) {
                return sent.isEmpty() && (out.held() == 0 || link.peerOf(this).gone);
            }
            return in.ended() && in.isEmpty() && !in.faults.stalled;
        }
    }

    static void check(final boolean right, final String wrong) {
        if (!right) {
            throw MemNetwork.violation(wrong);
        }
    }

    @Override
    public String toString() {
        return "mem connection to " + remoteAddress;
    }
}
