// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Acceptor;
import io.verbena.spi.AlignedMemory;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.HostPort;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.PoolMemory;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * All queue pairs of one event queue.
 *
 * <p>A duty cycle reads completions, calls back, and posts what the call-backs wrote: in the best
 * case with one crossing into the natives, which posts the last cycle's work and reads the next
 * completions.
 */
final class RdmaPoller implements Poller {
    /** For waits below the millisecond that epoll_wait(2) resolves. */
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private final PollerContext context;
    private final Verbs verbs;
    private final RdmaOptions options;
    private final String scheme;
    private final long waiter;
    private final ConnectionEvents events;
    private final Registrations registrations;
    private final InterruptibleWait wait;
    private final Waker waker;
    private final FrameHeader header = new FrameHeader();
    private final PathCounters paths = new PathCounters();
    private final AlignedMemory memory;
    private final CompletionReader completions;
    private final PostList posts;

    private final List<RdmaConnection> connections = new ArrayList<>();
    private final ArrayDeque<RdmaConnection> dirty = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> touched = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> settling = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> ended = new ArrayDeque<>();
    private boolean closed;

    RdmaPoller(
            final PollerContext context,
            final Verbs verbs,
            final RdmaOptions options,
            final String scheme) {
        this.context = context;
        this.verbs = verbs;
        this.options = options;
        this.scheme = scheme;
        registrations = new Registrations(this, verbs, options);
        long openedWaiter = 0;
        try {
            openedWaiter = verbs.createWaiter();
            events = new ConnectionEvents(context, verbs, registrations, openedWaiter);
        } catch (final IOException e) {
            if (openedWaiter != 0) {
                verbs.destroyWaiter(openedWaiter);
            }
            throw new VerbenaException(
                    EventReason.UNAVAILABLE, "RDMA can't be used: " + e.getMessage(), e);
        }
        waiter = openedWaiter;
        wait = new InterruptibleWait(verbs, waiter);
        waker = new Waker(verbs, waiter, context);
        memory = new AlignedMemory(CompletionReader.BYTES + PostList.BYTES);
        final ByteOrder order = ByteOrder.nativeOrder();
        completions =
                new CompletionReader(this, verbs, memory.slice(0, CompletionReader.BYTES, order));
        posts = new PostList(verbs, memory.slice(CompletionReader.BYTES, PostList.BYTES, order));
    }

    // ---- the duty cycle

    @Override
    public int poll() {
        int work = runTouched() + post();
        final int toSettle = settling.size();
        if (toSettle > 0) {
            completions.settleLeftOver();
        }
        work += completions.readAll();
        if (toSettle > 0) {
            work += completions.isAllRead() ? settle(toSettle) : 1;
        }
        if (events.isTimeToLook()) {
            work += events.look();
        }
        work += runTouched();
        work += tellEnded();
        work += post();
        paths.publish();
        return work;
    }

    /** It has received something, or may end. */
    void runLater(final RdmaConnection connection) {
        if (!connection.touched) {
            connection.touched = true;
            touched.add(connection);
        }
    }

    private int runTouched() {
        int work = 0;
        for (int i = touched.size(); i > 0 && !touched.isEmpty(); i--) {
            final RdmaConnection connection = touched.remove();
            connection.touched = false;
            connection.run();
            work++;
        }
        return work;
    }

    /** Tell it when all completions that there are have been read. */
    void settleLater(final RdmaConnection connection) {
        if (!connection.settling) {
            connection.settling = true;
            settling.add(connection);
        }
    }

    private int settle(final int count) {
        for (int i = count; i > 0 && !settling.isEmpty(); i--) {
            final RdmaConnection connection = settling.remove();
            connection.settling = false;
            connection.teardown().onSettled();
        }
        return count;
    }

    /** It has something to post, at the end of the duty cycle. */
    void flushLater(final RdmaConnection connection) {
        dirty.add(connection);
    }

    private int post() {
        int work = 0;
        while (!dirty.isEmpty()) {
            while (!posts.isFull() && !dirty.isEmpty()) {
                posts.take(dirty.remove());
            }
            if (!posts.isEmpty()) {
                posts.post(completions);
                work++;
            }
        }
        return work;
    }

    /** It has ended, and its handler is to hear of it. */
    void tellLater(final RdmaConnection connection) {
        ended.add(connection);
    }

    void forgetEnd(final RdmaConnection connection) {
        ended.remove(connection);
    }

    private int tellEnded() {
        int work = 0;
        for (RdmaConnection next = ended.poll(); next != null; next = ended.poll()) {
            next.teardown().tell();
            work++;
        }
        return work;
    }

    /**
     * A completion queue has overrun, or its device is gone: its connections end, and nobody is
     * given it again.
     *
     * @return whether that is new.
     */
    boolean onBroken(final CompletionQueue queue) {
        if (queue.isBroken()) {
            return false;
        }
        queue.setBroken();
        for (final RdmaConnection connection : List.copyOf(connections)) {
            if (queue.has(connection)) {
                connection
                        .teardown()
                        .linkDown(EventReason.TRANSPORT_ERROR, "the completion queue is broken");
            }
        }
        if (queue.isEmpty()) {
            closeQueue(queue);
        }
        return true;
    }

    // ---- waiting

