// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.verbena.stream.ClientStream;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A peer in C, written from the description of the framing, understands us and is understood. */
@ExtendWith(Leaks.class)
class CPeerTest {
    @TempDir static Path directory;

    private static Path program;

    private static final StreamOptions OPTIONS =
            StreamOptions.defaults()
                    .withTimeoutNs(TimeUnit.SECONDS.toNanos(20))
                    .withVersion(Conversation.VERSION);

    @BeforeAll
    static void compile() throws Exception {
        program = CPeer.compile(directory);
    }

    @Test
    void itWritesAsOpenJ9Does() throws Exception {
        try (CPeer golden = CPeer.start(program, "golden")) {
            assertThat(golden.lines()).containsAll(Conversation.GOLDEN);
            assertThat(golden.succeeds()).isTrue();
        }
    }

    @Test
    void itIsServedByAListener() throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        try (StreamListener listener =
                StreamListener.listen(
                        URI.create("jit://127.0.0.1:0"), OPTIONS, threads, Conversation::answer)) {
            final String port = String.valueOf(listener.uri().getPort());
            try (CPeer first = CPeer.start(program, "client", "127.0.0.1", port, "20");
                    CPeer second = CPeer.start(program, "client", "127.0.0.1", port, "20")) {
                assertThat(first.succeeds()).isTrue();
                assertThat(second.succeeds()).isTrue();
            }
            assertThat(listener.counters().accepted()).isEqualTo(2);
            // The end of each connection is handed over, too.
            await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
            assertThat(listener.counters().handedOver()).isEqualTo(2 * 21);
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void itServesAClient() throws Exception {
        try (CPeer server = CPeer.start(program, "server");
                ClientStream stream =
                        ClientStream.connect(
                                URI.create("jit://127.0.0.1:" + server.line()), OPTIONS)) {
            for (int i = 0; i < 20; i++) {
                Conversation.talk(stream, i);
            }
        }
    }
}
