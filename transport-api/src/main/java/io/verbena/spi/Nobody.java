// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.EventReason;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/** The one value of {@link ConnectionHandler#NOBODY}. */
enum Nobody implements ConnectionHandler {
    /** The only one. */
    INSTANCE;

    @Override
    public void onConnected() {}

    @Override
    public MsgMemory destination(final FrameHeader header) {
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader header, final MsgMemory memory) {}

    @Override
    public void onWritable() {}

    @Override
    public void onSent(final MsgMemory payload) {}

    @Override
    public void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {}
}
