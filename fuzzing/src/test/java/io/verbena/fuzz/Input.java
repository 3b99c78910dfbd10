// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An input of a target that speaks to a session: three bytes on how it is played, then what the
 * peer says.
 *
 * <pre>
 *   0  u8   manners: what the application under attack does, see {@link ServerApplication} and {@link ClientApplication}
 *   1  u8   cut: how much is said at a time, 0 for all
 *   2  u8   the end, modulo 3: the peer closes, breaks the link, or falls silent
 *   3       what the peer says
 * </pre>
 */
public record Input(int manners, int cut, Ending ending, byte[] speech) {
    private static final int HEAD = 3;

    /** What a peer does when it has said all. */
    public enum Ending {
        CLOSES,
        BREAKS,
        FALLS_SILENT
    }

    static Input of(final byte[] bytes) {
        final byte[] head = Arrays.copyOf(bytes, HEAD);
        return new Input(
                head[0] & 0xff,
                head[1] & 0xff,
                Ending.values()[(head[2] & 0xff) % Ending.values().length],
                bytes.length <= HEAD ? new byte[0] : Arrays.copyOfRange(bytes, HEAD, bytes.length));
    }

    public byte[] encode() {
        final byte[] bytes = new byte[HEAD + speech.length];
        bytes[0] = (byte) manners;
        bytes[1] = (byte) cut;
        bytes[2] = (byte) ending.ordinal();
        System.arraycopy(speech, 0, bytes, HEAD, speech.length);
        return bytes;
    }

    /** The speech, to be said piece by piece. */
    ByteBuffer toSay() {
        return ByteBuffer.wrap(speech).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
        return "manners %d, cut %d, then the peer %s; %d bytes"
                .formatted(manners, cut, ending, speech.length);
    }
}
