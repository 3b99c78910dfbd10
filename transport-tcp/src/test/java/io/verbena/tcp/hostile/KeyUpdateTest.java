// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.BlockingClient;
import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.testkit.TestCertificates;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a key may be used for is a process's affair with the JDK's engine, so it is another one. */
class KeyUpdateTest {
    /** A key is changed when it was used for so many bytes: 2 to the power of it. */
    private static final int KEY_LIMIT = 18;

    private static final int CALLS = 64;

    /** Below the {@link Target}'s. */
    private static final int BYTES = 32 * 1024;

    @TempDir Path directory;

    @Test
    void aSessionGoesOnWhenItsKeysAreChanged() throws Exception {
        final Path security = directory.resolve("java.security");
        Files.writeString(
                security,
                """
                jdk.tls.keyLimits=AES/GCM/NoPadding KeyUpdate 2^%1$d, \
                ChaCha20-Poly1305 KeyUpdate 2^%1$d
                """
                        .formatted(KEY_LIMIT));
        final List<String> said =
                new ChildJvm()
                        .option("-Djava.security.properties=" + security)
                        .option("-Djavax.net.debug=ssl,handshake")
                        .run(Talk.class);
        assertThat(said).as("its end").contains("all is well");
        assertThat(said.stream().filter(line -> line.contains("\"KeyUpdate\": {")).count())
                .as("new keys, for %d bytes in each direction", CALLS * BYTES)
                .isGreaterThan(2L * CALLS * BYTES / (1 << KEY_LIMIT));
    }

    /** Requests and answers, each as sent. */
    static final class Talk {
        private Talk() {}

        public static void main(final String[] arguments) throws Exception {
            final TestCertificates certificates = TestCertificates.ec();
            final Target target =
                    new Target(
                            URI.create("tls://127.0.0.1:0"),
                            PortalOptions.defaults().withTls(certificates.serverOptions()),
                            8,
                            System::nanoTime);
            final ClientOptions options =
                    ClientOptions.defaults()
                            .withMaxRequestBytes(BYTES)
                            .withMaxResponseBytes(BYTES)
                            .withConnect(
                                    ConnectOptions.defaults()
                                            .withTls(certificates.clientOptions()));
            try (BlockingClient client = BlockingClient.connect(target.uri(), options)) {
                for (int i = 0; i < CALLS; i++) {
                    final ByteBuffer request = ByteBuffer.allocate(BYTES);
                    while (request.hasRemaining()) {
                        request.put((byte) (request.position() * i));
                    }
                    if (!client.call(request.flip().duplicate()).equals(request)) {
                        throw new AssertionError("answer %d is another".formatted(i));
                    }
                }
            }
            target.close();
            System.out.println("all is well");
        }
    }
}
