// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.fuzz.Line;
import io.verbena.rdma.verbs.CmEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A hostile end of a queue pair. Its pieces are SENDs: a u16 with the length, and the bytes. The
 * first is the private data that it connects or accepts with; one whose length has its highest bit
 * set, that it rejects with.
 *
 * <p>No input can know where memory is. So an address below {@link #OFFSETS} is one in the peer's
 * own memory, and the key 0 its own key.
 */
final class SendLine implements Line {
    private static final int OFFSETS = 1 << 16;
    private static final int REJECTS = 0x8000;
    private static final int MOST_PRIVATE_DATA = 56;
    private static final int ADDRESS_AT = 16;
    private static final int RKEY_AT = 24;

    /** Fewer than there is room for in its queue. */
    private static final int MOST_AT_ONCE = 16;

    private final HandPeer peer;
    private final URI portal;
    private boolean begun;
    private boolean over;

    /** A client's if there's a portal, else a server's. */
    SendLine(final HandPeer peer, final URI portal) {
        this.peer = peer;
        this.portal = portal;
    }

    @Override
    public boolean say(final ByteBuffer speech, final int cut) {
        if (over) {
            return false;
        }
        hear();
        if (!begun) {
            begun = true;
            begin(speech);
            return true;
        }
        if (!peer.said.contains(CmEvent.Type.ESTABLISHED)
                || peer.said.contains(CmEvent.Type.DISCONNECTED)) {
            return false;
        }
        final int most = cut == 0 ? MOST_AT_ONCE : Math.min(cut, MOST_AT_ONCE);
        for (int i = 0; i < most; i++) {
            if (!speech.hasRemaining()) {
                return false;
            }
            peer.send(translated(next(speech)));
        }
        return true;
    }

    private void begin(final ByteBuffer speech) {
        try {
            final boolean rejects =
                    portal == null
                            && speech.remaining() >= Short.BYTES
                            && (speech.getShort(speech.position()) & REJECTS) != 0;
            final byte[] said = next(speech);
            final byte[] data =
                    java.util.Arrays.copyOf(
                            said,
                            Math.min(
                                    said.length,
                                    rejects ? Invitation.REJECTION_BYTES : MOST_PRIVATE_DATA));
            if (portal != null) {
                peer.connect(portal, data);
            } else if (rejects) {
                peer.reject(data);
                finish();
            } else {
                peer.accept(data);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] next(final ByteBuffer speech) {
        if (speech.remaining() < Short.BYTES) {
            speech.position(speech.limit());
            return new byte[0];
        }
        final int length = speech.getShort() & (HandPeer.SLOT - 1);
        final byte[] piece = new byte[Math.min(length, speech.remaining())];
        speech.get(piece);
        return piece;
    }

    private byte[] translated(final byte[] frame) {
        if (frame.length < Frames.OVERHEAD) {
            return frame;
        }
        final ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        translate(bytes, ADDRESS_AT, RKEY_AT);
        translate(bytes, Frames.LANDING_ADDRESS, Frames.LANDING_RKEY);
        return frame;
    }

    private void translate(final ByteBuffer bytes, final int addressAt, final int keyAt) {
        final long address = bytes.getLong(addressAt);
        if (address > 0 && address < OFFSETS) {
            bytes.putLong(addressAt, peer.ownAddress() + address - 1);
            if (bytes.getInt(keyAt) == 0) {
                bytes.putInt(keyAt, peer.ownKey());
            }
        }
    }

    @Override
    public boolean isReady() {
        hear();
        return over
                || peer.said.contains(CmEvent.Type.ESTABLISHED)
                || peer.said.contains(CmEvent.Type.REJECTED)
                || peer.said.contains(CmEvent.Type.DISCONNECTED)
                || peer.said.contains(CmEvent.Type.UNREACHABLE)
                || peer.said.contains(CmEvent.Type.CONNECT_ERROR);
    }

    @Override
    public void hear() {
        if (!over) {
            peer.look();
        }
    }

    @Override
    public void hangUp(final boolean abruptly) {
        if (!over) {
            finish();
        }
    }

    private void finish() {
        try {
            over = true;
            peer.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isOver() {
        return over;
    }
}
