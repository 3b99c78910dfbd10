// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** A client, a server and a session between them, as a test wants them. */
public final class PairSpec {
    final Scene scene;
    EventQueueOptions serverQueueOptions;
    EventQueueOptions clientQueueOptions;
    boolean oneQueue;
    int clientMessages = 16;
    int clientIn = 1024;
    int clientOut = 1024;
    int serverMessages = 16;
    int serverIn = 1024;
    int serverOut = 1024;
    boolean wired;
    String pathAndQuery = "";
    PortalOptions portalOptions;
    ConnectOptions connectOptions;
    BiConsumer<Pair, SessionRequest> decision =
            (pair, request) -> pair.accepted(request.accept(pair.server));

    PairSpec(final Scene scene) {
        this.scene = scene;
        serverQueueOptions = scene.options();
        clientQueueOptions = scene.options();
        portalOptions = scene.transport().portalOptions();
        connectOptions = scene.transport().connectOptions();
    }

    /**
     * The client's pool; 16 messages of 1 KiB each way unless this is called.
     *
     * @param messages how many.
     * @param inBytes capacity of each IN.
     * @param outBytes capacity of each OUT.
     * @return this.
     */
    public PairSpec clientPool(final int messages, final int inBytes, final int outBytes) {
        clientMessages = messages;
        clientIn = inBytes;
        clientOut = outBytes;
        return this;
    }

    /**
     * The server's pool; 16 messages of 1 KiB each way unless this is called.
     *
     * @param messages how many.
     * @param inBytes capacity of each IN.
     * @param outBytes capacity of each OUT.
     * @return this.
     */
    public PairSpec serverPool(final int messages, final int inBytes, final int outBytes) {
        serverMessages = messages;
        serverIn = inBytes;
        serverOut = outBytes;
        return this;
    }

    /**
     * Both pools.
     *
     * @param messages how many.
     * @param bytes capacity of each IN and OUT.
     * @return this.
     */
    public PairSpec pools(final int messages, final int bytes) {
        return clientPool(messages, bytes, bytes).serverPool(messages, bytes, bytes);
    }

    /**
     * Client and server live on the same event queue.
     *
     * @return this.
     */
    public PairSpec onOneQueue() {
        oneQueue = true;
        return this;
    }

    /**
     * The session goes over a {@link Wire}.
     *
     * @return this.
     */
    public PairSpec wired() {
        wired = true;
        return this;
    }

    /**
     * What the client adds to the portal's URI.
     *
     * @param value path and query.
     * @return this.
     */
    public PairSpec pathAndQuery(final String value) {
        pathAndQuery = value;
        return this;
    }

    /**
     * Changes the options of the server's event queue.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec serverQueue(final UnaryOperator<EventQueueOptions> change) {
        serverQueueOptions = change.apply(serverQueueOptions);
        return this;
    }

    /**
     * Changes the options of the client's event queue.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec clientQueue(final UnaryOperator<EventQueueOptions> change) {
        clientQueueOptions = change.apply(clientQueueOptions);
        return this;
    }

    /**
     * Changes the portal's options.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec portal(final UnaryOperator<PortalOptions> change) {
        portalOptions = change.apply(portalOptions);
        return this;
    }

    /**
     * Changes the options of the session at the server.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec serverSession(final UnaryOperator<SessionOptions> change) {
        return portal(options -> options.withSession(change.apply(options.session())));
    }

    /**
     * Changes how the client connects.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec connect(final UnaryOperator<ConnectOptions> change) {
        connectOptions = change.apply(connectOptions);
        return this;
    }

    /**
     * Changes the options of the session at the client.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec clientSession(final UnaryOperator<SessionOptions> change) {
        return connect(options -> options.withSession(change.apply(options.session())));
    }

    /**
     * Changes the options of the session at both ends.
     *
     * @param change the change.
     * @return this.
     */
    public PairSpec bothSessions(final UnaryOperator<SessionOptions> change) {
        return clientSession(change).serverSession(change);
    }

    /**
     * What the portal does with a new session, instead of accepting it.
     *
     * @param value what to do.
     * @return this.
     */
    public PairSpec decides(final BiConsumer<Pair, SessionRequest> value) {
        decision = value;
        return this;
    }

    /**
     * The portal listens; no session yet.
     *
     * @return the pair.
     */
    public Pair listening() {
        final EventQueueHandler serverQueue = scene.queue(serverQueueOptions);
        final EventQueueHandler clientQueue =
                oneQueue ? serverQueue : scene.queue(clientQueueOptions);
        final MsgPool serverPool =
                scene.pool(serverQueue, serverMessages, serverIn, serverOut, PoolUse.SERVER);
        final MsgPool clientPool =
                scene.pool(clientQueue, clientMessages, clientIn, clientOut, PoolUse.CLIENT);
        return new Pair(this, serverQueue, clientQueue, serverPool, clientPool);
    }

    /**
     * The client has started to connect.
     *
     * @return the pair.
     */
    public Pair connecting() {
        final Pair pair = listening();
        pair.connect();
        return pair;
    }

    /**
     * The session is established.
     *
     * @return the pair.
     */
    public Pair established() {
        final Pair pair = connecting();
        pair.establish();
        return pair;
    }
}
