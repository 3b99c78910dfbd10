// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionRequest;
import io.verbena.VerbenaException;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.fake.Script;
import io.verbena.rdma.verbs.Extension;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What sessions do, in which something goes wrong: four of them, short and long paths, accepted and
 * forwarded, with small and large requests each, and a bystander on the same event queues that says
 * nothing meanwhile. Whatever goes wrong, {@link #close()} asserts that each request ended once,
 * each session with one CLOSED, and that nothing is left.
 */
final class FakeConversation implements TransportUnderTest, AutoCloseable {
    static final int SMALL = 40;
    static final int LARGE = 5000;
    private static final int CAPACITY = 8192;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    /** Longer than what a connection request has room for. */
    private static final String LONG_PATH = "/a/path/that/does/not/fit/into/a/connection/request";

    /** Deadlines of a handshake that is stuck, of a close, and some. */
    private static final int MOST_SECONDS = 60;

    private static final int ROUNDS_TO_NEWS = 1100;
    private static final int ROUNDS = 6 * ROUNDS_TO_NEWS;

    final FakeFabric fabric;
    final Scene scene = new Scene(this);
    final List<Talk> talks = new ArrayList<>();

    /** What was thrown at the caller. */
    final List<VerbenaException> thrown = new ArrayList<>();

    final List<EventReason> refused = new ArrayList<>();

    /** Why portals failed. */
    final List<String> failedPortals = new ArrayList<>();

    final List<ServerPortal> closedPortals = new ArrayList<>();
    private final Leaks leaks = new Leaks();
    private final RecordingServer server;
    private final RecordingServer quietServer;

    /** Checks nothing of what it is asked. */
    private final RecordingServer guileless;

    private final EventQueueHandler serverQueue;
    private final EventQueueHandler workerQueue;
    private final EventQueueHandler clientQueue;
    private final MsgPool clientPool;
    private ServerPortal worker;
    private Talk bystander;

    /** What the sessions' ends at the servers were. */
    private final List<SessionClosed> servers = new ArrayList<>();

    /** The servers' handler. */
    private final class Handler implements ServerSession.Handler {
        private final RecordingServer server;

        Handler(final RecordingServer server) {
            this.server = server;
        }

        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            server.onRequest(session, msg);
        }

        @Override
        public void onMsgError(
                final ServerSession session, final Msg msg, final EventReason reason) {
            server.onMsgError(session, msg, reason);
        }

        @Override
        public void onClosing(
                final ServerSession session, final int count, final EventReason reason) {
            server.onClosing(session, count, reason);
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            servers.add(event);
            server.onClosed(session, event);
        }
    }

    /** A session, as its client sees it. */
    static final class Talk {
        final String name;
        final RecordingClient client;
        ClientSession session;

        Talk(final String name, final RecordingClient client) {
            this.name = name;
            this.client = client;
        }

        boolean isOver() {
            return session == null || client.isClosed();
        }

        boolean isAnswered() {
            return isOver() || session.inFlight() == 0;
        }

        @Override
        public String toString() {
            return "%s: %s, %s".formatted(name, client, client.closed());
        }
    }

    FakeConversation() {
        this(EnumSet.allOf(Extension.class), new RdmaOptions(512, 32, 4, 64, 16_384));
    }

    FakeConversation(final Set<Extension> extensions, final RdmaOptions options) {
        leaks.begin();
        fabric = FakeTransportProvider.reset(extensions, options);
        server = scene.server();
        server.whenRequest(FakeConversation::checkAndEcho);
        quietServer = scene.server();
        guileless = scene.server();
        serverQueue = scene.queue();
        workerQueue = scene.queue();
        clientQueue = scene.queue();
        scene.pool(serverQueue, 16, CAPACITY, CAPACITY, PoolUse.SERVER);
        scene.pool(workerQueue, 16, CAPACITY, CAPACITY, PoolUse.SERVER);
        clientPool = scene.pool(clientQueue, 32, CAPACITY, CAPACITY, PoolUse.CLIENT);
        // Whoever adopts sessions can: it has RDMA open.
        ServerPortal.listen(workerQueue, listenUri(), request -> request.reject(1, "not here"));
    }

    private static void checkAndEcho(final ServerSession session, final Msg msg) {
        Payload.check(msg, msg.in().limit(), msg.in().limit());
        RecordingServer.echo(session, msg);
    }

    Script script() {
        return fabric.script();
    }

    /** Establishes the bystander, before anything goes wrong. */
    FakeConversation withBystander() {
        final ServerPortal portal = listen(request -> request.accept(quietServer));
        bystander = connect("bystander", portal, "");
        scene.until("the bystander's session", bystander.client::isEstablished);
        assertBystanderUnharmed();
        return this;
    }

    /** The whole of it; whatever fails on the way, the rest goes on. */
    FakeConversation talk() {
        open();
        send(SMALL, LARGE, SMALL, LARGE, LARGE, SMALL);
        settle("answers", () -> talks.stream().allMatch(Talk::isAnswered));
        return finish();
    }

    /** Connects all sessions. */
    void open() {
        final ServerPortal accepting = listen(request -> request.accept(new Handler(server)));
        final ServerPortal forwarding = listen(request -> request.forward(worker));
        worker =
                ServerPortal.worker(
                        workerQueue,
                        request -> request.accept(new Handler(server)),
                        PortalOptions.defaults());
        connectTo("short", accepting, "/short");
        connectTo("long", accepting, LONG_PATH);
        connectTo("forwarded", forwarding, "/short");
        connectTo("long forwarded", forwarding, LONG_PATH);
        settle(
                "sessions",
                () -> talks.stream().allMatch(t -> t.isOver() || t.client.isEstablished()));
    }

    /** A portal that accepts whoever asks. */
    ServerPortal portal() {
        return listen(request -> request.accept(new Handler(guileless)));
    }

    /** Another session, to anywhere. */
    Talk connectTo(final URI uri) {
        final Talk talk = new Talk("client", scene.client());
        talk.session =
                ClientSession.connect(clientQueue, uri, talk.client, ConnectOptions.defaults());
        talks.add(talk);
        return talk;
    }

    /** A portal that does something else with whoever asks. */
    ServerPortal listen(final Consumer<SessionRequest> what) {
        return listen(listenUri(), what);
    }

    /** A portal on an address of one device's. */
    ServerPortal portalAt(final URI uri) {
        return listen(uri, request -> request.accept(new Handler(guileless)));
    }

    private ServerPortal listen(final URI uri, final Consumer<SessionRequest> what) {
        try {
            return ServerPortal.listen(
                    serverQueue,
                    uri,
                    new ServerPortal.Handler() {
                        @Override
                        public void onSessionNew(final SessionRequest request) {
                            what.accept(request);
                        }

                        @Override
                        public void onSessionRefused(
                                final String remoteAddress,
                                final EventReason reason,
                                final String detail) {
                            refused.add(reason);
                        }

                        @Override
                        public void onFailed(
                                final ServerPortal portal,
                                final EventReason reason,
                                final String detail) {
                            failedPortals.add(reason + ": " + detail);
                        }

                        @Override
                        public void onClosed(final ServerPortal portal) {
                            closedPortals.add(portal);
                        }
                    });
        } catch (final VerbenaException e) {
            thrown.add(e);
            return null;
        }
    }

    private void connectTo(final String name, final ServerPortal portal, final String path) {
        if (portal != null) {
            talks.add(connect(name, portal, path));
        }
    }

    private Talk connect(final String name, final ServerPortal portal, final String path) {
        final Talk talk = new Talk(name, scene.client());
        talk.client.whenResponse(
                (session, msg) -> Payload.check(msg, msg.in().limit(), msg.in().limit()));
        try {
            talk.session =
                    ClientSession.connect(
                            clientQueue,
                            withPathAndQuery(portal.uri(), path),
                            talk.client,
                            ConnectOptions.defaults());
        } catch (final VerbenaException e) {
            thrown.add(e);
        }
        return talk;
    }

    /** A request of each length in each session that still lives. */
    void send(final int... lengths) {
        for (final Talk talk : talks) {
            for (final int length : lengths) {
                send(talk, length);
            }
        }
    }

    void send(final Talk talk, final int length) {
        if (!talk.isOver()) {
            final Msg msg = Payload.fill(clientPool.take(), length, length);
            try {
                talk.client.send(talk.session, msg);
            } catch (final VerbenaException | IllegalStateException e) {
                // Closing already; the message is still the caller's.
                msg.release();
            }
        }
    }

    /** Closes all sessions, in good order where that goes. */
    FakeConversation finish() {
        for (final Talk talk : talks) {
            if (talk.session != null) {
                talk.session.close();
            }
        }
        settle("CLOSED", () -> talks.stream().allMatch(Talk::isOver));
        return this;
    }

    /** The connection manager's news may be a thousand polls away. */
    private void run(final BooleanSupplier condition) {
        for (int i = 0; i < ROUNDS && !condition.getAsBoolean(); i++) {
            scene.runOnce();
        }
    }

    /** Runs until it is so; time passes only if nothing else helps. */
    void settle(final String what, final BooleanSupplier condition) {
        run(condition);
        for (int i = 0; i < 2 * MOST_SECONDS && !condition.getAsBoolean(); i++) {
            scene.clock().advance(SECOND_NS / 2);
            run(condition);
        }
        assertThat(condition.getAsBoolean())
                .as("%s within %d s: %s; %s", what, MOST_SECONDS, talks, server)
                .isTrue();
    }

    /** Of all that was told: whatever ended, and whatever wasn't even begun. */
    List<EventReason> reasons() {
        final List<EventReason> all = new ArrayList<>();
        ends().forEach(end -> all.add(end.reason()));
        thrown.forEach(e -> all.add(e.reason()));
        all.addAll(refused);
        return all;
    }

    /** What people are told of the ends. */
    List<SessionClosed> ends() {
        final List<SessionClosed> all = new ArrayList<>();
        talks.stream()
                .filter(talk -> talk.client.isClosed())
                .map(talk -> talk.client.closed())
                .forEach(all::add);
        all.addAll(servers);
        return all;
    }

    /** Was everything as if nothing had happened? */
    boolean isFlawless() {
        return talks.size() == 4
                && talks.stream().allMatch(t -> t.client.responses() == 6)
                && reasons().stream()
                        .allMatch(
                                reason ->
                                        reason == EventReason.CLOSED_BY_SELF
                                                || reason == EventReason.CLOSED_BY_PEER);
    }

    /** What the servers' event queue has counted of listeners. */
    long listenerFailures() {
        return serverQueue.counters().listenerFailures();
    }

    /** Requests to {@link #portal()}. */
    int requests() {
        return guileless.requests();
    }

    /** New sessions are as good as ever. */
    void assertUsable() {
        // What is over may still be told to the other ends.
        for (int i = 0; i < ROUNDS_TO_NEWS; i++) {
            scene.runOnce();
        }
        talks.clear();
        servers.clear();
        thrown.clear();
        refused.clear();
        talk();
        assertThat(isFlawless()).as("%s %s %s", talks, thrown, reasons()).isTrue();
    }

    /** The bystander's session is as good as ever. */
    void assertBystanderUnharmed() {
        final int before = bystander.client.responses();
        send(bystander, SMALL);
        send(bystander, LARGE);
        scene.until(
                "the bystander's answers",
                () -> bystander.isOver() || bystander.client.responses() == before + 2);
        assertThat(bystander.client.isClosed()).as("of %s", bystander).isFalse();
    }

    /** The bystander's session has ended, and its requests with it. */
    void assertBystanderToldOf(final EventReason reason) {
        settle("the bystander's end", bystander::isOver);
        bystander.client.assertClosed(reason);
    }

    String bystandersEnd() {
        return bystander.client.closed().detail();
    }

    @Override
    public void close() throws Exception {
        try {
            scene.close();
        } finally {
            leaks.check();
            fabric.assertNothingLeft();
        }
        assertThat(fabric.receiverNotReady()).isZero();
        for (final Talk talk : talks) {
            assertThat(talk.isOver()).as("%s", talk).isTrue();
        }
    }

    @Override
    public URI listenUri() {
        return URI.create("fake://0.0.0.0:0");
    }

    @Override
    public URI nobodyUri() {
        return URI.create("fake://10.0.0.1:9");
    }

    @Override
    public Wire wire(final URI portal) {
        return new FakeWire(fabric, portal);
    }

    @Override
    public long quietNs() {
        return 0;
    }
}
