// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.MsgMemory;
import java.nio.ByteBuffer;

/** The payload of a frame before there is a session: a few bytes, in no pool. */
final class ControlMemory implements MsgMemory {
    private static final byte[] NONE = {};

    private final ByteBuffer bytes;

    private ControlMemory(final ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static ControlMemory receiving(final int length) {
        return new ControlMemory(ByteBuffer.allocate(length));
    }

    static ControlMemory holding(final byte[] payload) {
        return new ControlMemory(ByteBuffer.wrap(payload));
    }

    /** The payload of a control frame; of {@link MsgMemory#DISCARD}, none. */
    static byte[] payload(final MsgMemory memory) {
        return memory instanceof ControlMemory control ? control.bytes() : NONE;
    }

    byte[] bytes() {
        return bytes.array();
    }

    @Override
    public ByteBuffer inbound() {
        return bytes;
    }

    @Override
    public ByteBuffer outbound() {
        return bytes;
    }
}
