// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.EventReason;
import io.verbena.tcp.link.Link;
import io.verbena.tcp.link.LinkException;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The reading half: puts a header before each message, or piece of one, and says what a peer that
 * had frames would say: HELLO, the empty transactions between pieces, GOODBYE.
 */
final class Receiver {
    /** A peer has one message under way. */
    private static final int CREDIT = 1;

    private static final int SAYS_HELLO = 1;
    private static final int ASKS_FOR_MORE = 2;
    private static final int SAYS_GOODBYE = 4;

    /** What the peer may send. */
    private enum State {
        /** Nothing: it is this side's turn. */
        SILENT,

        /** A message. */
        MESSAGE,

        /** The rest of a piece that is being read. */
        PIECE,

        /** Nothing before this side has asked for it: its first message, or more of one. */
        PAUSED,

        /** It has ended its stream. */
        ENDED
    }

    private final Link link;
    private final JitEnd end;
    private final String peer;
    private final MessageSize sizes;
    private final Runnable onUnread;
    private final FrameHeader header = new FrameHeader();

    private State state;

    /** Frames that the socket doesn't know of. */
    private int says;

    /** At a client, of its request; at a server, the number of the one that was made last. */
    private long transactionId;

    /** The longest piece that this side takes. */
    private int longestPiece;

    /** Of the message that is being read, bytes that no piece was begun with yet. */
    private int messageLeft;

    /** Of the piece that is being read, bytes that are still to come. */
    private int pieceLeft;

    /** Of a size, bytes that are there; fewer than all. */
    private int sizeHave;

    private int sizeBytes;

    /** The peer has ended its stream, and is still to have an answer. */
    private boolean peerEnded;

    private final Ahead ahead = new Ahead();

    Receiver(
            final Link link,
            final JitEnd end,
            final String peer,
            final MessageSize sizes,
            final Runnable onUnread) {
        this.link = link;
        this.end = end;
        this.peer = peer;
        this.sizes = sizes;
        this.onUnread = onUnread;
        state = end == JitEnd.CLIENT ? State.SILENT : State.PAUSED;
        says = end == JitEnd.CLIENT ? 0 : SAYS_HELLO;
    }

    // ---- what this side has written

    void onHello(final FrameHeader hello) {
        longestPiece = Hello.maxPayload(hello);
        if (end == JitEnd.CLIENT) {
            say(SAYS_HELLO);
        } else {
            state = State.MESSAGE;
            onUnread.run();
        }
    }

    void onRequest(final long id, final int room) {
        transactionId = id;
        longestPiece = room;
    }

    /** At a client, there is nobody to wait for. */
    void onGoodbye() throws LinkException {
        if (end == JitEnd.CLIENT) {
            sayGoodbye();
        }
    }

    void sayGoodbye() throws LinkException {
        if (state == State.PIECE) {
            // The rest may never come, and a frame can't be said in the middle of another.
            throw new LinkException(
                    EventReason.CLOSED_BY_SELF,
                    "closed by this side, in the middle of a message",
                    null);
        }
        if (state != State.ENDED) {
            say(SAYS_GOODBYE);
        }
    }

    /** With an empty payload. */
    void onAskedForMore() throws LinkException {
        if (state != State.PAUSED) {
            throw new LinkException(
                    EventReason.PROTOCOL_ERROR,
                    "an empty message is to be sent, which OpenJ9's framing doesn't have",
                    null);
        }
        state = State.MESSAGE;
        onUnread.run();
    }

    /** Of a message, or the last of it. */
    void onPieceSent(final boolean moreFollows) throws LinkException {
        if (moreFollows) {
            say(ASKS_FOR_MORE);
            return;
        }
        state = State.MESSAGE;
        if (peerEnded) {
            sayGoodbye();
        }
    }

    boolean isInMessage() {
        return messageLeft > 0;
    }

    private void say(final int what) {
        says |= what;
        onUnread.run();
    }

    // ---- reading

    boolean hasUnread() {
        return says != 0
                || switch (state) {
                    case MESSAGE -> messageLeft > 0 || link.hasUnread();
                    case PIECE -> !ahead.isEmpty() || link.hasUnread();
                    case SILENT -> !peerEnded && link.hasUnread();
                    case PAUSED, ENDED -> false;
                };
    }

    boolean isReadable() {
        return state != State.PAUSED && state != State.ENDED && !peerEnded;
    }

    int read(final ByteBuffer into) throws IOException {
        if (says != 0) {
            return readOwn(into);
        }
        return switch (state) {
            case SILENT -> readSilence(into);
            case MESSAGE -> messageLeft > 0 ? beginPiece(into, 0) : readMessage(into);
            case PIECE -> readPiece(into);
            case PAUSED, ENDED -> 0;
        };
    }

    long read(final ByteBuffer[] into) throws IOException {
        if (says != 0 || state != State.PIECE) {
            throw new IllegalStateException("only a piece is read into two places");
        }
        final ByteBuffer payload = into[0];
        if (!ahead.isEmpty()) {
            return readPiece(payload);
        }
        final ByteBuffer tail = into[1];
        final int tailStart = tail.position();
        final long read = link.read(into);
        if (read < 0) {
            throw truncated();
        }
        final int behind = tail.position() - tailStart;
        if (behind > 0) {
            keepAhead(tail, tailStart);
        }
        arrived((int) read - behind);
        return read - behind;
    }

