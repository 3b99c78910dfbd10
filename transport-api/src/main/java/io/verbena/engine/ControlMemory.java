// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.MsgMemory;
import io.verbena.spi.PoolMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The payload of a HELLO: a few bytes, once a session, in no pool. */
final class ControlMemory implements MsgMemory {
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
