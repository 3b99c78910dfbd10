// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.nio.ByteBuffer;

/** The one value of {@link MsgMemory#DISCARD}. */
final class Discard implements MsgMemory {
    private final ByteBuffer empty = ByteBuffer.allocate(0);

    @Override
    public ByteBuffer inbound() {
        return empty;
    }

    @Override
    public ByteBuffer outbound() {
        return empty;
    }

    @Override
    public String toString() {
        return "DISCARD";
    }
}
