// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.SessionClosed;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client of a Verbena pair. */
final class VerbenaClient implements Peer.Client {

    /** A loop without a deadline would not be left if the server vanished without a trace. */
    private static final long LOOK_AROUND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Workload workload;
    private final boolean timed;
    private final EventQueueHandler eventQueue;
    private final MsgPool pool;
    private final List<Session> sessions = new ArrayList<>();

    private LatencyRecorder recorder = LatencyRecorder.NONE;
    private long toSend;
    private long toReceive;
    private int established;
    private boolean closing;
    private @Nullable String failure;

    private VerbenaClient(final Workload workload) {
        this.workload = workload;
        timed = workload.timed();
        pool =
                VerbenaPeer.pool(
                        workload.outstanding(), workload.responseSize(), workload.requestSize());
        eventQueue = VerbenaPeer.openEventQueue(workload);
        eventQueue.bind(pool, PoolUse.CLIENT);
    }

    static VerbenaClient connect(
            final URI uri, final ConnectOptions options, final Workload workload)
            throws IOException {
        final VerbenaClient client = new VerbenaClient(workload);
        for (int i = 0; i < workload.sessions(); i++) {
            final Session session = client.new Session(workload.window());
            session.session = ClientSession.connect(client.eventQueue, uri, session, options);
            client.sessions.add(session);
        }
        client.runUntil(() -> client.established == workload.sessions());
        return client;
    }

    @Override
    public void run(final long transactions, final LatencyRecorder latencies) throws IOException {
        recorder = latencies;
        toSend = transactions;
        toReceive = transactions;
        for (int i = 0; i < sessions.size(); i++) {
            sessions.get(i).fillWindow();
        }
        while (toReceive > 0) {
            eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, LOOK_AROUND_NS);
            throwFailure();
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private void runUntil(final Condition condition) throws IOException {
        while (!condition.holds()) {
            eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, LOOK_AROUND_NS);
            throwFailure();
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw new IOException("the client failed: " + failure);
        }
    }

    /** One session, and the messages of its window. */
    private final class Session implements ClientSession.Handler {

        private final Msg[] idle;
        private @Nullable ClientSession session;
        private int idleCount;
        private long sent;
        private long received;
        private long sentNs;

        Session(final int window) {
            idle = new Msg[window];
            for (int i = 0; i < window; i++) {
                idle[i] = pool.take();
            }
            idleCount = window;
        }

        private void fillWindow() {
            while (toSend > 0 && idleCount > 0) {
                toSend--;
                send(idle[--idleCount]);
            }
        }

        private void send(final Msg msg) {
            if (timed) {
                sentNs = System.nanoTime();
            }
            final ClientSession to = session;
            if (to == null) {
                throw new IllegalStateException("not connected");
            }
            msg.out().clear();
            Payload.stamp(msg.out(), 0, workload.requestSize(), sent++);
            msg.out().position(workload.requestSize());
            to.sendRequest(msg);
        }

        @Override
        public void onEstablished(final ClientSession from) {
            if (++established == workload.sessions()) {
                eventQueue.breakEventLoop();
            }
        }

        @Override
        public void onResponse(final ClientSession from, final Msg msg) {
            if (msg.in().limit() != workload.responseSize()) {
                throw new IllegalStateException("a response of " + msg.in().limit() + " bytes");
            }
            Payload.check(msg.in(), 0, workload.responseSize(), received++);
            if (timed) {
                recorder.record(System.nanoTime() - sentNs);
            }
            if (toSend > 0) {
                toSend--;
                send(msg);
            } else {
                idle[idleCount++] = msg;
            }
            if (--toReceive == 0) {
                eventQueue.breakEventLoop();
            }
        }

        @Override
        public void onMsgError(final ClientSession from, final Msg msg, final EventReason reason) {
            idle[idleCount++] = msg;
            fail("a request ended in " + reason);
        }

        @Override
        public void onClosed(final ClientSession from, final SessionClosed event) {
            fail(event.detail());
        }

        private void fail(final String why) {
            if (!closing && failure == null) {
                failure = why;
                eventQueue.breakEventLoop();
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        eventQueue.close();
        for (final Session session : sessions) {
            while (session.idleCount > 0) {
                session.idle[--session.idleCount].release();
            }
        }
        pool.close();
    }
}
