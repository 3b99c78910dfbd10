// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import java.net.URI;

/**
 * A server and its clients in a process that does nothing else, so that what it has of memory tells
 * what is left behind: sessions are connected, used and closed one after the other, and a line says
 * what the process has when the first ones are gone, and another at the end.
 *
 * <pre>
 *  uri warmUps sessions
 * </pre>
 */
final class ConnectingProgram {
    /** More than travels in a SEND: the server READs it, and WRITEs as much. */
    private static final int BYTES = 1024;

    private static final int SESSIONS_PER_LINE = 250;

    private final EventQueueHandler serverQueue = open();
    private final EventQueueHandler clientQueue = open();
    private final MsgPool serverPool = MsgPool.direct(2, BYTES, BYTES);
    private final MsgPool clientPool = MsgPool.direct(2, BYTES, BYTES);
    private final Client client = new Client();
    private int closedByServer;

    private ConnectingProgram() {
        serverQueue.bind(serverPool, PoolUse.SERVER);
        clientQueue.bind(clientPool, PoolUse.CLIENT);
    }

    /** Its clock stands still: nothing here waits for a time, and to ask is dear in a guest. */
    private static EventQueueHandler open() {
        return EventQueueHandler.open(EventQueueOptions.defaults().withNanoClock(() -> 0));
    }

    /** Runs until it is done, or says what is wrong. */
    public static void main(final String[] arguments) {
        final ConnectingProgram program = new ConnectingProgram();
        final ServerPortal portal =
                ServerPortal.listen(
                        program.serverQueue,
                        URI.create(arguments[0]),
                        request -> request.accept(program.new Server()));
        final int warmUps = Integer.parseInt(arguments[1]);
        final int sessions = Integer.parseInt(arguments[2]);
        program.connectAndClose(portal.uri(), warmUps);
        // To look takes classes, and a thread, that are there from then on.
        Belongings.now();
        say("BEFORE " + Belongings.now());
        for (int done = 0; done < sessions; done += SESSIONS_PER_LINE) {
            program.connectAndClose(portal.uri(), SESSIONS_PER_LINE);
            say("DONE %d %d".formatted(done + SESSIONS_PER_LINE, Belongings.resident()));
        }
        say("AFTER " + Belongings.now());
        program.serverQueue.close();
        program.clientQueue.close();
        say("CLOSED " + Belongings.now());
    }

    private static void say(final String what) {
        System.out.println(what);
    }

    private void connectAndClose(final URI portal, final int times) {
        for (int i = 0; i < times; i++) {
            final int closedBefore = closedByServer;
            client.isClosed = false;
            ClientSession.connect(clientQueue, portal, client);
            while (!client.isClosed || closedByServer == closedBefore) {
                clientQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                serverQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
            }
        }
    }

    private final class Server implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            msg.out().put(msg.in());
            session.sendResponse(msg);
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            closedByServer++;
        }
    }

    private final class Client implements ClientSession.Handler {
        private boolean isClosed;
        private boolean isAnswered;

        @Override
        public void onEstablished(final ClientSession session) {
            isAnswered = false;
            final Msg msg = clientPool.take();
            msg.out().position(BYTES);
            session.sendRequest(msg);
        }

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            isAnswered = true;
            msg.release();
            session.close();
        }

        @Override
        public void onClosed(final ClientSession session, final SessionClosed event) {
            if (event.reason() != EventReason.CLOSED_BY_SELF || !isAnswered) {
                throw new AssertionError("not as it should be: " + event);
            }
            isClosed = true;
        }
    }
}
