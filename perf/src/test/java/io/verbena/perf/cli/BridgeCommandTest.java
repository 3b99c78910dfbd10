// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A bridge as a process has it. */
@Timeout(60)
class BridgeCommandTest {
    private static final Pattern LISTENING =
            Pattern.compile(
                    "\\{\"event\":\"listening\",\"uri\":\"(tcp://[0-9.:]+)\",\"to\":\"jit://[0-9.:]+\","
                            + "\"health\":\"[^\"]*:(\\d+)\",\"metrics\":\"127.0.0.1:(\\d+)\"}");

    @Test
    void itSaysWhereItListensAndWhatItHasCarried() throws Exception {
        final ExecutorService threads = Executors.newCachedThreadPool();
        final StringWriter err = new StringWriter();
        try (StreamListener listener =
                        StreamListener.listen(
                                URI.create("jit://127.0.0.1:0"),
                                StreamOptions.defaults(),
                                threads,
                                stream -> {
                                    final int n =
                                            stream.expect(MessageTypes.COMPILATION_REQUEST).int32();
                                    stream.write(
                                            MessageTypes.COMPILATION_CODE, w -> w.int32(n + 1));
                                });
                PipedReader pipe = new PipedReader(1 << 16);
                PrintWriter out = new PrintWriter(new PipedWriter(pipe), true);
                BufferedReader lines = new BufferedReader(pipe)) {
            final Future<Integer> command =
                    threads.submit(
                            () ->
                                    CommandLines.execute(
                                            out,
                                            new PrintWriter(err, true),
                                            "bridge",
                                            "--listen",
                                            "tcp://127.0.0.1:0",
                                            "--to",
                                            listener.uri().toString(),
                                            "--seconds",
                                            "3",
                                            "--health",
                                            "0",
                                            "--metrics",
                                            "127.0.0.1:0",
                                            "--json"));
            final Matcher first = LISTENING.matcher(lines.readLine());
            assertThat(first.matches()).isTrue();
            try (ClientStream stream = ClientStream.connect(URI.create(first.group(1)))) {
                for (int i = 0; i < 10; i++) {
                    final int n = i;
                    stream.write(MessageTypes.COMPILATION_REQUEST, w -> w.int32(n));
                    assertThat(stream.expect(MessageTypes.COMPILATION_CODE).int32())
                            .isEqualTo(n + 1);
                }
            }
            new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(first.group(2))).close();
            assertThat(metrics(first.group(3)))
                    .contains(
                            "verbena_bridge_streams_accepted_total{",
                            ",direction=\"response\"} 10\n");
            assertThat(command.get(30, TimeUnit.SECONDS)).as(err.toString()).isZero();
            // The end of the stream is a message, too.
            assertThat(lines.readLine())
                    .isEqualTo(
                            "{\"event\":\"ended\",\"streams\":1,\"refused\":0,\"lost\":0,"
                                    + "\"requests\":11,\"request_bytes\":296,"
                                    + "\"responses\":10,\"response_bytes\":280}");
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static String metrics(final String port) throws IOException {
        final URLConnection connection =
                URI.create("http://127.0.0.1:%s/metrics".formatted(port)).toURL().openConnection();
        connection.setReadTimeout(20_000);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
