// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.nio.ByteBuffer;

/** A frame on its way: its header, and its payload or, while it is held, whose payload it is. */
final class MemFrame {
    private static final byte[] NOTHING = {};

    final FrameHeader header = new FrameHeader();
    final int length;
    private final byte[] copy;
    private final MsgMemory held;
    private boolean stamped;
    private long dueNs;

    MemFrame(final FrameHeader source, final MsgMemory payload, final boolean hold) {
        header.set(source);
        length = source.payloadLength();
        held = hold ? payload : null;
        if (hold || length == 0) {
            copy = NOTHING;
        } else {
            copy = new byte[length];
            payload.outbound().clear().get(0, copy);
        }
    }

    /** The message whose memory the frame still needs; null if it needs none. */
    MsgMemory held() {
        return held;
    }

    int bytes() {
        return FrameHeader.LENGTH + length;
    }

    void read(final int offset, final int count, final ByteBuffer target) {
        if (held == null) {
            target.put(offset, copy, offset, count);
        } else {
            target.put(offset, held.outbound().duplicate().clear(), offset, count);
        }
    }

    /** When the frame may be delivered; counted from the first question. */
    long dueNs(final long nowNs, final long delayNs) {
        if (!stamped) {
            stamped = true;
            dueNs = nowNs + delayNs;
        }
        return dueNs;
    }

    void unstamp() {
        stamped = false;
    }
}
