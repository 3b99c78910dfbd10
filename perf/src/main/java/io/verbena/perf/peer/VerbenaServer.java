// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.verbena.EventQueueHandler;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.TlsOptions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The server of a Verbena pair. */
final class VerbenaServer implements Peer.Server {

    /** So that who is silent is kept waiting, rather than refused. */
    private static final int MIN_PENDING = 2048;

    private final VerbenaPeer.Kind kind;
    private final @Nullable TlsOptions tls;
    private final Workload workload;
    private final CompletableFuture<EventQueueHandler> eventQueue = new CompletableFuture<>();
    private final ServerThread thread = new ServerThread("verbena-server", this::run);

    private volatile int port;

    private VerbenaServer(
            final VerbenaPeer.Kind kind, final @Nullable TlsOptions tls, final Workload workload) {
        this.kind = kind;
        this.tls = tls;
        this.workload = workload;
    }

    static VerbenaServer start(
            final VerbenaPeer.Kind kind, final @Nullable TlsOptions tls, final Workload workload)
            throws IOException {
        final VerbenaServer server = new VerbenaServer(kind, tls, workload);
        server.thread.start();
        try {
            server.eventQueue.join();
        } catch (final CompletionException e) {
            throw new IOException("the server failed", e.getCause());
        }
        return server;
    }

    private void run() {
        try (MsgPool pool =
                        VerbenaPeer.pool(
                                VerbenaPeer.messages(workload),
                                workload.requestSize(),
                                workload.responseSize());
                EventQueueHandler queue = VerbenaPeer.openEventQueue(workload)) {
            queue.bind(pool, PoolUse.SERVER);
            final ServerPortal portal =
                    ServerPortal.listen(
                            queue,
                            kind.toListenOn(),
                            request -> request.accept(new Answering(workload)),
                            PortalOptions.defaults()
                                    .withTls(tls)
                                    .withBacklog(Math.max(MIN_PENDING, workload.sessions()))
                                    .withMaxPending(Math.max(MIN_PENDING, workload.sessions()))
                                    .withHelloTimeoutNs(VerbenaPeer.PATIENCE_NS)
                                    .withSession(VerbenaPeer.sessionOptions(workload)));
            port = kind.port(portal.uri());
            eventQueue.complete(queue);
            queue.run();
        } catch (final RuntimeException | Error e) {
            thread.fail(e);
            eventQueue.completeExceptionally(e);
        }
    }

    /** Answers every request of a session. */
    private static final class Answering implements ServerSession.Handler {

        private final int requestSize;
        private final int responseSize;
        private long answered;

        Answering(final Workload workload) {
            requestSize = workload.requestSize();
            responseSize = workload.responseSize();
        }

        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            if (msg.in().limit() != requestSize) {
                throw new IllegalStateException(
                        "a request of " + msg.in().limit() + " bytes, not " + requestSize);
            }
            Payload.check(msg.in(), 0, requestSize, answered);
            Payload.stamp(msg.out(), 0, responseSize, answered);
            msg.out().position(responseSize);
            session.sendResponse(msg);
            answered++;
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        eventQueue.join().breakEventLoop();
        thread.join();
    }
}
