// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.nio.ByteBuffer;

/** The payload of a first frame that was kept until there was a connection. */
final class Greeting implements MsgMemory {
    private final byte[] frame;

    /** The frame, header first. */
    Greeting(final byte[] frame) {
        this.frame = frame;
    }

    /** Is it a server's no? */
    static boolean isLastWord(final FrameHeader header) {
        return header.type() == FrameType.GOODBYE
                || (header.type() == FrameType.HELLO
                        && (header.flags() & FrameHeader.FLAG_REJECTED) != 0);
    }

    @Override
    public ByteBuffer inbound() {
        throw new AssertionError("a greeting is sent only");
    }

    @Override
    public ByteBuffer outbound() {
        return ByteBuffer.wrap(frame).position(FrameHeader.LENGTH).slice();
    }
}
