// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes frames of one payload size to a non-blocking link: a header of length and id, then the
 * payload.
 */
interface FrameWriter {

    /** Bytes of a header: the payload's length, four bytes of padding, the id. */
    int HEADER_SIZE = 16;

    /** Payloads of up to this size are worth copying, to leave in one system call with others. */
    int SMALL = 4096;

    static FrameWriter of(
            final Link link, final int payloadSize, final int window, final int buffers) {
        return payloadSize <= SMALL
                ? new Staging(link, payloadSize, window)
                : new Gathering(link, payloadSize, buffers);
    }

    /** Takes the frame of this id, or returns false while those before it fill the socket. */
    boolean offer(long id) throws IOException;

    /** Writes what was taken but isn't written; returns whether nothing is left of it. */
    boolean flush() throws IOException;

    /** Copies small frames into one buffer and writes them together. */
    final class Staging implements FrameWriter {

        /**
         * How much is gathered before it is written. If it were a whole window of some 20 KiB, the
         * two ends would take turns; if it were much less, system calls would cost more than they
         * save.
         */
        private static final int BATCH = 10 * 1024;

        private final Link link;
        private final ByteBuffer payload;
        private final int frameSize;
        private final ByteBuffer staged;

        private Staging(final Link link, final int payloadSize, final int window) {
            this.link = link;
            payload = Buffers.direct(payloadSize);
            frameSize = HEADER_SIZE + payloadSize;
            staged = Buffers.forWindow(window, frameSize, 0);
        }

        @Override
        public boolean offer(final long id) throws IOException {
            if (staged.remaining() < frameSize) {
                flush();
                if (staged.remaining() < frameSize) {
                    return false;
                }
            }
            final int start = staged.position();
            final int size = payload.capacity();
            Payload.stamp(payload, 0, size, id);
            staged.putInt(start, size).putLong(start + Long.BYTES, id);
            staged.put(start + HEADER_SIZE, payload, 0, size).position(start + frameSize);
            if (staged.position() >= BATCH) {
                flush();
            }
            return true;
        }

        @Override
        public boolean flush() throws IOException {
            if (staged.position() > 0) {
                link.write(staged.flip());
                staged.compact();
            }
            return link.flush() && staged.position() == 0;
        }
    }

    /** Writes a large payload from where it is, in one system call with its header. */
    final class Gathering implements FrameWriter {

        private final Link link;
        private final ByteBuffer header = Buffers.direct(HEADER_SIZE);
        private final ByteBuffer[] payloads;
        private final ByteBuffer[] frame;
        private int next;

        private Gathering(final Link link, final int payloadSize, final int buffers) {
            this.link = link;
            payloads = Buffers.apart(buffers, payloadSize);
            frame = new ByteBuffer[] {header, payloads[0].position(payloadSize)};
        }

        @Override
        public boolean offer(final long id) throws IOException {
            flush();
            if (frame[1].hasRemaining()) {
                return false;
            }
            next = (next + 1) % payloads.length;
            final ByteBuffer payload = payloads[next];
            frame[1] = payload;
            final int size = payload.capacity();
            header.clear().putInt(0, size).putLong(Long.BYTES, id);
            Payload.stamp(payload.clear(), 0, size, id);
            flush();
            return true;
        }

        @Override
        public boolean flush() throws IOException {
            if (frame[1].hasRemaining()) {
                link.write(frame);
            }
            return link.flush() && !frame[1].hasRemaining();
        }
    }
}
