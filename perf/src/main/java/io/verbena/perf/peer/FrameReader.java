// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import static io.verbena.perf.peer.FrameWriter.HEADER_SIZE;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads and checks what a {@link FrameWriter} of the same payload size wrote, in one system call at
 * a time.
 */
interface FrameReader {

    /** What {@link #read} returns once the other end has closed the connection. */
    int END = -1;

    static FrameReader of(
            final Link link, final int payloadSize, final int window, final int buffers) {
        return payloadSize <= FrameWriter.SMALL
                ? new Batch(link, payloadSize, window)
                : new Scatter(link, payloadSize, buffers);
    }

    /**
     * Reads what is there and returns how many frames it completed, the first of them being {@code
     * id}.
     */
    int read(long id) throws IOException;

    /**
     * Refuses a frame other than the expected one; the frame starts at {@code offset} of the
     * header.
     */
    private static void checkHeader(
            final ByteBuffer header, final int offset, final int size, final long id)
            throws IOException {
        final int actualSize = header.getInt(offset);
        final long actualId = header.getLong(offset + Long.BYTES);
        if (actualSize != size || actualId != id) {
            throw new IOException(
                    "expected frame %d of %d bytes, not %d of %d"
                            .formatted(id, size, actualId, actualSize));
        }
    }

    /** Reads as many small frames as there are. */
    final class Batch implements FrameReader {

        private final Link link;
        private final int payloadSize;
        private final ByteBuffer in;

        private Batch(final Link link, final int payloadSize, final int window) {
            this.link = link;
            this.payloadSize = payloadSize;
            in = Buffers.forWindow(window, HEADER_SIZE + payloadSize, link.surplus());
        }

        @Override
        public int read(final long id) throws IOException {
            final int count = link.read(in);
            if (count <= 0) {
                return count;
            }
            final int frameSize = HEADER_SIZE + payloadSize;
            final int frames = in.position() / frameSize;
            for (int i = 0; i < frames; i++) {
                final int offset = i * frameSize;
                checkHeader(in, offset, payloadSize, id + i);
                Payload.check(in, offset + HEADER_SIZE, payloadSize, id + i);
            }
            in.flip().position(frames * frameSize);
            in.compact();
            return frames;
        }
    }

    /** Reads a large payload to where it belongs, in one system call with its header. */
    final class Scatter implements FrameReader {

        private final Link link;
        private final ByteBuffer header = Buffers.direct(HEADER_SIZE);
        private final ByteBuffer[] payloads;
        private final ByteBuffer[] frame;
        private int next;

        private Scatter(final Link link, final int payloadSize, final int buffers) {
            this.link = link;
            payloads = Buffers.apart(buffers, payloadSize);
            frame = new ByteBuffer[] {header, payloads[0]};
        }

        @Override
        public int read(final long id) throws IOException {
            int frames = 0;
            do {
                if (link.read(frame) < 0) {
                    return END;
                }
                final ByteBuffer payload = frame[1];
                if (payload.hasRemaining()) {
                    return frames;
                }
                final int size = payload.capacity();
                checkHeader(header, 0, size, id + frames);
                Payload.check(payload, 0, size, id + frames);
                header.clear();
                next = (next + 1) % payloads.length;
                frame[1] = payloads[next].clear();
                frames++;
            } while (link.pending());
            return frames;
        }
    }
}
