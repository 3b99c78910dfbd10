// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Some thousand inputs for {@link MessageFuzz}; the fuzzer has millions. */
class MessageFuzzTest {
    private static final long SEED = 20261126;

    @Test
    void noiseIsRefusedOrRead() {
        final Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            final byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            MessageFuzz.fuzzerTestOneInput(noise);
        }
    }

    @Test
    void messagesOfOpenJ9WithSomeBytesChangedAreRefusedOrRead() throws IOException {
        final Random random = new Random(SEED);
        final List<byte[]> messages =
                OpenJ9VectorsTest.messages()
                        .map(message -> HexFormat.of().parseHex(message.get("hex").asText()))
                        .toList();
        for (int i = 0; i < 20_000; i++) {
            final byte[] message = messages.get(i % messages.size());
            final byte[] input = new byte[message.length + 1];
            System.arraycopy(message, 0, input, 1, message.length);
            for (int change = random.nextInt(4); change >= 0; change--) {
                // Mostly small numbers, as types, counts and sizes are.
                input[1 + random.nextInt(message.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(16) : random.nextInt());
            }
            input[0] = (byte) (random.nextInt(8) == 0 ? 2 : 0);
            MessageFuzz.fuzzerTestOneInput(input);
        }
    }

    @Test
    void theTargetReadsWhatIsSound() throws IOException {
        assertThat(OpenJ9VectorsTest.messages())
                .allSatisfy(
                        message -> {
                            final byte[] sound =
                                    HexFormat.of().parseHex("02" + message.get("hex").asText());
                            MessageFuzz.fuzzerTestOneInput(sound);
                        });
    }
}
