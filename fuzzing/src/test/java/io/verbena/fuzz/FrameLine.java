// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.EventReason;
import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.Poller;
import io.verbena.wire.FrameHeader;
import java.nio.ByteBuffer;

/** A hostile end of a link that carries frames. Its pieces are frames, whatever they say. */
final class FrameLine implements Line, ConnectionHandler {
    private static final int LENGTH_AT = 4;

    /** More than anybody accepts, and little enough to be sent a million times. */
    private static final int LONGEST = 4 * World.MAX_PAYLOAD;

    /** So often it says what the other end doesn't take, before it gives up. */
    private static final int PATIENCE = 8;

    private final Poller poller;
    private final FrameHeader header = new FrameHeader();
    private Connection connection;
    private ByteBuffer waiting;
    private int inVain;
    private boolean closed;

    FrameLine(final Poller poller) {
        this.poller = poller;
    }

    void connection(final Connection link) {
        connection = link;
    }

    @Override
    public boolean say(final ByteBuffer speech, final int cut) {
        hear();
        for (int left = cut == 0 ? Integer.MAX_VALUE : cut; left > 0 && !closed; left--) {
            if (waiting == null && !takeFrame(speech)) {
                return false;
            }
            if (!send()) {
                inVain++;
                break;
            }
            inVain = 0;
        }
        hear();
        return !closed && inVain < PATIENCE;
    }

    private boolean send() {
        final ByteBuffer frame = waiting;
        header.readFrom(frame, 0);
        final SendResult result =
                connection.send(header, header.payloadLength() == 0 ? null : new Payload(frame));
        if (result == SendResult.BACK_PRESSURED) {
            return false;
        }
        waiting = null;
        return true;
    }

    /** The next frame: a payload that isn't there is zeros, and none is above {@link #LONGEST}. */
    private boolean takeFrame(final ByteBuffer speech) {
        if (speech.remaining() < FrameHeader.LENGTH) {
            return false;
        }
        final int claimed = speech.getInt(speech.position() + LENGTH_AT);
        final int length = claimed < 0 || claimed > LONGEST ? LONGEST : claimed;
        final ByteBuffer frame =
                ByteBuffer.allocate(FrameHeader.LENGTH + length).order(speech.order());
        final int there = Math.min(speech.remaining(), frame.capacity());
        frame.put(0, speech, speech.position(), there).putInt(LENGTH_AT, length);
        speech.position(speech.position() + there);
        waiting = frame;
        return true;
    }

    @Override
    public void hear() {
        poller.poll();
    }

    @Override
    public void hangUp(final boolean abruptly) {
        if (abruptly) {
            connection.abort();
        } else {
            connection.close();
        }
        hear();
    }

    @Override
    public boolean isOver() {
        hear();
        return closed;
    }

    // ---- what it hears

    @Override
    public void onConnected() {
        // It speaks when it is told to.
    }

    @Override
    public MsgMemory destination(final FrameHeader frame) {
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        // It doesn't listen.
    }

    @Override
    public void onWritable() {
        // It tries again whenever it likes.
    }

    @Override
    public void onSent(final MsgMemory payload) {
        // The collector frees it.
    }

    @Override
    public void onClosed(final EventReason reason, final String detail, final Throwable cause) {
        closed = true;
    }

    /** What stands behind a frame's header. */
    private static final class Payload implements MsgMemory {
        private final ByteBuffer bytes;

        Payload(final ByteBuffer frame) {
            bytes = frame.slice(FrameHeader.LENGTH, frame.capacity() - FrameHeader.LENGTH);
        }

        @Override
        public ByteBuffer inbound() {
            throw new AssertionError("it is sent only");
        }

        @Override
        public ByteBuffer outbound() {
            return bytes;
        }

        @Override
        public io.verbena.spi.PoolMemory pool() {
            return null;
        }
    }
}
