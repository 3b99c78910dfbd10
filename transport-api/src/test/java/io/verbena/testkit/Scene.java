// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a test is played on: event queues, all on the test's thread and on one virtual clock, with
 * their pools and handlers. {@link #close()} takes it all down, whatever state it is in, and
 * asserts that each message has come home and that the handlers saw nothing wrong.
 */
public final class Scene implements AutoCloseable {
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Whether something comes too soon isn't seen the better for more, which take real time. */
    private static final int LEAST_STEPS = 20;

    private static final long TEARDOWN_STEP_NS = TimeUnit.MILLISECONDS.toNanos(25);

    /**
     * At the end, where nobody looks: an event queue that is closed waits for a real millisecond at
     * each step until its peer, which isn't run any more, has had all of its time.
     */
    private static final long END_STEP_NS = 10 * TEARDOWN_STEP_NS;

    private final TransportUnderTest transport;
    private final VirtualClock clock = new VirtualClock();
    private final Pump pump = new Pump();

    /** No two readings of a clock are the same: what is due now is due after now. */
    private long tickNs = 1;

    /** How much more time has passed than the last {@link #pass} was to let pass. */
    private long aheadNs;

    private final List<EventQueueHandler> queues = new ArrayList<>();
    private final List<MsgPool> pools = new ArrayList<>();
    private final List<RecordingClient> clients = new ArrayList<>();
    private final List<RecordingServer> servers = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private final List<AutoCloseable> others = new ArrayList<>();

    /**
     * An empty scene.
     *
     * @param transport what all of it is played over.
     */
    public Scene(final TransportUnderTest transport) {
        this.transport = transport;
        clock.advanceOnRead(tickNs);
    }

    /**
     * The transport.
     *
     * @return the transport.
     */
    public TransportUnderTest transport() {
        return transport;
    }

    /**
     * The clock of all event queues of {@link #queue()}.
     *
     * @return the clock.
     */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Sets how fast the clock ticks.
     *
     * @param ns nanoseconds that pass each time the clock is read.
     */
    public void tick(final long ns) {
        tickNs = ns;
        clock.advanceOnRead(ns);
    }

    /**
     * From now on time passes by itself, for calls that wait for it, as close() of an event queue
     * does; or no longer.
     *
     * @param passes whether it does.
     */
    public void timePasses(final boolean passes) {
        clock.advanceOnRead(passes ? TEARDOWN_STEP_NS : tickNs);
    }

    /**
     * Options with the scene's clock.
     *
     * @return options.
     */
    public EventQueueOptions options() {
        return EventQueueOptions.defaults().withNanoClock(clock).withIdlePolicy(IdlePolicy.SPIN);
    }

    /**
     * Options with the real clock, for tests with several threads or of the waiting itself.
     *
     * @return options; a test's end is not worth a wait.
     */
    public EventQueueOptions realTimeOptions() {
        return EventQueueOptions.defaults().withCloseTimeoutNs(20 * STEP_NS);
    }

    /**
     * Another event queue, run by this scene.
     *
     * @return the event queue.
     */
    public EventQueueHandler queue() {
        return queue(options());
    }

    /**
     * Another event queue, run by this scene.
     *
     * @param options its options.
     * @return the event queue.
     */
    public EventQueueHandler queue(final EventQueueOptions options) {
        final EventQueueHandler queue = ownQueue(options);
        pump.add(queue);
        return queue;
    }

    /**
     * Another event queue, which the test runs itself and the scene closes.
     *
     * @param options its options.
     * @return the event queue.
     */
    public EventQueueHandler ownQueue(final EventQueueOptions options) {
        final EventQueueHandler queue = EventQueueHandler.open(options);
        queues.add(queue);
        return queue;
    }

    /**
     * Another pool, bound to an event queue.
     *
     * @param queue the event queue.
     * @param count messages.
     * @param inBytes capacity of each IN.
     * @param outBytes capacity of each OUT.
     * @param use what for.
     * @return the pool.
     */
    public MsgPool pool(
            final EventQueueHandler queue,
            final int count,
            final int inBytes,
            final int outBytes,
            final PoolUse use) {
        final MsgPool pool = newPool(count, inBytes, outBytes);
        queue.bind(pool, use);
        return pool;
    }

    /**
     * Another pool, bound to nothing.
     *
     * @param count messages.
     * @param inBytes capacity of each IN.
     * @param outBytes capacity of each OUT.
     * @return the pool.
     */
    public MsgPool loosePool(final int count, final int inBytes, final int outBytes) {
        return newPool(count, inBytes, outBytes);
    }

    private MsgPool newPool(final int count, final int inBytes, final int outBytes) {
        final MsgPool pool = Leaks.pool(count, inBytes, outBytes);
        pools.add(pool);
        return pool;
    }

    /**
     * Another client's handler.
     *
     * @return the handler.
     */
    public RecordingClient client() {
        final RecordingClient client = new RecordingClient();
        clients.add(client);
        return client;
    }

    /**
     * Another server's handler.
     *
     * @return the handler.
     */
    public RecordingServer server() {
        final RecordingServer server = new RecordingServer();
        servers.add(server);
        return server;
    }

    /**
     * A detour to a portal.
     *
     * @param portal the portal's URI.
     * @return the detour.
     */
    public Wire wire(final URI portal) {
        final Wire wire = closesWithScene(transport.wire(portal));
        wires.add(wire);
        return wire;
    }

    /**
     * Something else that is closed with the scene, after the event queues.
     *
     * @param <T> what it is.
     * @param thing the thing.
     * @return the same.
     */
    public <T extends AutoCloseable> T closesWithScene(final T thing) {
        others.add(thing);
        return thing;
    }

    /**
     * Describes a client, a server, and a session between them.
     *
     * @return the description.
     */
    public PairSpec pair() {
        return new PairSpec(this);
    }

    /**
     * Runs all event queues until something is so.
     *
     * @param what what is waited for.
     * @param condition whether it is so.
     */
    public void until(final String what, final BooleanSupplier condition) {
        until(what, condition, Pump.LIMIT_NS);
    }

    /**
     * Runs all event queues until something is so.
     *
     * @param what what is waited for.
     * @param condition whether it is so.
     * @param limitNs nanoseconds of real time.
     */
    public void until(final String what, final BooleanSupplier condition, final long limitNs) {
        try {
            pump.until(what, condition, limitNs);
        } catch (final AssertionError e) {
            throw new AssertionError(
                    "%s; what happened: %s %s".formatted(e.getMessage(), clients, servers), e);
        }
    }

    /**
     * Runs all event queues once.
     *
     * @return events delivered.
     */
    public int runOnce() {
        return pump.once();
    }

    /** Runs all event queues until nothing happens any more, the clock standing still. */
    public void untilQuiet() {
        untilQuiet(transport.quietNs());
    }

    /** What a wire's thread moves may take longer than that, where the machine is busy. */
    private void untilQuiet(final long quietNs) {
        do {
            pump.untilQuiet(Pump.QUIET_ROUNDS, quietNs, transport::isBusy);
        } while (wires.stream().anyMatch(Wire::hasMoved));
    }

    /**
     * Lets time pass, in steps, and runs all event queues at each. What passes by reading the clock
     * meanwhile is not added: that is more on a faster machine.
     *
     * @param ns nanoseconds.
     * @param stepNs nanoseconds of a step.
     */
    public void pass(final long ns, final long stepNs) {
        long dueNs = clock.getAsLong() - aheadNs;
        untilQuiet();
        for (long left = ns; left > 0; left -= stepNs) {
            dueNs += Math.min(left, stepNs);
            clock.advance(Math.max(0, dueNs - clock.getAsLong()));
            untilQuiet(transport.quietNs() / 10);
        }
        untilQuiet();
        aheadNs = clock.getAsLong() - dueNs;
    }

    /**
     * Lets time pass, in steps of a millisecond, or some more steps than {@link #LEAST_STEPS}.
     *
     * @param ms milliseconds.
     */
    public void passMs(final long ms) {
        pass(ms * STEP_NS, Math.max(1, ms / LEAST_STEPS) * STEP_NS);
    }

    /**
     * Closes a session and runs the event queues until it is closed.
     *
     * @param session the session.
     * @param client its handler.
     */
    public void closeInOrder(final ClientSession session, final RecordingClient client) {
        session.close();
        until("CLOSED", client::isClosed);
    }

    @Override
    public void close() throws Exception {
        // Whoever waits for a deadline from now on shall not wait for real.
        clock.advanceOnRead(END_STEP_NS);
        Throwable failure = null;
        failure = attempt(failure, queues);
        for (final RecordingServer server : servers) {
            failure = attempt(failure, List.<AutoCloseable>of(server::discardHeld));
        }
        for (final RecordingClient client : clients) {
            failure = attempt(failure, List.<AutoCloseable>of(client::releaseKept));
        }
        failure = attempt(failure, others);
        failure = attempt(failure, pools);
        clients.forEach(RecordingClient::assertSound);
        servers.forEach(RecordingServer::assertSound);
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (Exception) failure;
        }
    }

    private static Throwable attempt(
            final Throwable earlier, final List<? extends AutoCloseable> things) {
        Throwable failure = earlier;
        for (final AutoCloseable thing : things) {
            try {
                thing.close();
            } catch (final Throwable e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        return failure;
    }
}
