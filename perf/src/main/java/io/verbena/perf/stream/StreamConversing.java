// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.ClientStream;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Over streams. */
final class StreamConversing extends Conversing {
    private final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();
    private final StreamListener listener;
    private @Nullable IdleStreams idle;

    /**
     * Listens.
     *
     * @param keep has a server's thread serve a stream until the client ends it; else it gives the
     *     stream back after each conversation, for any thread to have the next.
     */
    StreamConversing(final URI uri, final int serverThreads, final boolean keep) {
        listener = StreamListener.listen(uri, StreamOptions.defaults(), queue);
        for (int i = 0; i < serverThreads; i++) {
            servers.execute(() -> serve(keep));
        }
    }

    private void serve(final boolean keep) {
        final Conversation conversation = new Conversation();
        try {
            while (true) {
                final ServerStream stream = queue.take();
                try {
                    final Talk talk = Talk.of(stream);
                    do {
                        conversation.answer(talk);
                    } while (keep);
                    stream.requeue();
                } catch (final StreamConnectionTerminate e) {
                    stream.close();
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    Talk connect() {
        return Talk.of(ClientStream.connect(listener.uri()));
    }

    @Override
    void connectIdle(final int count) {
        idle = IdleStreams.open(listener.uri(), count);
    }

    @Override
    void check() {
        if (idle != null) {
            idle.stillThere();
        }
    }

    @Override
    void stopServing() {
        if (idle != null) {
            idle.close();
        }
        listener.close();
    }
}
