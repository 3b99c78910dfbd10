// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A HELLO that is known as one, with any numbers and any payload, and behind it what else its
 * sender may say.
 *
 * <pre>
 *   0  u8   odd: to a client, from its server
 *   1  u8   manners, as in {@link Input}
 *   2  u16  as it stands in the header: flags and the type that is overwritten
 *   4  u16  credits
 *   6  u64  versions, window, features
 *  14  u32  keepalive interval
 *  18  u32  longest payload
 *  22       payload, up to {@link Hello#MAX_PAYLOAD}
 * </pre>
 */
final class HelloTarget {
    private static final int NUMBERS = 22;

    private HelloTarget() {}

    /** One HELLO. */
    static void attack(final byte[] input) {
        final ByteBuffer numbers =
                ByteBuffer.wrap(Arrays.copyOf(input, NUMBERS)).order(ByteOrder.LITTLE_ENDIAN);
        final byte[] payload =
                input.length <= NUMBERS
                        ? new byte[0]
                        : Arrays.copyOfRange(input, NUMBERS, input.length);
        final boolean toClient = (numbers.get(0) & 1) == 1;
        final ByteBuffer speech = ByteBuffer.allocate(3 * FrameHeader.LENGTH + payload.length);
        new FrameHeader()
                .set(
                        FrameType.HELLO,
                        numbers.get(3),
                        numbers.getShort(4) & 0xffff,
                        payload.length,
                        Hello.MAGIC,
                        numbers.getInt(18))
                .remoteAddress(numbers.getLong(6))
                .rkey(numbers.getInt(14))
                .writeTo(speech, 0);
        speech.put(FrameHeader.LENGTH, payload);
        final int behind = FrameHeader.LENGTH + payload.length;
        final int type = toClient ? FrameType.RESPONSE : FrameType.REQUEST;
        // The id of a client's first request.
        new FrameHeader().set(type, 0, 1, 0, 1L << 32, 64).writeTo(speech, behind);
        new FrameHeader()
                .set(FrameType.GOODBYE, 0, 0, 0, 0, 1)
                .writeTo(speech, behind + FrameHeader.LENGTH);
        final byte[] bytes =
                new Input(numbers.get(1) & 0xff, 0, Input.Ending.CLOSES, speech.array()).encode();
        if (toClient) {
            EngineTargets.WORLD.attackClient(bytes);
        } else {
            EngineTargets.WORLD.attackServer(bytes);
        }
    }
}