    private int readPiece(final ByteBuffer into) throws IOException {
        final int start = into.position();
        final int read = readBytes(into);
        if (read < 0) {
            throw truncated();
        }
        final int own = Math.min(read, pieceLeft);
        if (read > own) {
            keepAhead(into, start + own);
        }
        arrived(own);
        return own;
    }

    /** Of the piece, so many bytes are there. */
    private void arrived(final int bytes) {
        pieceLeft -= bytes;
        if (pieceLeft == 0) {
            state = messageLeft > 0 ? State.PAUSED : State.SILENT;
        }
    }

    private int readMessage(final ByteBuffer into) throws IOException {
        final int start = into.position();
        final int sizeStart = start + FrameHeader.LENGTH;
        into.position(sizeStart);
        for (int i = 0; i < sizeHave; i++) {
            into.put((byte) (sizeBytes >>> (8 * i)));
        }
        final int read = readBytes(into);
        if (read < 0) {
            into.position(start);
            if (sizeHave > 0) {
                throw truncated();
            }
            says |= SAYS_GOODBYE;
            return readOwn(into);
        }
        final int have = sizeHave + read;
        if (have < MessageSize.BYTES) {
            sizeHave = have;
            sizeBytes = 0;
            for (int i = 0; i < have; i++) {
                sizeBytes |= (into.get(sizeStart + i) & 0xff) << (8 * i);
            }
            into.position(start);
            return 0;
        }
        sizeHave = 0;
        messageLeft = sizes.readPeers(into, sizeStart);
        into.position(start);
        return beginPiece(into, have);
    }

    /** Puts a header before bytes of which some may be there already, behind its place. */
    private int beginPiece(final ByteBuffer into, final int have) throws IOException {
        final int start = into.position();
        final int bytes = Math.min(messageLeft, Math.max(MessageSize.SHORTEST, longestPiece));
        into.position(start + FrameHeader.LENGTH + have);
        state = State.PIECE;
        pieceLeft = bytes;
        messageLeft -= bytes;
        writeHeader(into, start, bytes);
        final int own = Math.min(have, bytes);
        if (have > own) {
            keepAhead(into, start + FrameHeader.LENGTH + own);
        }
        arrived(own);
        return FrameHeader.LENGTH + own;
    }

    private void writeHeader(final ByteBuffer into, final int index, final int bytes) {
        // The other half of a client's transaction is the server's, and the other way round.
        if (end == JitEnd.CLIENT) {
            header.set(FrameType.RESPONSE, 0, CREDIT, bytes, transactionId, 0);
        } else {
            header.set(FrameType.REQUEST, 0, 0, bytes, ++transactionId, Integer.MAX_VALUE);
        }
        header.writeTo(into, index);
    }

    /** What the peer would say by itself. */
    private int readOwn(final ByteBuffer into) {
        final int start = into.position();
        if ((says & SAYS_HELLO) != 0) {
            says &= ~SAYS_HELLO;
            final boolean server = end == JitEnd.CLIENT;
            final int window = server ? CREDIT : 0;
            Hello.set(header, 0, window, 0, window, 0, Integer.MAX_VALUE).writeTo(into, start);
        } else if ((says & ASKS_FOR_MORE) != 0) {
            says &= ~ASKS_FOR_MORE;
            writeHeader(into, start, 0);
        } else {
            says &= ~SAYS_GOODBYE;
            state = State.ENDED;
            header.set(FrameType.GOODBYE, 0, 0, 0, 0, EventReason.CLOSED_BY_SELF.code())
                    .writeTo(into, start);
        }
        into.position(start + FrameHeader.LENGTH);
        return FrameHeader.LENGTH;
    }

    /** It isn't the peer's turn; all that it may do is to end its stream. */
    private int readSilence(final ByteBuffer into) throws IOException {
        if (peerEnded) {
            return 0;
        }
        final int start = into.position();
        final int read = link.read(into);
        if (read > 0) {
            throw spokeTwice();
        }
        into.position(start);
        if (read < 0) {
            // A client may half-close and still hear the answer; a server has nothing to hear.
            peerEnded = end == JitEnd.SERVER;
            if (!peerEnded) {
                says |= SAYS_GOODBYE;
                return readOwn(into);
            }
        }
        return 0;
    }

    private LinkException spokeTwice() {
        return new LinkException(
                EventReason.PROTOCOL_ERROR,
                peer + " has sent something while it was this side's turn",
                null);
    }

    private LinkException truncated() {
        return new LinkException(
                EventReason.TRANSPORT_ERROR, peer + " has ended in the middle of a message", null);
    }

    /** Puts aside what is in a buffer from an index on, and belongs to the next piece. */
    private void keepAhead(final ByteBuffer bytes, final int start) throws LinkException {
        // What is beyond the message is out of turn, and behind it nobody would look at it.
        if (bytes.position() - start > messageLeft) {
            throw spokeTwice();
        }
        ahead.keep(bytes, start);
    }

    /** What is ahead, or else what the link has. */
    private int readBytes(final ByteBuffer into) throws IOException {
        return ahead.isEmpty() ? link.read(into) : ahead.read(into, pieceLeft);
    }

    void close() {
        state = State.ENDED;
        says = 0;
        ahead.close();
    }
}
