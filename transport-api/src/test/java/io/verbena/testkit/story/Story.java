// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueCounters;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.HandlerFailurePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A {@link Script} being played, on one thread and on a virtual clock: over the mem transport, one
 * script is one run, to the last event.
 */
public final class Story {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TICK_NS = 1000;
    private static final int WIRES = 3;

    private final Script.Cast cast;
    private final Scene scene;
    private final Ledger ledger = new Ledger();
    private final EventQueueHandler mainQueue;
    private final EventQueueHandler workerQueue;
    private final EventQueueHandler relayQueue;
    private final List<EventQueueHandler> clientQueues = new ArrayList<>();
    private final List<MsgPool> clientPools = new ArrayList<>();
    private final Server main = new Server("main server", ledger, true);
    private final Server behind = new Server("server behind the relay", ledger, false);
    private final Server worker = new Server("worker", ledger, true);
    private final RelayServer relay = new RelayServer(ledger);
    private final ServerPortal workerPortal;
    private final List<ServerPortal> portals = new ArrayList<>();
    private final List<SessionRequest> undecided = new ArrayList<>();
    private final Map<Integer, Wire> wires = new HashMap<>();
    private final Map<Integer, Set<Client>> onWire = new HashMap<>();
    private final Set<Client> onWorker = new LinkedHashSet<>();
    private final List<Client> clients = new ArrayList<>();
    private int grown;

    private Story(final Scene scene, final Script.Cast cast) {
        this.scene = scene;
        this.cast = cast;
        scene.tick(TICK_NS);
        mainQueue = serverQueue();
        workerQueue = serverQueue();
        relayQueue = scene.queue();
        scene.pool(relayQueue, cast.serverMessages(), cast.bytes(), cast.bytes(), PoolUse.BOTH);
        for (int i = 0; i < cast.clientQueues(); i++) {
            final EventQueueHandler queue = scene.queue();
            clientQueues.add(queue);
            clientPools.add(
                    scene.pool(
                            queue,
                            cast.clientMessages(),
                            cast.bytes(),
                            cast.bytes() + 64,
                            PoolUse.CLIENT));
        }
        workerPortal =
                ServerPortal.worker(
                        workerQueue,
                        request -> worker.add(request.accept(worker)),
                        portalOptions());
        listen(mainQueue, request -> main.add(request.accept(main)));
        listen(mainQueue, request -> forward(request, null));
        listen(mainQueue, request -> forward(request, worker));
        listen(mainQueue, undecided::add);
        listen(mainQueue, request -> request.reject(1, "as the story goes"));
        listen(relayQueue, request -> request.accept(relay));
        final ServerPortal target =
                ServerPortal.listen(
                        mainQueue,
                        scene.transport().listenUri(),
                        request -> behind.add(request.accept(behind)),
                        portalOptions());
        relay.back(ClientSession.connect(relayQueue, target.uri(), relay, connectOptions()));
    }