    @Override
    public int await(final long timeoutNs) {
        final int work = poll();
        if (work > 0 || isWorkLeft()) {
            return Math.max(1, work);
        }
        final long timeoutMs = TimeUnit.NANOSECONDS.toMillis(timeoutNs);
        if (timeoutMs == 0) {
            LockSupport.parkNanos(this, Math.min(timeoutNs, NAP_NS));
        } else if (completions.arm()) {
            final int limited =
                    timeoutNs == Long.MAX_VALUE ? -1 : (int) Math.min(timeoutMs, Integer.MAX_VALUE);
            if (wait.await(limited)) {
                events.lookSoon();
            }
            completions.takeNotifications();
        }
        return poll();
    }

    private boolean isWorkLeft() {
        return completions.hasLeftOver()
                || !touched.isEmpty()
                || !dirty.isEmpty()
                || !settling.isEmpty()
                || !ended.isEmpty();
    }

    @Override
    public void wakeup() {
        verbs.wake(waiter);
    }

    @Override
    public boolean canArm() {
        return true;
    }

    @Override
    public boolean arm() {
        if (isWorkLeft()) {
            return false;
        }
        if (waker.hasFired()) {
            completions.takeNotifications();
            events.lookSoon();
            return false;
        }
        if (!completions.arm()) {
            return false;
        }
        waker.start();
        return true;
    }

    // ---- connections

    @Override
    public Listener listen(final URI uri, final PortalOptions portal, final Acceptor acceptor) {
        return RdmaListener.open(this, HostPort.parse(uri), portal, acceptor);
    }

    @Override
    public Connection connect(
            final URI uri, final ConnectOptions connect, final ConnectionHandler handler) {
        final HostPort address = HostPort.parse(uri);
        if (address.port() == 0) {
            throw new IllegalArgumentException(
                    "port 0 is for listening; connect to the real one: " + uri);
        }
        final RdmaConnection connection =
                new RdmaConnection(this, uri.toString(), RdmaConnection.Phase.RESOLVING, handler);
        add(connection);
        new Connector(this, connection, address, connect).start();
        return connection;
    }

    @Override
    public void adopt(final Connection connection, final ConnectionHandler handler) {
        ((RdmaConnection) connection).adoptedBy(this, handler);
    }

    void add(final RdmaConnection connection) {
        connections.add(connection);
        events.expect();
    }

    void remove(final RdmaConnection connection) {
        connections.remove(connection);
        if (connection.dirty) {
            dirty.remove(connection);
            connection.dirty = false;
        }
        if (connection.settling) {
            settling.remove(connection);
            connection.settling = false;
        }
        if (connection.touched) {
            touched.remove(connection);
            connection.touched = false;
        }
    }

    // ---- devices and memory

    /** What this event queue has of a device, made when it is first needed. */
    LocalDevice device(final long deviceContext) throws IOException {
        return registrations.device(deviceContext);
    }

    @Override
    public void register(final PoolMemory pool, final PoolUse use) {
        registrations.register(pool, use);
    }

    @Override
    public void deregister(final PoolMemory pool) {
        registrations.deregister(pool);
    }

    /** On whichever thread has read it: a device has an event. */
    void deviceEventLater(final Domain domain, final AsyncEvent event) {
        try {
            context.execute(() -> onDeviceEvent(domain, event));
        } catch (final RejectedExecutionException e) {
            // It is being closed.
        }
    }

    private void onDeviceEvent(final Domain domain, final AsyncEvent event) {
        final boolean fatal = event.type() == AsyncEvent.DEVICE_FATAL;
        if (!fatal && event.type() != AsyncEvent.PORT_ERR) {
            return;
        }
        final String detail =
                fatal
                        ? "the RDMA device has failed (%s)".formatted(event.name())
                        : "port %d of the RDMA device is down".formatted(event.element());
        for (final RdmaConnection connection : List.copyOf(connections)) {
            final Endpoint endpoint = connection.endpoint();
            if (endpoint != null
                    && endpoint.domain() == domain
                    && (fatal || mayUse(connection, event.element()))) {
                connection.teardown().linkDown(EventReason.TRANSPORT_ERROR, detail);
            }
        }
    }

    /** With a stock libdisni it isn't known which port a connection uses. */
    private boolean mayUse(final RdmaConnection connection, final long port) {
        final int used = verbs.port(connection.id());
        return used == 0 || used == port;
    }

    void add(final CompletionQueue queue) {
        completions.add(queue);
    }

    /** A connection takes its queue along. */
    void part(final CompletionQueue queue) {
        queue.unwatch();
        completions.remove(queue);
    }

    void closeQueue(final CompletionQueue queue) {
        part(queue);
        queue.close();
    }

    // ---- what the others share

    PollerContext context() {
        return context;
    }

    Verbs verbs() {
        return verbs;
    }

    RdmaOptions options() {
        return options;
    }

    String scheme() {
        return scheme;
    }

    long waiter() {
        return waiter;
    }

    ConnectionEvents events() {
        return events;
    }

    FrameHeader header() {
        return header;
    }

    PathCounters paths() {
        return paths;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        waker.close();
        for (final RdmaConnection connection : List.copyOf(connections)) {
            connection.teardown().abandon();
        }
        completions.close();
        registrations.close();
        events.close();
        verbs.destroyWaiter(waiter);
        memory.close();
        ended.clear();
        paths.publish();
    }

    @Override
    public String toString() {
        return "%s, %d connections".formatted(scheme, connections.size());
    }
}
