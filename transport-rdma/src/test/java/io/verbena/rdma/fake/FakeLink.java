// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What connects two queue pairs, and what can go wrong with it. A test gets it from {@link
 * FakeFabric#links()} or {@link FakeFabric#onEstablished}. Thread-safe.
 */
public final class FakeLink {
    /** One end. */
    public enum End {
        /** Who connected. */
        CLIENT,
        /** Who accepted. */
        SERVER
    }

    final FakeFabric fabric;
    final FakeId client;
    final FakeId server;

    /** Does it carry data? */
    boolean established;

    /** Is it over, for the connection manager? */
    boolean ended;

    private final Lane toClient = new Lane();
    private final Lane toServer = new Lane();
    private boolean stalled;
    private boolean cut;

    FakeLink(final FakeId client, final FakeId server) {
        this.fabric = client.fabric;
        this.client = client;
        this.server = server;
    }

    /** What one end is to be told, but isn't yet. */
    private static final class Lane {
        final Queue<Runnable> held = new ArrayDeque<>();
        boolean frozen;
    }

    // ---- for tests

    /** Nothing is carried any more, either way, and nobody is told, until {@link #release}. */
    public void stall() {
        fabric.locked(() -> stalled = true);
    }

    /** The end of {@link #stall}: what was stalled is carried. */
    public void release() {
        fabric.locked(
                () -> {
                    stalled = false;
                    proceed();
                });
    }

    /**
     * An end's process stops: it sees no completions and no events, and nothing that it posts is
     * executed. Its device still serves what was posted and registered before.
     *
     * @param end which.
     */
    public void freeze(final End end) {
        fabric.locked(() -> lane(end).frozen = true);
    }

    /**
     * The end of {@link #freeze}.
     *
     * @param end which.
     */
    public void thaw(final End end) {
        fabric.locked(
                () -> {
                    lane(end).frozen = false;
                    proceed();
                });
    }

    /**
     * Breaks for good. At each end the first send that isn't complete completes with {@link
     * Status#RETRY_EXCEEDED}, and everything else is flushed. The connection manager says nothing,
     * unless it was still asking: then it gives up.
     */
    public void cut() {
        fabric.locked(
                () -> {
                    cut = true;
                    if (!established && !ended) {
                        fabric.connections.giveUp(this);
                    }
                    breakOff(client.queuePair);
                    breakOff(server.queuePair);
                });
    }

    /**
     * An end's queue pair.
     *
     * @param end which.
     * @return its handle; 0: none any more.
     */
    public long queuePair(final End end) {
        return fabric.lockedGet(
                () -> {
                    final FakeQueuePair at = (end == End.CLIENT ? client : server).queuePair;
                    return at == null ? 0L : at.handle;
                });
    }

    /**
     * Is it connected?
     *
     * @return whether it is, both ends being told of it or on the way to it.
     */
    public boolean isConnected() {
        return fabric.lockedGet(() -> established && !ended);
    }

    /**
     * Where the client wanted to go.
     *
     * @return the address that it resolved.
     */
    public InetSocketAddress target() {
        return fabric.lockedGet(() -> client.remote);
    }

    @Override
    public String toString() {
        return "link of " + client + " and " + server;
    }

    // ---- for the fabric

    FakeId other(final FakeId id) {
        return id == client ? server : client;
    }

    boolean carries(final FakeId from) {
        return established && !stalled && !cut && !frozen(from);
    }

    boolean isCut() {
        return cut;
    }

    boolean frozen(final FakeId id) {
        return lane(id).frozen;
    }

    /** Does something now, or when the link carries again and the end to be told isn't frozen. */
    void tell(final FakeId id, final Runnable what) {
        final Lane lane = lane(id);
        if (stalled || lane.frozen || !lane.held.isEmpty()) {
            lane.held.add(what);
        } else {
            what.run();
        }
    }

    private Lane lane(final FakeId id) {
        return id == client ? toClient : toServer;
    }

    private Lane lane(final End end) {
        return end == End.CLIENT ? toClient : toServer;
    }

    void proceed() {
        tellHeld(toClient);
        tellHeld(toServer);
        proceed(client.queuePair);
        proceed(server.queuePair);
    }

    private void tellHeld(final Lane lane) {
        while (!stalled && !lane.frozen && !lane.held.isEmpty()) {
            lane.held.remove().run();
        }
    }

    private void proceed(final FakeQueuePair queuePair) {
        if (queuePair != null) {
            queuePair.queue.step();
            if (queuePair.started < queuePair.posted || queuePair.reads > 0) {
                fabric.engine.schedule(queuePair);
            }
        }
    }

    private static void breakOff(final FakeQueuePair queuePair) {
        if (queuePair != null && queuePair.state == FakeQueuePair.State.READY) {
            final FakeWork first = queuePair.firstIncomplete();
            if (first != null) {
                queuePair.completeSend(first, Status.RETRY_EXCEEDED);
            }
            queuePair.fail();
        }
    }
}
