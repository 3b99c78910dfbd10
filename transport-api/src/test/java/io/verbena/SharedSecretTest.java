// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedSecretTest {
    private static final String TEXT = "sixteen bytes 16";

    @TempDir Path folder;

    @Test
    void itsHmacIsThatOfRfc4231() {
        // Test case 6 of RFC 4231: a key longer than a block of SHA-256.
        final byte[] key = new byte[131];
        Arrays.fill(key, (byte) 0xaa);
        try (SharedSecret secret = SharedSecret.of(key)) {
            assertThat(
                            HexFormat.of()
                                    .formatHex(
                                            secret.hmacSha256(
                                                    "Test Using Larger Than Block-Size Key"
                                                            .getBytes(UTF_8),
                                                    " - Hash Key First".getBytes(UTF_8))))
                    .isEqualTo("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        }
    }

    @Test
    void itIsTheSameFromBytesHexAndAFileWithAndWithoutAnEndOfLine() throws IOException {
        final byte[] expected = mac(SharedSecret.of(TEXT.getBytes(UTF_8)));
        assertThat(mac(SharedSecret.ofHex("7369787465656E206279746573203136"))).isEqualTo(expected);
        for (final String end : new String[] {"", "\n", "\r\n"}) {
            assertThat(mac(SharedSecret.fromFile(file(TEXT + end)))).isEqualTo(expected);
        }
        assertThat(mac(SharedSecret.fromFile(file(TEXT + "\n\n")))).isNotEqualTo(expected);
    }

    @Test
    void itHasABytesCopy() {
        final byte[] bytes = TEXT.getBytes(UTF_8);
        final SharedSecret secret = SharedSecret.of(bytes);
        final byte[] before = mac(secret);
        Arrays.fill(bytes, (byte) 0);
        assertThat(mac(secret)).isEqualTo(before);
    }

    @Test
    void oneThatIsTooShortIsRefusedWithHowToMakeOne() throws IOException {
        assertThatThrownBy(() -> SharedSecret.of(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("15 bytes")
                .hasMessageContaining("openssl rand");
        assertThatThrownBy(() -> SharedSecret.fromFile(file("fifteen bytes..\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(folder.toString())
                .message()
                .doesNotContain("fifteen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0x00112233445566778899aabbccddeeff", "zz112233445566778899aabb"})
    void whatIsNoHexIsRefusedAndNotShown(final String digits) {
        assertThatThrownBy(() -> SharedSecret.ofHex(digits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain(digits.length() > 1 ? digits : "parse");
    }

    @Test
    void aVariableThatIsNotSetIsNamed() {
        assertThatThrownBy(() -> SharedSecret.fromEnvironment("VERBENA_NO_SUCH_VARIABLE"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("VERBENA_NO_SUCH_VARIABLE");
    }

    @Test
    void oneThatIsClosedProvesNothingMore() {
        final SharedSecret secret = SharedSecret.of(TEXT.getBytes(UTF_8));
        secret.close();
        secret.close();
        assertThat(secret.isClosed()).isTrue();
        assertThatThrownBy(() -> mac(secret)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void noOptionsShowIt() {
        final SharedSecret secret = SharedSecret.of(TEXT.getBytes(UTF_8));
        assertThat(
                        secret
                                + ConnectOptions.defaults().withSecret(secret).toString()
                                + PortalOptions.defaults().withSecret(secret))
                .doesNotContain(TEXT)
                .doesNotContain("7369");
    }

    private Path file(final String content) throws IOException {
        return Files.writeString(folder.resolve("secret"), content);
    }

    private static byte[] mac(final SharedSecret secret) {
        return secret.hmacSha256(new byte[] {1});
    }
}
