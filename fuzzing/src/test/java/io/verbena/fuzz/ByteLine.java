// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A hostile end of a socket. Its pieces are bytes. */
final class ByteLine implements Line {
    /** So often it says what the other end doesn't take, before it gives up. */
    private static final int PATIENCE = 8;

    /** What is heard is thrown away. One thread has all lines. */
    private static final ByteBuffer HEARD = ByteBuffer.allocateDirect(1 << 16);

    private static final ByteBuffer SAID = ByteBuffer.allocateDirect(1 << 16);

    private final SocketChannel channel;
    private int inVain;

    ByteLine(final SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
    }

    @Override
    public boolean say(final ByteBuffer speech, final int cut) {
        hear();
        final int length = Math.min(speech.remaining(), cut == 0 ? SAID.capacity() : cut);
        if (length == 0 || !channel.isOpen()) {
            return false;
        }
        SAID.clear().put(0, speech, speech.position(), length).limit(length);
        try {
            final int written = channel.write(SAID);
            speech.position(speech.position() + written);
            inVain = written > 0 ? 0 : inVain + 1;
            return inVain < PATIENCE && speech.hasRemaining();
        } catch (final IOException e) {
            // The other end has closed, which is its right.
            return false;
        }
    }

    @Override
    public void hear() {
        try {
            int read = channel.isOpen() ? 1 : 0;
            while (read > 0) {
                read = channel.read(HEARD.clear());
            }
            if (read < 0) {
                channel.close();
            }
        } catch (final IOException e) {
            hangUp(true);
        }
    }

    /** Abruptly: with what was not read still in it, as a process that is killed does. */
    @Override
    public void hangUp(final boolean abruptly) {
        try {
            if (abruptly) {
                channel.close();
            } else if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isOver() {
        return !channel.isOpen();
    }
}
