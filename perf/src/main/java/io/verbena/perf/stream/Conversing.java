// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Clients that are connected, and a server that answers them until this is closed. */
abstract class Conversing implements AutoCloseable {
    private static final long PATIENCE_S = 10;

    final ExecutorService servers = Executors.newCachedThreadPool();
    private final List<ClosableTalk> clients = new ArrayList<>();

    /** A client's end. */
    interface ClosableTalk extends Talk, AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** Connects so many. */
    final void connect(final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(connect());
        }
    }

    abstract ClosableTalk connect() throws IOException;

    final List<ClosableTalk> clients() {
        return clients;
    }

    /** Fails if something has gone wrong that the conversations don't notice. */
    void check() {}

    /** Has the server's threads end. */
    abstract void stopServing() throws IOException;

    @Override
    public void close() throws IOException {
        for (final ClosableTalk client : clients) {
            client.close();
        }
        stopServing();
        servers.shutdownNow();
        try {
            if (!servers.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("threads of the measurement don't end");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers until the client has had enough. */
    static void answer(final ClosableTalk talk) {
        final Conversation conversation = new Conversation();
        try (talk) {
            while (true) {
                conversation.answer(talk);
            }
        } catch (final IOException | UncheckedIOException e) {
            // The client has had enough.
        }
    }
}
