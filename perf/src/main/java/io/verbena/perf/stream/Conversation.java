// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageTypes;
import java.nio.ByteBuffer;

/**
 * A conversation of 50 messages of the sizes that OpenJ9's developers have published: a request of
 * 17 KiB, 24 queries and their answers below 100 bytes, and code of 1 to 65 KiB.
 */
final class Conversation {
    static final int MESSAGES = 50;
    static final int MOST_BYTES = 128 << 10;

    private static final int QUERIES = MESSAGES / 2 - 1;
    private static final int QUERY = 100;
    private static final int REQUEST_BYTES = 17 << 10;
    private static final int LEAST_CODE_BYTES = 1 << 10;
    private static final int MOST_CODE_BYTES = 65 << 10;

    private final ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES);
    private final ByteBuffer code = ByteBuffer.allocate(MOST_CODE_BYTES);
    private long number;

    /** The client's part: returns the bytes of code. */
    int ask(final Talk talk) {
        number++;
        // The same sequence in every run, spread over all sizes.
        final int codeBytes =
                LEAST_CODE_BYTES
                        + (int) (number * 2654435761L % (MOST_CODE_BYTES - LEAST_CODE_BYTES + 1));
        talk.begin(MessageTypes.COMPILATION_REQUEST)
                .uint64(number)
                .uint32(codeBytes)
                .string(request)
                .uint32(number & 0xff);
        talk.send();
        while (true) {
            final int type = talk.read();
            final MessageReader in = talk.in();
            if (type == MessageTypes.COMPILATION_CODE) {
                final int length = in.expect(2).stringView().remaining();
                if (length != codeBytes || in.uint64() != number) {
                    throw new AssertionError("another conversation's code has come");
                }
                return length;
            }
            final long asked = in.expect(3).uint64();
            in.uint64();
            in.bool();
            talk.begin(type).uint64(asked + number).bool(true).uint32(asked & 0xff);
            talk.send();
        }
    }

    /** The server's part, from the request to the code. */
    void answer(final Talk talk) {
        final int first = talk.read();
        if (first != MessageTypes.COMPILATION_REQUEST) {
            throw new AssertionError("a conversation begins with " + first);
        }
        final MessageReader in = talk.in().expect(4);
        final long asked = in.uint64();
        final int codeBytes = (int) in.uint32();
        in.stringView();
        in.uint32();
        for (int i = 0; i < QUERIES; i++) {
            talk.begin(QUERY).uint64(i).uint64(asked).bool(false);
            talk.send();
            talk.read();
            if (talk.in().expect(3).uint64() != i + asked) {
                throw new AssertionError("another query's answer has come");
            }
        }
        talk.begin(MessageTypes.COMPILATION_CODE)
                .string(code.clear().limit(codeBytes))
                .uint64(asked);
        talk.send();
    }
}
