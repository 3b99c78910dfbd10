// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Clients that are connected, and a server that answers them until this is closed. */
abstract class Conversing implements AutoCloseable {
    private static final long PATIENCE_S = 10;

    final ExecutorService servers = Executors.newCachedThreadPool();
    private final List<Talk> clients = new ArrayList<>();

    /** Connects so many clients. */
    final void connect(final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(connect());
        }
    }

    abstract Talk connect() throws IOException;

    /** Connects so many that say nothing, where there are such. */
    void connectIdle(final int count) {}

    final List<Talk> clients() {
        return clients;
    }

    /** Fails if something has gone wrong that the conversations don't notice. */
    void check() {}

    /** Has the server's threads end. */
    abstract void stopServing() throws IOException;

    /** None of the clients may be in a conversation any more. */
    @Override
    public void close() throws IOException {
        for (final Talk client : clients) {
            client.close();
        }
        stopServing();
        servers.shutdownNow();
        if (!awaitEnd(servers)) {
            throw new IllegalStateException("threads of the measurement don't end");
        }
    }

    /** Waits for threads that were told to end; false if they haven't. */
    static boolean awaitEnd(final ExecutorService threads) {
        try {
            return threads.awaitTermination(PATIENCE_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
