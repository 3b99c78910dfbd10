// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

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
import io.verbena.SharedSecret;
import io.verbena.TlsOptions;
import io.verbena.testkit.VirtualClock;
import io.verbena.testkit.mem.MemNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What is attacked: a server's and a client's event queue, and one that sessions are forwarded to,
 * all on the calling thread and on one virtual clock, with sessions on them that nobody attacks. It
 * lives as long as the process, and after each attack it must be what it was before.
 */
public final class World implements AutoCloseable {
    /** Messages of each pool. */
    static final int MESSAGES = 16;

    /** Capacity of each message, either way. */
    static final int CAPACITY = 4096;

    /** The longest payload that either end accepts. */
    static final int MAX_PAYLOAD = 4 * CAPACITY;

    /** The most requests that a session has open. */
    public static final int WINDOW = 4;

    /**
     * The heap that one attack may cost: the ends of a session, their events, text for people. A
     * buffer of the longest length that a header can claim is far above it.
     */
    private static final long HEAP_BYTES = 8 << 20;

    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Longer than any deadline of a session: then it hangs. */
    private static final long HANGS_NS = TimeUnit.SECONDS.toNanos(120);

    /** How long a recorded session has to say all that it has to say, and is silent then. */
    private static final int TALK_ROUNDS = 30;

    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(6);

    final VirtualClock clock = new VirtualClock();
    final Lines lines;
    final EventQueueHandler serverQueue = queue();
    final EventQueueHandler workerQueue = queue();
    final EventQueueHandler clientQueue = queue();
    final MsgPool clientPool;
    final ServerPortal portal;
    private final ServerPortal worker;
    private final List<MsgPool> pools = new ArrayList<>();
    private final List<Bystander> bystanders = new ArrayList<>();
    private final SharedSecret secret;
    private final TlsOptions tls;
    private final Resources before;
    private ServerApplication application;
    private int turn;
    private boolean lastAsked;
    private boolean lastEstablished;

    /** Opens it, on a transport. */
    public World(final Lines lines) {
        this(lines, null, null);
    }

    /**
     * Opens it, on a transport; with a secret, only who knows it may come in, bystanders do; with
     * TLS, all of them speak it.
     */
    World(final Lines lines, final SharedSecret secret, final TlsOptions tls) {
        this.secret = secret;
        this.tls = tls;
        this.lines = lines;
        pool(serverQueue, PoolUse.SERVER);
        pool(workerQueue, PoolUse.SERVER);
        clientPool = pool(clientQueue, PoolUse.CLIENT);
        portal = ServerPortal.listen(serverQueue, lines.portalUri(), new Door(), portalOptions());
        worker =
                ServerPortal.worker(
                        workerQueue,
                        request -> request.accept(application),
                        PortalOptions.defaults().withSession(sessionOptions()));
        for (int i = 0; i < lines.bystanders(); i++) {
            bystanders.add(new Bystander(clientQueue, portal.uri(), clientPool, connectOptions()));
        }
        until(
                "the bystanders' sessions",
                () -> bystanders.stream().allMatch(Bystander::isEstablished));
        assertAsBefore();
        before = Resources.now();
    }

    private EventQueueHandler queue() {
        return EventQueueHandler.open(
                EventQueueOptions.defaults()
                        .withNanoClock(clock)
                        .withIdlePolicy(IdlePolicy.SPIN)
                        .withErrorHandler(World::onlyDeliberate));
    }

    private static void onlyDeliberate(final Throwable thrown) {
        if (!(thrown instanceof Deliberate)) {
            throw new AssertionError("an exception that nobody wanted reached the loop", thrown);
        }
    }

    private MsgPool pool(final EventQueueHandler queue, final PoolUse use) {
        final MsgPool pool = MsgPool.direct(MESSAGES, CAPACITY, CAPACITY);
        pools.add(pool);
        queue.bind(pool, use);
        return pool;
    }

    static SessionOptions sessionOptions() {
        return SessionOptions.defaults().withWindow(WINDOW).withMaxPayloadBytes(MAX_PAYLOAD);
    }

    ConnectOptions connectOptions() {
        return ConnectOptions.defaults()
                .withSession(sessionOptions())
                .withSecret(secret)
                .withTls(tls);
    }

    private PortalOptions portalOptions() {
        final PortalOptions options =
                PortalOptions.defaults().withSession(sessionOptions()).withTls(tls);
        return secret == null ? options : options.withSecret(secret);
    }

    // ---- an attack

    /** A client attacks this server. */
    public void attackServer(final byte[] bytes) {
        assertCheap(() -> attackServer(Input.of(bytes)));
    }

    /** Was the application asked about the last client that attacked? */
    boolean lastAsked() {
        return lastAsked;
    }

    /** Was there a session with the last server that attacked? */
    boolean lastEstablished() {
        return lastEstablished;
    }

    private void attackServer(final Input input) {
        final ServerApplication attacked = new ServerApplication(this, input.manners());
        application = attacked;
        try {
            play(input, lines.connect(portal.uri()), attacked::isOver);
            attacked.assertSound();
        } catch (final AssertionError e) {
            throw new AssertionError("%s: %s: %s".formatted(e.getMessage(), input, attacked), e);
        } finally {
            application = null;
        }
        lastAsked = attacked.isAsked();
        assertAsBefore();
    }

    /** A server attacks this client. */
    public void attackClient(final byte[] bytes) {
        assertCheap(() -> attackClient(Input.of(bytes)));
    }

