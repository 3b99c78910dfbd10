// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.BlockingClient;
import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.tcp.tls.BoringSsl;
import io.verbena.testkit.TestCertificates;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a key may be used for is a process's affair with the JDK's engine, so it is another one.
 * BoringSSL's changes its keys when the peer asks for that, as the JDK's does with each change of
 * its own (RFC 8446, 4.6.3), and so each engine is a sender of new keys here, and a receiver.
 */
class KeyUpdateTest {
    private enum Engine {
        JDK,
        BORINGSSL
    }

    /** A key is changed when it was used for so many bytes: 2 to the power of it. */
    private static final int KEY_LIMIT = 18;

    private static final int CALLS = 64;

    /** Below the {@link Target}'s. */
    private static final int BYTES = 32 * 1024;

    @TempDir Path directory;

    @ParameterizedTest(name = "a server with {0}, a client with {1}")
    @CsvSource({"JDK, JDK", "JDK, BORINGSSL", "BORINGSSL, JDK"})
    void aSessionGoesOnWhenItsKeysAreChanged(final Engine server, final Engine client)
            throws Exception {
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
                        .run(Talk.class, server.name(), client.name());
        assertThat(said).as("its end").contains("all is well");
        // What is written here is what JDK engines say: two of them, or one.
        final long changes = (long) CALLS * BYTES / (1 << KEY_LIMIT);
        final long both = server == client ? 2 : 1;
        assertThat(said.stream().filter(line -> line.contains("Produced KeyUpdate")).count())
                .as("new keys of JDK engines, for %d bytes in each direction", CALLS * BYTES)
                .isGreaterThanOrEqualTo(both * changes);
        assertThat(said.stream().filter(line -> line.contains("Consuming KeyUpdate")).count())
                .as("new keys of their peers")
                .isGreaterThanOrEqualTo(both * changes);
    }

    /** Requests and answers, each as sent. */
    static final class Talk {
        private Talk() {}

        public static void main(final String[] arguments) throws Exception {
            final TestCertificates certificates = TestCertificates.ec();
            final Target target =
                    new Target(
                            URI.create("tls://127.0.0.1:0"),
                            PortalOptions.defaults()
                                    .withTls(
                                            Engine.valueOf(arguments[0]) == Engine.JDK
                                                    ? certificates.serverOptions()
                                                    : BoringSsl.server(certificates)),
                            8,
                            System::nanoTime);
            final ClientOptions options =
                    ClientOptions.defaults()
                            .withMaxRequestBytes(BYTES)
                            .withMaxResponseBytes(BYTES)
                            .withConnect(
                                    ConnectOptions.defaults()
                                            .withTls(
                                                    Engine.valueOf(arguments[1]) == Engine.JDK
                                                            ? certificates.clientOptions()
                                                            : BoringSsl.client(certificates)));
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
