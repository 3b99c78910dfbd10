// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.Extension;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/**
 * A server or a client in a process of its own, which says what happens a line each and goes when
 * its standard input is closed.
 *
 * <pre>
 *  serve  uri keepaliveMs pooledBytes
 *  client uri keepaliveMs pooledBytes: one request after the other
 *  both   uri keepaliveMs pooledBytes: a server and its client
 *  rehearse: both, on the scripted fabric and for some answers, which loads what the others need
 * </pre>
 */
final class PeerProgram {
    private static final int BYTES = 4096;

    /** Answers after which a rehearsal ends. */
    private static final int REHEARSED = 20;

    private final EventQueueHandler queue =
            EventQueueHandler.open(EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.BLOCK));
    private final URI uri;
    private final SessionOptions options;
    private final MsgPool pool;

    private PeerProgram(final String uri, final String keepaliveMs, final String pooledBytes) {
        this.uri = URI.create(uri);
        options =
                SessionOptions.defaults()
                        .withKeepaliveIntervalNs(
                                TimeUnit.MILLISECONDS.toNanos(Long.parseLong(keepaliveMs)));
        final int count = Integer.parseInt(pooledBytes) / (2 * BYTES);
        pool = MsgPool.direct(count, BYTES, BYTES);
    }

    /** Runs until it is killed or nobody listens any more. */
    public static void main(final String[] arguments) {
        if (arguments[0].equals("rehearse")) {
            rehearse();
            return;
        }
        endWithParent();
        final PeerProgram program = new PeerProgram(arguments[1], arguments[2], arguments[3]);
        try {
            switch (arguments[0]) {
                case "serve" -> program.serve();
                case "client" -> program.ask(program.uri);
                default -> program.ask(program.serve());
            }
            program.queue.run();
        } catch (final VerbenaException e) {
            say("FAILED %s %s".formatted(e.reason(), e.getMessage()));
        }
    }

    private static void rehearse() {
        FakeTransportProvider.reset(EnumSet.allOf(Extension.class), RdmaOptions.DEFAULT);
        final PeerProgram program = new PeerProgram("fake://0.0.0.0:0", "60000", "65536");
        program.ask(program.serve());
        program.queue.run();
        program.queue.close();
    }

    private static void endWithParent() {
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                while (System.in.read() >= 0) {}
                            } catch (final IOException e) {
                                // as good an end
                            }
                            Runtime.getRuntime().halt(0);
                        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void say(final String what) {
        System.out.println(what);
    }

    private URI serve() {
        queue.bind(pool, PoolUse.BOTH);
        final ServerPortal portal =
                ServerPortal.listen(
                        queue, uri, new Door(), PortalOptions.defaults().withSession(options));
        say("LISTENING " + portal.uri());
        return portal.uri();
    }

    private void ask(final URI portal) {
        final MsgPool requests = MsgPool.direct(pool.count(), BYTES, BYTES);
        queue.bind(requests, PoolUse.CLIENT);
        ClientSession.connect(
                queue,
                portal,
                new Asking(requests),
                ConnectOptions.defaults().withSession(options));
    }

    private static void closed(final SessionClosed event) {
        say("CLOSED %s %s".formatted(event.reason(), event.detail()));
    }

    private static final class Door implements ServerPortal.Handler {
        @Override
        public void onSessionNew(final SessionRequest request) {
            request.accept(new Echo());
        }

        @Override
        public void onFailed(
                final ServerPortal portal, final EventReason reason, final String detail) {
            say("PORTAL FAILED %s %s".formatted(reason, detail));
        }

        @Override
        public void onClosed(final ServerPortal portal) {
            say("PORTAL CLOSED");
        }
    }

    private static final class Echo implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            msg.out().put(msg.in());
            session.sendResponse(msg);
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            closed(event);
        }
    }

    private final class Asking implements ClientSession.Handler {
        private final MsgPool requests;
        private int answers;

        private Asking(final MsgPool requests) {
            this.requests = requests;
        }

        @Override
        public void onEstablished(final ClientSession session) {
            say("ESTABLISHED");
            askAgain(session);
        }

        private void askAgain(final ClientSession session) {
            final Msg msg = requests.take();
            msg.out().position(answers % 2 == 0 ? 16 : BYTES);
            session.sendRequest(msg);
        }

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            msg.release();
            answers++;
            if (uri.getScheme().equals("fake") && answers == REHEARSED) {
                queue.breakEventLoop();
                return;
            }
            askAgain(session);
        }

        @Override
        public void onMsgError(
                final ClientSession session, final Msg msg, final EventReason reason) {
            say("LOST " + reason);
            msg.release();
        }

        @Override
        public void onClosed(final ClientSession session, final SessionClosed event) {
            closed(event);
        }
    }
}
