// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.wire.FrameHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Does to real traffic what a broken or hostile peer might. */
final class Mutator {
    private static final int LENGTH_AT = 4;
    private static final int ROOM_AT = 28;
    private static final int[] LENGTHS = {
        0,
        1,
        31,
        32,
        World.CAPACITY,
        World.CAPACITY + 1,
        World.MAX_PAYLOAD,
        World.MAX_PAYLOAD + 1,
        4097,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        -1
    };

    private final Random random;

    Mutator(final Random random) {
        this.random = random;
    }

    /** One of the inputs, changed, possibly with something of another in it. */
    Input mutate(final List<Input> inputs) {
        final Input origin = inputs.get(random.nextInt(inputs.size()));
        final List<byte[]> frames = frames(origin.speech());
        for (int n = 1 + random.nextInt(3); n > 0 && !frames.isEmpty(); n--) {
            change(frames, inputs);
        }
        byte[] speech = join(frames);
        if (random.nextInt(8) == 0) {
            speech = Arrays.copyOf(speech, random.nextInt(speech.length + 1));
        }
        final Input.Ending[] endings = Input.Ending.values();
        return new Input(
                random.nextInt(4) == 0 ? random.nextInt(256) : origin.manners(),
                random.nextInt(3) == 0 ? 1 + random.nextInt(255) : 0,
                // Time that passes is many loops.
                random.nextInt(16) == 0 ? endings[2] : endings[random.nextInt(2)],
                speech);
    }

    private void change(final List<byte[]> frames, final List<Input> inputs) {
        final int index = random.nextInt(frames.size());
        final byte[] frame = frames.get(index);
        switch (random.nextInt(9)) {
            case 0 -> flipBits(frame, frame.length);
            case 1 -> flipBits(frame, Math.min(frame.length, FrameHeader.LENGTH));
            case 2 -> frames.add(index, frame.clone());
            case 3 -> Collections.swap(frames, index, random.nextInt(frames.size()));
            case 4 -> frames.remove(index);
            case 5 -> {
                if (frame.length >= FrameHeader.LENGTH) {
                    ByteBuffer.wrap(frame)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(LENGTH_AT, LENGTHS[random.nextInt(LENGTHS.length)]);
                }
            }
            case 6 -> {
                if (frame.length >= FrameHeader.LENGTH) {
                    // The code of a reason, where a frame has one.
                    frame[ROOM_AT] = (byte) random.nextInt(48);
                }
            }
            case 7 -> frames.set(index, Arrays.copyOf(frame, random.nextInt(frame.length + 1)));
            default -> {
                final List<byte[]> others =
                        frames(inputs.get(random.nextInt(inputs.size())).speech());
                if (!others.isEmpty()) {
                    final int from = random.nextInt(others.size());
                    frames.subList(index, frames.size()).clear();
                    frames.addAll(others.subList(from, others.size()));
                }
            }
        }
    }

    private void flipBits(final byte[] frame, final int length) {
        for (int n = 1 + random.nextInt(4); n > 0 && length > 0; n--) {
            frame[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    /** Cuts a speech into its frames; the last may be cut short. */
    static List<byte[]> frames(final byte[] speech) {
        final List<byte[]> frames = new ArrayList<>();
        final ByteBuffer bytes = ByteBuffer.wrap(speech).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at < speech.length) {
            final int left = speech.length - at;
            int length = left;
            if (left >= FrameHeader.LENGTH) {
                final int payload = bytes.getInt(at + LENGTH_AT);
                length =
                        payload < 0 || payload > left - FrameHeader.LENGTH
                                ? left
                                : FrameHeader.LENGTH + payload;
            }
            frames.add(Arrays.copyOfRange(speech, at, at + length));
            at += length;
        }
        return frames;
    }

    private static byte[] join(final List<byte[]> frames) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        frames.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
