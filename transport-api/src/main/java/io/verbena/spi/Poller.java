// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.ConnectOptions;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import java.net.URI;

/**
 * The progress of one transport on one event queue: all its connections and listeners there.
 *
 * <p>The event queue's thread calls {@link #poll()} in its duty cycle, and {@link #await} when
 * there is nothing to do. Both do what is ready, call back, and send what the call-backs wrote in
 * as few system calls or doorbells as they can.
 */
public interface Poller extends AutoCloseable {
    /**
     * Does what is ready, without waiting.
     *
     * @return a count of the work done; 0 lets the event queue become idle.
     */
    int poll();

    /**
     * Waits in the kernel, using no CPU, until something is ready, {@link #wakeup()} was called or
     * the time is over; then does what is ready, as {@link #poll()}.
     *
     * @param timeoutNs the longest wait in nanoseconds, above 0; {@link Long#MAX_VALUE} for none.
     *     May be rounded down to what the kernel's timer resolves.
     * @return a count of the work done.
     */
    int await(long timeoutNs);

    /**
     * Sends what was given to connections since the last turn, without looking for what has
     * arrived.
     */
    default void flush() {
        poll();
    }

    /**
     * Is it a waste to {@link #poll()} before {@link #await}, because that costs system calls which
     * {@code await} makes as well? Then an event queue that waits at once doesn't.
     *
     * @return whether it is.
     */
    default boolean prefersAwait() {
        return false;
    }

    /** Ends the current {@link #await}, or else the next one at once. Thread-safe. */
    void wakeup();

    /**
     * Can this poller be armed? The pollers of an event queue that has several must be, but for the
     * one in which it waits.
     *
     * @return whether {@link #arm()} works.
     */
    default boolean canArm() {
        return false;
    }

    /**
     * Before the event queue waits in another poller: from now on, call {@link
     * PollerContext#wakeup()} as soon as there is something to poll.
     *
     * @return false if there is something already, so that the queue must not wait.
     */
    default boolean arm() {
        throw new UnsupportedOperationException("this poller can't be armed");
    }

    /**
     * Memory that messages will be sent from and received into. A transport that needs memory to be
     * registered does it here; others do nothing.
     *
     * @param memory the pool's memory.
     * @param use which end of a session it will serve: no right beyond that is to be given away.
     */
    default void register(final PoolMemory memory, final PoolUse use) {}

    /**
     * The end of {@link #register}: no connection uses the memory any more.
     *
     * @param memory the pool's memory.
     */
    default void deregister(final PoolMemory memory) {}

    /**
     * Starts to listen.
     *
     * @param uri where, in one of the provider's schemes.
     * @param options the backlog, and the kernel's buffers in {@code session}.
     * @param acceptor who is told of new connections.
     * @return the listener.
     * @throws io.verbena.VerbenaException if it can't listen there, with the reason.
     */
    Listener listen(URI uri, PortalOptions options, Acceptor acceptor);

    /**
     * Starts to connect. Never blocks, names are resolved elsewhere; every fault of the network is
     * told by {@link ConnectionHandler#onClosed}.
     *
     * @param uri where to, in one of the provider's schemes.
     * @param options the session's options; {@code connectTimeoutNs} is for all addresses together.
     * @param handler who is told.
     * @return the connection.
     * @throws IllegalArgumentException if the URI is not one that this transport could ever use.
     */
    Connection connect(URI uri, ConnectOptions options, ConnectionHandler handler);

    /**
     * Takes over a connection that another poller of the same provider has detached.
     *
     * @param connection what {@link Connection#detach()} made free; it is the same object
     *     afterwards.
     * @param handler who is told from now on.
     */
    void adopt(Connection connection, ConnectionHandler handler);

    /** Closes what is still open, without calling back, and frees everything. Idempotent. */
    @Override
    void close();
}