    /**
     * Plays a story to its end, and asserts that nothing was wrong with it.
     *
     * @param transport what it is played over.
     * @param script the story.
     */
    public static void play(final TransportUnderTest transport, final Script script) {
        final Scene scene = new Scene(transport);
        Throwable failure = null;
        Story story = null;
        String asItWas = "";
        try {
            story = new Story(scene, script.cast());
            for (final Step step : script.steps()) {
                story.play(step);
            }
            story.end();
        } catch (final Throwable e) {
            failure = e;
            asItWas = String.valueOf(story);
        }
        try {
            if (failure != null && story != null) {
                story.letGo();
            }
            scene.close();
        } catch (final Throwable e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
        if (failure != null) {
            throw new AssertionError(
                    "%s in %s, which ended as %s".formatted(failure.getMessage(), asItWas, story),
                    failure);
        }
    }

    private void forward(final SessionRequest request, final Server given) {
        if (workerQueue.isClosed()) {
            request.reject(2, "the worker is gone");
        } else if (given == null) {
            request.forward(workerPortal);
        } else {
            request.forward(workerPortal, given);
        }
    }

    private EventQueueHandler serverQueue() {
        EventQueueOptions options = scene.options();
        if (cast.grows()) {
            options = options.withPoolGrowth(this::grow);
        }
        final EventQueueHandler queue = scene.queue(options);
        scene.pool(queue, cast.serverMessages(), cast.bytes(), cast.bytes() + 64, PoolUse.SERVER);
        return queue;
    }

    private MsgPool grow(final int bytes) {
        grown++;
        // declines now and then, and after a while for good
        return grown > 8 || grown % 3 == 0
                ? null
                : scene.loosePool(2, Math.max(bytes, cast.bytes()), cast.bytes());
    }

    private SessionOptions sessionOptions() {
        return SessionOptions.defaults()
                .withWindow(cast.window())
                .withMaxQueued(cast.maxQueued())
                .withHandlerFailure(
                        cast.keeps()
                                ? HandlerFailurePolicy.KEEP_SESSION
                                : HandlerFailurePolicy.CLOSE_SESSION);
    }

    private PortalOptions portalOptions() {
        return scene.transport().portalOptions().withSession(sessionOptions());
    }

    private ConnectOptions connectOptions() {
        return scene.transport().connectOptions().withSession(sessionOptions());
    }

    private void listen(final EventQueueHandler queue, final ServerPortal.Handler handler) {
        portals.add(
                ServerPortal.listen(
                        queue, scene.transport().listenUri(), handler, portalOptions()));
    }

    // ---- steps

    private void play(final Step step) {
        final int which = step.which();
        final int amount = step.amount();
        switch (step.action()) {
            case CONNECT -> connect(which, amount, false);
            case CONNECT_WIRED -> connect(which, amount, true);
            case DECIDE -> decide(which, amount);
            case ECHO -> hold(false);
            case HOLD -> hold(true);
            case ANSWER -> server(which).answer(amount);
            case ANSWER_BACKWARDS -> server(which).answerBackwards();
            case DISCARD -> server(which).discard(amount);
            case CLOSE_AT_SERVER -> closeAtServer(which, amount);
            case THROW_AT_SERVER -> throwAtServer(which);
            case CUT, STALL, RELEASE -> harm(step.action(), which);
            case RUN -> run(1 + amount % 20);
            case RUN_ONE -> runOne(which, amount);
            case PASS -> pass(1 + amount % 300);
            case BIND ->
                    scene.pool(mainQueue, 2, cast.bytes() + amount, cast.bytes(), PoolUse.SERVER);
            case CLOSE_QUEUE -> closeQueue(which);
            default -> playClient(step);
        }
    }

    private void playClient(final Step step) {
        if (clients.isEmpty()) {
            return;
        }
        final Client client = clients.get(step.which() % clients.size());
        final int amount = step.amount();
        switch (step.action()) {
            case SEND -> client.send(length(amount), 0);
            case BURST -> {
                for (int i = 0; i < amount % 40; i++) {
                    client.send(length(amount + i), 0);
                }
            }
            case SEND_WITH_DEADLINE -> client.send(length(amount), (1 + amount % 200) * MS);
            case CHAIN -> client.chain(amount % 30);
            case CLOSE -> {
                if (amount % 2 == 0 || client.queue().isClosed()) {
                    client.session().close();
                } else {
                    client.queue().execute(client.session()::close);
                }
            }
            case CLOSE_WITHIN -> client.closeNext();
            case THROW -> client.throwNext();
            default -> throw new AssertionError(step);
        }
    }

    private int length(final int amount) {
        return switch (amount % 7) {
            case 0 -> cast.bytes();
            case 1 -> cast.bytes() - 1;
            case 2 -> cast.bytes() + 1 + amount % 60;
            case 3 -> cast.bytes() / 2;
            default -> Letter.LEAST + amount % 50;
        };
    }

    private Server server(final int which) {
        return switch (which % 3) {
            case 0 -> main;
            case 1 -> worker;
            default -> behind;
        };
    }

    private void hold(final boolean value) {
        main.holds(value);
        worker.holds(value);
        behind.holds(value);
    }

    private void connect(final int which, final int amount, final boolean wired) {
        final int index = which % clientQueues.size();
        final EventQueueHandler queue = clientQueues.get(index);
        if (queue.isClosed()) {
            return;
        }
        final int portal = amount % portals.size();
        final Client client = new Client(clients.size(), queue, clientPools.get(index), ledger);
        URI uri = portals.get(portal).uri();
        if (wired) {
            final int wire = portal * WIRES + which % WIRES;
            uri = wires.computeIfAbsent(wire, any -> scene.wire(portals.get(portal).uri())).uri();
            onWire.computeIfAbsent(wire, any -> new LinkedHashSet<>()).add(client);
            // it may be broken or stalled already
            client.harm();
        }
        if (portal == 1 || portal == 2 || portal == 3) {
            onWorker.add(client);
            if (workerQueue.isClosed()) {
                client.harm();
            }
        }
        client.session(ClientSession.connect(queue, uri, client, connectOptions()));
        clients.add(client);
    }

    private void decide(final int which, final int amount) {
        undecided.removeIf(request -> !request.isOpen());
        if (undecided.isEmpty()) {
            return;
        }
        final SessionRequest request = undecided.remove(which % undecided.size());
        switch (amount % 3) {
            case 0 -> main.add(request.accept(main));
            case 1 -> request.reject(amount, "it was decided so");
            default -> forward(request, null);
        }
    }

    private void closeAtServer(final int which, final int amount) {
        if (which % 3 < 2) {
            server(which).closeSession(amount);
        }
    }

    private void throwAtServer(final int which) {
        if (which % 3 < 2) {
            server(which).throwNext();
        }
    }

    private void harm(final Step.Action action, final int which) {
        if (wires.isEmpty()) {
            return;
        }
        final List<Integer> known = wires.keySet().stream().sorted().toList();
        final int index = known.get(which % known.size());
        onWire.get(index).forEach(Client::harm);
        final Wire wire = wires.get(index);
        switch (action) {
            case CUT -> wire.cut();
            case STALL -> wire.stall();
            default -> wire.release();
        }
    }

    private void closeQueue(final int which) {
        final EventQueueHandler queue =
                which % 2 == 0 ? workerQueue : clientQueues.get(which % clientQueues.size());
        clients.stream()
                .filter(client -> client.queue().equals(queue) || queue.equals(workerQueue))
                .forEach(Client::harm);
        scene.timePasses(true);
        try {
            tolerating(
                    () -> {
                        queue.close();
                        return true;
                    });
        } finally {
            scene.timePasses(false);
        }
        for (final Client client : clients) {
            if (client.queue().equals(queue) && !client.isClosed()) {
                ledger.wrong(client + " was not closed with its event queue");
            }
        }
    }

    // ---- running

    private boolean tolerating(final BooleanSupplier task) {
        try {
            return task.getAsBoolean();
        } catch (final Mishap e) {
            return false;
        }
    }

    private void run(final int rounds) {
        for (int i = 0; i < rounds; i++) {
            tolerating(() -> scene.runOnce() > 0);
        }
    }

    private void runOne(final int which, final int amount) {
        final List<EventQueueHandler> all = new ArrayList<>(clientQueues);
        all.addAll(List.of(mainQueue, workerQueue, relayQueue));
        final EventQueueHandler queue = all.get(which % all.size());
        if (!queue.isClosed()) {
            tolerating(() -> queue.runEventLoop(1 + amount % 5, 0) > 0);
        }
    }

    private void pass(final int ms) {
        for (int i = 0; i < ms; i += 5) {
            scene.clock().advance(5 * MS);
            run(2);
        }
    }

    private void until(final String what, final BooleanSupplier condition) {
        while (!tolerating(
                () -> {
                    scene.until(what, condition);
                    return true;
                })) {
            assertNothingWrong();
        }
    }

    // ---- the end

    /** Nothing is in anybody's way any more: now everything must come to an end by itself. */
    private void end() {
        letGo();
        until(
                "all unharmed clients have their answers",
                () -> {
                    undecided.removeIf(request -> !request.isOpen());
                    undecided.forEach(request -> main.add(request.accept(main)));
                    undecided.clear();
                    return clients.stream().allMatch(c -> c.isHarmed() || c.isSettled());
                });
        // Those that are being closed already may have spent their time while something was.
        final List<Client> last =
                clients.stream().filter(c -> !c.isHarmed() && !c.isClosing()).toList();
        clients.stream().filter(c -> !c.queue().isClosed()).forEach(c -> c.session().close());
        until(
                "all unharmed clients are closed",
                () -> clients.stream().allMatch(c -> c.isHarmed() || c.isClosed()));
        last.forEach(Client::checkClosedInGoodOrder);
        for (int i = 0; i < 60 && !clients.stream().allMatch(Client::isClosed); i++) {
            pass(500);
        }
        until("all clients are closed", () -> clients.stream().allMatch(Client::isClosed));
        until("the relay is idle", relay::isIdle);
        assertNothingWrong();
        assertCountersAgree();
    }

    private void letGo() {
        hold(false);
        wires.values().forEach(Wire::release);
        for (final Server each : List.of(main, worker, behind)) {
            each.behave();
            each.answerBackwards();
        }
    }

    private void assertNothingWrong() {
        if (!ledger.wrongs().isEmpty()) {
            throw new AssertionError("wrong: " + ledger.wrongs());
        }
    }

    private void assertCountersAgree() {
        for (final EventQueueHandler queue : clientQueues) {
            final List<Client> own =
                    clients.stream().filter(client -> client.queue().equals(queue)).toList();
            final EventQueueCounters counters = queue.counters();
            equal(
                    "clients' errors",
                    counters.messageErrors(),
                    own.stream().mapToInt(Client::errors).sum());
            atMost(
                    "clients' responses",
                    own.stream().mapToInt(Client::responses).sum(),
                    counters.responsesReceived());
            equal(
                    "clients' ends",
                    counters.sessionsClosed() + counters.connectFailures(),
                    own.size());
            equal("sessions", counters.sessionsEstablished(), counters.sessionsClosed());
            equal("protocol errors at clients", counters.protocolErrors(), 0);
        }
        equal("worker's requests", workerQueue.counters().requestsReceived(), worker.requests());
        equal("worker's errors", workerQueue.counters().messageErrors(), worker.errors());
        equal(
                "main server's requests",
                mainQueue.counters().requestsReceived(),
                main.requests() + behind.requests());
        equal(
                "main server's errors",
                mainQueue.counters().messageErrors(),
                main.errors() + behind.errors());
        equal("relay's requests", relayQueue.counters().requestsReceived(), relay.requests());
        for (final EventQueueHandler queue : List.of(mainQueue, workerQueue, relayQueue)) {
            equal("protocol errors at servers", queue.counters().protocolErrors(), 0);
        }
    }

    private static void equal(final String what, final long counted, final long seen) {
        if (counted != seen) {
            throw new AssertionError("%s: counted %d, seen %d".formatted(what, counted, seen));
        }
    }

    private static void atMost(final String what, final long seen, final long counted) {
        if (seen > counted) {
            throw new AssertionError("%s: counted %d, seen %d".formatted(what, counted, seen));
        }
    }

    @Override
    public String toString() {
        return "%s: %s %s %s %s".formatted(cast, clients, main, worker, behind);
    }
}
