// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.PeerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes in each direction, over a socket that doesn't block. For the thread of one
 * event queue at a time.
 */
public interface Link {
    /**
     * Reads as much as there is and fits.
     *
     * @param into where to, from its position.
     * @return bytes read, 0 if there are none now, -1 at the end of the stream.
     * @throws IOException if the link is broken; a {@link LinkException} says why.
     */
    int read(ByteBuffer into) throws IOException;

    /**
     * Reads into two places, the second where the first is full.
     *
     * @param into where to; the second must have room for {@link #tailBytes()}.
     * @return as {@link #read(ByteBuffer)}.
     * @throws IOException if the link is broken.
     */
    long read(ByteBuffer[] into) throws IOException;

    /**
     * How much to read at most where a frame is to begin. Of a large payload, what is read with the
     * beginning is copied from there, and the rest is read into place.
     *
     * @return bytes.
     */
    default int headBytes() {
        return Integer.MAX_VALUE;
    }

    /**
     * How much room is to be behind a large payload that is read into place, for what follows it.
     *
     * @return bytes.
     */
    int tailBytes();

    /**
     * Writes as much as is taken. What was taken is the link's, though it may not have left.
     *
     * @param from what to write, from its position.
     * @return bytes taken.
     * @throws IOException if the link is broken.
     */
    int write(ByteBuffer from) throws IOException;

    /**
     * Writes from several places, one behind the other.
     *
     * @param from what to write.
     * @param count of how many of its buffers, from the first.
     * @return bytes taken.
     * @throws IOException if the link is broken.
     */
    long write(ByteBuffer[] from, int count) throws IOException;

    /**
     * Is there something that was read from the socket, and can be had by {@link #read} without the
     * socket having more?
     *
     * @return whether to read again.
     */
    boolean hasUnread();

    /**
     * Is the socket to be read?
     *
     * @return false as long as the link has no use for what the peer sends.
     */
    default boolean isReadable() {
        return true;
    }

    /**
     * Is there something that was taken, and that the kernel hasn't taken yet?
     *
     * @return whether to {@link #flush()} when the socket is writable.
     */
    boolean hasUnsent();

    /**
     * Offers the kernel what waits here.
     *
     * @return whether nothing does any more, so that {@link #write} takes something.
     * @throws IOException if the link is broken.
     */
    boolean flush() throws IOException;

    /**
     * Says that nothing more will be written, where the link has a way to say it.
     *
     * @return whether it has left; if not, call again when the socket is writable.
     * @throws IOException if the link is broken.
     */
    boolean finish() throws IOException;

    /**
     * Bytes that the kernel gave, as they were on their way.
     *
     * @return their number.
     */
    long receivedBytes();

    /**
     * Bytes that the kernel took, as they are on their way.
     *
     * @return their number.
     */
    long sentBytes();

    /**
     * Who is at the other end.
     *
     * @return the identity; null where nothing is proved.
     */
    @Nullable PeerIdentity peer();

    /** Leaves its event queue. */
    void part();

    /**
     * From now on on another event queue.
     *
     * @param memory the buffers there.
     */
    void moveTo(LinkMemory memory);

    /** Gives back what it has. The socket is its owner's. Idempotent. */
    void close();
}
