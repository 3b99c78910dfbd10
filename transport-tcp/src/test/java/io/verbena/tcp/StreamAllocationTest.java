// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageStream;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages of a busy stream make no garbage, at either end. */
@ExtendWith(Leaks.class)
class StreamAllocationTest {
    private static final int WARM_UP = 3_000;
    private static final int MESSAGES = 5_000;
    private static final int TYPE = 100;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aMessageMakesNoGarbageAtEitherEnd() throws Exception {
        final LinkedBlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();
        final ExecutorService server = Executors.newSingleThreadExecutor();
        try (StreamListener listener =
                        StreamListener.listen(
                                URI.create("tcp://127.0.0.1:0"), StreamOptions.defaults(), queue);
                ClientStream client = ClientStream.connect(listener.uri())) {
            final Future<Long> atServer = server.submit(() -> serve(queue.take()));
            converse(client, WARM_UP);
            final long before = allocated();
            converse(client, MESSAGES);
            final long atClient = allocated() - before;

            // To ask costs some bytes itself; one byte for each message would be 5 000.
            assertThat(atClient).as("bytes at the client").isLessThan(MESSAGES);
            assertThat(atServer.get(20, TimeUnit.SECONDS))
                    .as("bytes at the server")
                    .isLessThan(MESSAGES);
        } finally {
            server.shutdownNow();
        }
    }

    private long serve(final ServerStream stream) {
        try (stream) {
            answer(stream, WARM_UP);
            final long before = allocated();
            answer(stream, MESSAGES);
            return allocated() - before;
        }
    }

    private static void converse(final MessageStream stream, final int messages) {
        for (int i = 0; i < messages; i++) {
            stream.begin(TYPE).int64(i).string("java/lang/Object").bool(true);
            stream.send();
            check(stream, i);
        }
    }

    private static void answer(final MessageStream stream, final int messages) {
        for (int i = 0; i < messages; i++) {
            check(stream, i);
            stream.begin(TYPE).int64(i).string("java/lang/Object").bool(false);
            stream.send();
        }
    }

    private static void check(final MessageStream stream, final int number) {
        if (stream.read() != TYPE || stream.in().expect(3).int64() != number) {
            throw new AssertionError("another message has come");
        }
        stream.in().stringView();
        stream.in().bool();
        stream.in().end();
    }

    private long allocated() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
