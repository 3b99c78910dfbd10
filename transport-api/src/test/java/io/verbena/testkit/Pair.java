// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionRequest;
import io.verbena.Throttle;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A client, a server and a session between them; see {@link PairSpec}. */
public final class Pair {
    /** The server's event queue. */
    public final EventQueueHandler serverQueue;

    /** The client's event queue. */
    public final EventQueueHandler clientQueue;

    /** The server's pool. */
    public final MsgPool serverPool;

    /** The client's pool. */
    public final MsgPool clientPool;

    /** The server's handler; answers with a copy unless it is told otherwise. */
    public final RecordingServer server;

    /** The client's handler; releases what comes back unless it is told otherwise. */
    public final RecordingClient client;

    /** The portal. */
    public final ServerPortal portal;

    /** The detour, if one was asked for. */
    public final Wire wire;

    private final PairSpec spec;
    private final List<SessionRequest> asked = new ArrayList<>();
    private final List<Refused> refused = new ArrayList<>();
    private final List<Throttle> throttled = new ArrayList<>();
    private ClientSession session;
    private ServerSession serverSession;
    private long seed;

    Pair(
            final PairSpec spec,
            final EventQueueHandler serverQueue,
            final EventQueueHandler clientQueue,
            final MsgPool serverPool,
            final MsgPool clientPool) {
        this.spec = spec;
        this.serverQueue = serverQueue;
        this.clientQueue = clientQueue;
        this.serverPool = serverPool;
        this.clientPool = clientPool;
        server = spec.scene.server();
        client = spec.scene.client();
        portal =
                ServerPortal.listen(
                        serverQueue,
                        spec.scene.transport().listenUri(),
                        new Door(),
                        spec.portalOptions);
        wire = spec.wired ? spec.scene.wire(portal.uri()) : null;
    }

    /** A connection that was dropped before it was a session. */
    public record Refused(String remoteAddress, EventReason reason, String detail) {}

    private final class Door implements ServerPortal.Handler {
        @Override
        public void onSessionNew(final SessionRequest request) {
            asked.add(request);
            spec.decision.accept(Pair.this, request);
        }

        @Override
        public void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {
            refused.add(new Refused(remoteAddress, reason, detail));
        }

        @Override
        public void onThrottled(
                final Throttle limit, final String remoteAddress, final String detail) {
            throttled.add(limit);
        }
    }

    /**
     * Connections that the portal has refused.
     *
     * @return the list, in the order in which they were refused.
     */
    public List<Refused> refused() {
        return refused;
    }

    /**
     * Limits that have held clients back.
     *
     * @return the list, in the order in which they were told.
     */
    public List<Throttle> throttled() {
        return throttled;
    }

    /**
     * Why the portal has refused connections.
     *
     * @return the reasons, in the order in which they were refused.
     */
    public List<EventReason> refusals() {
        return refused.stream().map(Refused::reason).toList();
    }

    /**
     * Remembers an accepted session.
     *
     * @param accepted the session.
     */
    public void accepted(final ServerSession accepted) {
        serverSession = accepted;
    }

    /**
     * What the client connects to.
     *
     * @return the URI.
     */
    public URI target() {
        final URI base = wire == null ? portal.uri() : wire.uri();
        return spec.pathAndQuery.isEmpty()
                ? base
                : spec.scene.transport().withPathAndQuery(base, spec.pathAndQuery);
    }

    /** Starts to connect. */
    public void connect() {
        session = ClientSession.connect(clientQueue, target(), client, spec.connectOptions);
    }

    /**
     * Another session, of another handler.
     *
     * @param handler the handler.
     * @return the session, which has started to connect.
     */
    public ClientSession connectAnother(final RecordingClient handler) {
        return ClientSession.connect(clientQueue, target(), handler, spec.connectOptions);
    }

    /** Runs until the session is established. */
    public void establish() {
        until("ESTABLISHED", client::isEstablished);
    }

    /**
     * The session's client end.
     *
     * @return the session.
     */
    public ClientSession session() {
        return session;
    }

    /**
     * The session's server end.
     *
     * @return the session, null before it was accepted.
     */
    public ServerSession serverSession() {
        return serverSession;
    }

    /**
     * The sessions that the portal was asked for.
     *
     * @return the list itself.
     */
    public List<SessionRequest> asked() {
        return asked;
    }

    /**
     * A message to send, filled; its user context is the seed that it was filled from.
     *
     * @param length bytes.
     * @return the message.
     */
    public Msg request(final int length) {
        final Msg msg = Payload.fill(clientPool.take(), length, seed);
        msg.userContext(seed);
        seed++;
        return msg;
    }

    /**
     * Sends a {@link #request}.
     *
     * @param length bytes.
     * @return the message.
     */
    public Msg send(final int length) {
        final Msg msg = request(length);
        client.send(session, msg);
        return msg;
    }

    /**
     * Sends several.
     *
     * @param count how many.
     * @param length bytes of each.
     */
    public void sendMany(final int count, final int length) {
        for (int i = 0; i < count; i++) {
            send(length);
        }
    }

    /**
     * Sends one and runs until it was answered or has failed.
     *
     * @param length bytes.
     */
    public void roundTrip(final int length) {
        final int before = client.responses() + client.errors();
        send(length);
        until("an answer", () -> client.responses() + client.errors() > before);
    }

    /**
     * Runs until the client has so many responses.
     *
     * @param count how many.
     */
    public void untilResponses(final int count) {
        until(count + " responses", () -> client.responses() >= count);
    }

    /**
     * Runs until the server has had so many requests.
     *
     * @param count how many.
     */
    public void untilRequests(final int count) {
        until(count + " requests", () -> server.requests() >= count);
    }

    /** Runs until the session is closed at both ends. */
    public void untilClosed() {
        until("CLOSED at the client", client::isClosed);
        until("CLOSED at the server", () -> server.closedSessions() > 0);
    }

    /**
     * Runs both event queues until something is so.
     *
     * @param what what is waited for.
     * @param condition whether it is so.
     */
    public void until(final String what, final BooleanSupplier condition) {
        spec.scene.until(what, condition);
    }
}
