// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.wire.FrameType;
import java.util.List;
import java.util.Random;

/** Frames that are nearly right, from a seed. */
final class FrameNoise {
    private static final int[] LENGTHS = {
        0, 1, 31, 32, 100, 4095, 4096, 4097, 60_000, 70_000, -1, Integer.MAX_VALUE, 1 << 30
    };
    private static final int[] ROOMS = {0, 1, 100, 60_000, 1 << 20, -1, Integer.MAX_VALUE};

    private final Random random;

    FrameNoise(final long seed) {
        random = new Random(seed);
    }

    int below(final int bound) {
        return random.nextInt(bound);
    }

    /** A frame that a client might send. */
    byte[] fromClient() {
        final int kind = random.nextInt(20);
        if (kind < 12) {
            return request();
        }
        return kind < 15 ? Frames.control(FrameType.KEEPALIVE, 0, 0, 0) : any(random.nextLong());
    }

    private byte[] request() {
        final int length = LENGTHS[random.nextInt(random.nextInt(8) == 0 ? LENGTHS.length : 9)];
        final int room = ROOMS[random.nextInt(random.nextInt(8) == 0 ? ROOMS.length : 5)];
        final byte[] payload = new byte[length < 0 || length > 70_000 ? 50 : length];
        random.nextBytes(payload);
        return Frames.frame(FrameType.REQUEST, 0, 0, length, random.nextInt(8), room, payload);
    }

    /** A frame that a server might send, which knows of these transactions. */
    byte[] fromServer(final List<Long> ids) {
        final int kind = random.nextInt(20);
        final long id =
                ids.isEmpty() || random.nextInt(30) == 0
                        ? random.nextLong()
                        : ids.remove(random.nextInt(ids.size()));
        if (kind < 10 && !ids.isEmpty()) {
            final int length = random.nextInt(5000);
            return Frames.response(id, 1, length);
        }
        if (kind < 13) {
            return Frames.control(FrameType.FAILURE, 1, id, random.nextInt(70));
        }
        return kind < 17 ? Frames.control(FrameType.KEEPALIVE, random.nextInt(2), 0, 0) : any(id);
    }

    private byte[] any(final long id) {
        final int length = random.nextInt(3) == 0 ? LENGTHS[random.nextInt(LENGTHS.length)] : 0;
        return Frames.frame(
                random.nextInt(11),
                random.nextInt(4),
                random.nextInt(4) == 0 ? random.nextInt(70_000) : 0,
                length,
                id,
                ROOMS[random.nextInt(ROOMS.length)],
                new byte[Math.max(0, Math.min(length, 5000))]);
    }
}
