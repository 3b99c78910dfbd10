// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The proofs of docs/WIRE.md, byte for byte. */
class TranscriptTest {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
    private static final byte[] SERVER_NONCE = bytes(0);
    private static final byte[] CLIENT_NONCE = bytes(32);

    private final FrameHeader header = new FrameHeader();
    private final SharedSecret secret = SharedSecret.of("sixteen bytes 16".getBytes(US_ASCII));

    private static byte[] bytes(final int first) {
        final byte[] bytes = new byte[32];
        IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (first + i));
        return bytes;
    }

    private Transcript transcript() {
        Hello.set(header, 0, 0, 7, 0, 5000, 1 << 30);
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION);
        return new Transcript(
                Transcript.helloOf(header, "/orders".getBytes(US_ASCII)),
                SERVER_NONCE,
                CLIENT_NONCE);
    }

    @Test
    void aClientsMacIsThatOfTheDocument() throws IOException {
        assertIsInTheDocument(
                transcript().clientMac(secret),
                "43 ff fd 2d 7e b5 e2 fd 27 97 6d 1a 87 21 73 af 2c 6e 65 75 0f e7 f6 24 fe f2 f4 48 69 89 3d da");
    }

    @Test
    void aServersMacIsThatOfTheDocument() throws IOException {
        final SharedSecret key = transcript().serverKey(secret);
        Hello.set(header, 0, 256, 32, 1024, 5000, 1 << 30);
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION);
        assertIsInTheDocument(
                key.hmacSha256(Transcript.helloOf(header, new byte[0])),
                "54 5a dd a1 13 8d 3f 20 d1 a5 99 8b 9e 6c d6 fa d1 4b 31 4a a1 db 0e 1d 11 32 67 38 ac 8a 1c c1");
    }

    @Test
    void whatTheLinkChangesOfTheFeaturesIsNotProved() {
        final byte[] before = transcript().clientMac(secret);
        Hello.set(header, 0, 0, 7, 0, 5000, 1 << 30);
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION | Hello.FEATURE_UPGRADE);
        final Transcript changed =
                new Transcript(
                        Transcript.helloOf(header, "/orders".getBytes(US_ASCII)),
                        SERVER_NONCE,
                        CLIENT_NONCE);
        assertThat(changed.clientMac(secret)).isEqualTo(before);
    }

    /** Tests run in the directory of their module. */
    private static void assertIsInTheDocument(final byte[] mac, final String expected)
            throws IOException {
        final String document = Files.readString(Path.of("..", "docs", "WIRE.md"));
        assertThat(HEX.formatHex(mac)).isEqualTo(expected);
        assertThat(document.replaceAll("\\s+", " ")).as("docs/WIRE.md").contains(expected);
    }
}