    private void attackClient(final Input input) {
        final ClientApplication attacked = new ClientApplication(this, input.manners());
        try {
            attacked.connect(lines.serverUri());
            final Line[] line = new Line[1];
            until(
                    "the client's connection",
                    () -> {
                        line[0] = line[0] == null ? lines.accept() : line[0];
                        return line[0] != null;
                    });
            play(input, line[0], attacked::isOver);
            attacked.assertSound();
        } catch (final AssertionError e) {
            throw new AssertionError("%s: %s: %s".formatted(e.getMessage(), input, attacked), e);
        }
        lastEstablished = attacked.isEstablished();
        assertAsBefore();
    }

    /** A real session, which nobody attacks. */
    Recording record(final int serverManners, final int clientManners) {
        final ServerApplication server = new ServerApplication(this, serverManners);
        final ClientApplication client = new ClientApplication(this, clientManners);
        application = server;
        try (Tap tap = new Tap(portal.uri())) {
            client.connect(tap.uri());
            for (int i = 0; i < TALK_ROUNDS; i++) {
                tap.run();
                run();
            }
            // In the middle of it, a while of silence.
            clock.advance(SILENCE_NS);
            tap.run();
            run();
            client.close();
            until(
                    "the end of a session that is recorded",
                    () -> {
                        tap.run();
                        return client.isOver() && server.isOver();
                    });
            client.assertSound();
            server.assertSound();
            return new Recording(serverManners, tap.toServer(), clientManners, tap.toClient());
        } finally {
            application = null;
        }
    }

    private void play(final Input input, final Line line, final BooleanSupplier isOver) {
        final var speech = input.toSay();
        run();
        while (line.say(speech, input.cut())) {
            until("the link", line::isReady);
            run();
        }
        run();
        if (input.ending() != Input.Ending.FALLS_SILENT) {
            line.hangUp(input.ending() == Input.Ending.BREAKS);
        }
        until(
                "the end of the session",
                () -> {
                    line.hear();
                    return isOver.getAsBoolean();
                });
        line.hangUp(true);
        until("the end of the link", line::isOver);
    }

    /** Whoever asks at the portal while nobody attacks it is a bystander. */
    private final class Door implements ServerPortal.Handler {
        @Override
        public void onSessionNew(final SessionRequest request) {
            if (application == null) {
                request.accept(new Echo());
            } else {
                application.onSessionNew(request, worker);
            }
        }

        @Override
        public void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {
            if (application == null) {
                throw new AssertionError("refused: %s: %s".formatted(reason, detail));
            }
            application.onSessionRefused(reason);
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
            if (event.reason() != EventReason.CLOSED_BY_PEER
                    && event.reason() != EventReason.EVENT_QUEUE_CLOSED) {
                throw new AssertionError("a bystander's session ended: " + event);
            }
        }
    }

    // ---- the loops

    /** Runs all event queues, twice, so that an answer to what one said is heard. */
    void run() {
        runOnce();
        runOnce();
    }

    private void runOnce() {
        serverQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
        workerQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
        clientQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
    }

    /** Runs all event queues until it is so; time passes only if nothing else helps. */
    void until(final String what, final BooleanSupplier condition) {
        final long start = clock.getAsLong();
        final long realStart = System.nanoTime();
        while (clock.getAsLong() - start < HANGS_NS && System.nanoTime() - realStart < HANGS_NS) {
            final boolean busy = lines.isBusy();
            for (int i = 0; i < lines.rounds(); i++) {
                if (condition.getAsBoolean()) {
                    return;
                }
                runOnce();
            }
            if (!busy) {
                clock.advance(STEP_NS);
            }
        }
        throw new AssertionError(
                "waited %d s for %s".formatted(TimeUnit.NANOSECONDS.toSeconds(HANGS_NS), what));
    }

    // ---- what must be as before

    private void assertAsBefore() {
        final Bystander next = bystanders.get(turn++ % bystanders.size());
        until("all messages", () -> pools.stream().allMatch(pool -> pool.available() == MESSAGES));
        next.ask();
        until("a bystander's answer", next::isAnswered);
        bystanders.forEach(Bystander::assertUnharmed);
        final List<String> violations = MemNetwork.takeViolations();
        if (!violations.isEmpty()) {
            throw new AssertionError("the SPI was violated: " + violations);
        }
        if (portal.sessions() != bystanders.size() || worker.sessions() != 0) {
            throw new AssertionError(
                    "%d sessions and %d forwarded ones are left where there were %d"
                            .formatted(portal.sessions(), worker.sessions(), bystanders.size()));
        }
    }

    /** Whatever it costs the first time, classes are loaded by then. */
    private void assertCheap(final Runnable attack) {
        if (cost(attack) > HEAP_BYTES) {
            final long again = cost(attack);
            if (again > HEAP_BYTES) {
                throw new AssertionError("an attack cost %d bytes of heap".formatted(again));
            }
        }
        before.assertNoMoreDirectMemory();
    }

    private static long cost(final Runnable attack) {
        final long heap = Resources.heapBytesOfThisThread();
        attack.run();
        return Resources.heapBytesOfThisThread() - heap;
    }

    @Override
    public void close() {
        // Closing waits for deadlines.
        clock.advanceOnRead(STEP_NS / 10);
        for (final EventQueueHandler queue : List.of(clientQueue, workerQueue, serverQueue)) {
            queue.close();
        }
        pools.forEach(MsgPool::close);
        lines.close();
    }
}
