// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageWriter;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Over streams. */
final class StreamConversing extends Conversing {
    private final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();
    private final StreamListener listener;
    private final IdleStreams idle;

    /**
     * Listens.
     *
     * @param keep has a server's thread serve a stream until the client ends it; else it gives the
     *     stream back after each conversation, for any thread to have the next.
     */
    StreamConversing(
            final URI uri, final int serverThreads, final int idleStreams, final boolean keep) {
        listener = StreamListener.listen(uri, StreamOptions.defaults(), queue);
        idle = IdleStreams.open(listener.uri(), idleStreams);
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
    ClosableTalk connect() {
        final ClientStream stream = ClientStream.connect(listener.uri());
        final Talk talk = Talk.of(stream);
        return new ClosableTalk() {
            @Override
            public MessageWriter begin(final int type) {
                return talk.begin(type);
            }

            @Override
            public void send() {
                talk.send();
            }

            @Override
            public int read() {
                return talk.read();
            }

            @Override
            public MessageReader in() {
                return talk.in();
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }

    @Override
    void check() {
        idle.stillThere();
    }

    @Override
    void stopServing() {
        idle.close();
        listener.close();
    }
}
