// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/** The raw pair's frames, in Netty's buffers. */
final class NettyFrames {

    static final int HEADER_SIZE = FrameWriter.HEADER_SIZE;

    private static final int ID_OFFSET = Long.BYTES;

    private NettyFrames() {}

    /** Cuts what is read into frames of that payload size, or smaller. */
    static ChannelHandler decoder(final int payloadSize) {
        final var decoder =
                new LengthFieldBasedFrameDecoder(
                        HEADER_SIZE + payloadSize,
                        0,
                        Integer.BYTES,
                        HEADER_SIZE - Integer.BYTES,
                        0);
        if (payloadSize > FrameWriter.SMALL) {
            // By default, the parts of a frame are copied together, and large ones twice or more.
            decoder.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
        }
        return decoder;
    }

    /**
     * Writes a frame, whose payload is created in the buffer that is sent. A prefix from a {@code
     * LengthFieldPrepender} would be a second buffer per message.
     */
    static void write(final ChannelHandlerContext context, final int size, final long id) {
        final ByteBuf frame = context.alloc().directBuffer(HEADER_SIZE + size);
        frame.setInt(0, size);
        frame.setLong(ID_OFFSET, id);
        frame.setLong(HEADER_SIZE, id);
        frame.setLong(HEADER_SIZE + size - Long.BYTES, id);
        frame.writerIndex(HEADER_SIZE + size);
        context.writeAndFlush(frame, context.voidPromise());
    }

    /** Checks a whole frame, and releases it. */
    static void take(final Object message, final int size, final long id) {
        final ByteBuf frame = (ByteBuf) message;
        try {
            final int start = frame.readerIndex();
            final long actualId = frame.getLong(start + ID_OFFSET);
            final int actualSize = frame.readableBytes() - HEADER_SIZE;
            if (actualSize != size || actualId != id) {
                throw new IllegalStateException(
                        "expected frame %d of %d bytes, not %d of %d"
                                .formatted(id, size, actualId, actualSize));
            }
            Payload.check(
                    frame.getLong(start + HEADER_SIZE),
                    frame.getLong(start + HEADER_SIZE + size - Long.BYTES),
                    id);
        } finally {
            frame.release();
        }
    }
}
