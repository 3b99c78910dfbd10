// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.EventReason;
import io.verbena.tcp.link.ForwardingLink;
import io.verbena.tcp.link.Link;
import io.verbena.tcp.link.LinkException;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A link whose frames are on this side only. What is written loses its headers, and of what is read
 * each message is given one; a message that is longer than this side takes at once is cut into
 * pieces, and the empty transactions between them (docs/STREAMS.md) are answered here.
 *
 * <p>Nothing is allocated for a message, however long it says that it is, and its payload isn't
 * looked at beyond its size.
 */
public final class JitLink extends ForwardingLink {
    private final Receiver receiver;
    private final MessageSize sizes;

    /** Of a frame that is being written, bytes of the payload that are still to come. */
    private int payloadLeft;

    /** Whether they are a message's. */
    private boolean passes;

    /** They are its first, and begin with its size. */
    private boolean begins;

    /** Of the message that is being written, bytes that no frame was begun with yet. */
    private int messageLeft;

    private final FrameHeader header = new FrameHeader();

    /** What the peer would have sent if it had a heart. */
    private long heartbeats;

    /**
     * A link that frames messages.
     *
     * @param link what carries the bytes.
     * @param end which end this is.
     * @param peer the other end, for people.
     * @param onUnread called by {@code write} when there is something to read that the socket
     *     doesn't know of.
     */
    public JitLink(final Link link, final JitEnd end, final String peer, final Runnable onUnread) {
        super(link);
        this.sizes = new MessageSize(peer);
        this.receiver = new Receiver(link, end, peer, sizes, onUnread);
    }

    // ---- receiving

    @Override
    public int read(final ByteBuffer into) throws IOException {
        return receiver.read(into);
    }

    @Override
    public long read(final ByteBuffer[] into) throws IOException {
        return receiver.read(into);
    }

    @Override
    public boolean hasUnread() {
        return receiver.hasUnread();
    }

    @Override
    public boolean isReadable() {
        return receiver.isReadable();
    }

    // ---- sending

    @Override
    public int write(final ByteBuffer from) throws IOException {
        final int start = from.position();
        writeFrames(from);
        return from.position() - start;
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) throws IOException {
        long taken = 0;
        for (int i = 0; i < count; i++) {
            final ByteBuffer each = from[i];
            final int start = each.position();
            final boolean all = writeFrames(each);
            taken += each.position() - start;
            if (!all) {
                break;
            }
        }
        return taken;
    }

    /** Frames are in one buffer each, but for a payload that may be in the next. */
    private boolean writeFrames(final ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (payloadLeft == 0) {
                final int start = from.position();
                from.position(start + FrameHeader.LENGTH);
                begin(header.readFrom(from, start));
            } else if (!passes) {
                final int bytes = Math.min(payloadLeft, from.remaining());
                from.position(from.position() + bytes);
                payloadLeft -= bytes;
            } else if (!writePayload(from)) {
                return false;
            }
        }
        return true;
    }

    private boolean writePayload(final ByteBuffer from) throws IOException {
        if (begins) {
            begins = false;
            messageLeft = sizeOf(from) - payloadLeft;
            if (messageLeft < 0) {
                throw broken("more is to be sent than the one message that it begins with");
            }
        }
        final int limit = from.limit();
        final int chunk = Math.min(payloadLeft, from.remaining());
        final int taken = inner().write(from.limit(from.position() + chunk));
        from.limit(limit);
        payloadLeft -= taken;
        if (payloadLeft == 0) {
            receiver.onPieceSent(messageLeft > 0);
        }
        return taken == chunk;
    }

    private int sizeOf(final ByteBuffer from) throws LinkException {
        final int length = Math.min(payloadLeft, from.remaining());
        final int size = length < MessageSize.SHORTEST ? 0 : sizes.read(from, from.position());
        if (size < MessageSize.SHORTEST) {
            throw broken("what is to be sent is none of OpenJ9's messages");
        }
        return size;
    }

    private void begin(final FrameHeader frame) throws LinkException {
        payloadLeft = frame.payloadLength();
        passes = false;
        switch (frame.type()) {
            case FrameType.REQUEST -> {
                receiver.onRequest(frame.transactionId(), frame.room());
                beginPiece();
            }
            case FrameType.RESPONSE -> beginPiece();
            case FrameType.HELLO -> receiver.onHello(frame);
            case FrameType.CLOSE -> receiver.sayGoodbye();
            case FrameType.GOODBYE -> receiver.onGoodbye();
            case FrameType.FAILURE -> {
                final EventReason reason = EventReason.of(frame.room());
                throw new LinkException(
                        reason,
                        "a message of the peer's was not answered (%s), which OpenJ9's framing has no word for"
                                .formatted(reason),
                        null);
            }
            case FrameType.KEEPALIVE -> heartbeats++;
            default -> {
                // Credits: the two take turns.
            }
        }
    }

    private void beginPiece() throws LinkException {
        if (payloadLeft == 0) {
            receiver.onAskedForMore();
            return;
        }
        if (receiver.isInMessage()) {
            throw broken("an answer is to be sent to a part of a message");
        }
        passes = true;
        if (messageLeft == 0) {
            begins = true;
        } else {
            messageLeft -= payloadLeft;
            if (messageLeft < 0) {
                throw broken("more is to be sent than is left of the message");
            }
        }
    }

    private static LinkException broken(final String detail) {
        return new LinkException(EventReason.PROTOCOL_ERROR, detail, null);
    }

    // ---- its life

    /** Heartbeats count as answered: the kernel's keepalive finds hosts that are gone. */
    @Override
    public long receivedBytes() {
        return super.receivedBytes() + heartbeats;
    }

    @Override
    public long sentBytes() {
        return super.sentBytes() + heartbeats;
    }

    @Override
    public void close() {
        receiver.close();
        super.close();
    }
}
