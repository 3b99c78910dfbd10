// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.MsgMemory;
import io.verbena.spi.PoolMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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

    @Override
    public @Nullable PoolMemory pool() {
        return null;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public boolean swapped() {
        return false;
    }
}
