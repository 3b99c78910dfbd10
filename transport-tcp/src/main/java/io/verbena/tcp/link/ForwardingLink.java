// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.PeerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A link over another, which does what that does: for those that change some of it. */
public abstract class ForwardingLink implements Link {
    private final Link link;

    /**
     * Over another link.
     *
     * @param link the other, which ends with this one.
     */
    protected ForwardingLink(final Link link) {
        this.link = link;
    }

    /**
     * What this is over.
     *
     * @return the link.
     */
    public final Link inner() {
        return link;
    }

    @Override
    public int read(final ByteBuffer into) throws IOException {
        return link.read(into);
    }

    @Override
    public long read(final ByteBuffer[] into) throws IOException {
        return link.read(into);
    }

    @Override
    public int headBytes() {
        return link.headBytes();
    }

    @Override
    public int tailBytes() {
        return link.tailBytes();
    }

    @Override
    public int write(final ByteBuffer from) throws IOException {
        return link.write(from);
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) throws IOException {
        return link.write(from, count);
    }

    @Override
    public boolean hasUnread() {
        return link.hasUnread();
    }

    @Override
    public boolean isReadable() {
        return link.isReadable();
    }

    @Override
    public boolean hasUnsent() {
        return link.hasUnsent();
    }

    @Override
    public boolean flush() throws IOException {
        return link.flush();
    }

    @Override
    public boolean finish() throws IOException {
        return link.finish();
    }

    @Override
    public long receivedBytes() {
        return link.receivedBytes();
    }

    @Override
    public long sentBytes() {
        return link.sentBytes();
    }

    @Override
    public @Nullable PeerIdentity peer() {
        return link.peer();
    }

    @Override
    public void part() {
        link.part();
    }

    @Override
    public void moveTo(final LinkMemory memory) {
        link.moveTo(memory);
    }

    @Override
    public void close() {
        link.close();
    }
}
