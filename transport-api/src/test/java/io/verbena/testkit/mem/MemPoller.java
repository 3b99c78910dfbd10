// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The poller: a queue of what is ready, which other threads add to. Things are done in the order in
 * which they became ready, so one thread that runs all event queues gets the same run each time.
 */
final class MemPoller implements Poller {
    private final PollerContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition somethingReady = lock.newCondition();
    private final ArrayDeque<MemEndpoint> ready = new ArrayDeque<>();
    private final Set<MemEndpoint> endpoints = new LinkedHashSet<>();
    private boolean woken;
    private boolean armed;
    private boolean closed;
    private boolean polling;

    MemPoller(final PollerContext context) {
        this.context = context;
    }

    PollerContext context() {
        return context;
    }

    @Override
    public int poll() {
        if (polling) {
            throw MemNetwork.violation("poll() or await() from within a call-back");
        }
        polling = true;
        try {
            int work = 0;
            for (int left = disarmAndCount(); left > 0; left--) {
                final MemEndpoint next = take();
                if (next != null) {
                    work += next.process();
                }
            }
            return work;
        } finally {
            polling = false;
        }
    }

    private int disarmAndCount() {
        lock.lock();
        try {
            armed = false;
            return ready.size();
        } finally {
            lock.unlock();
        }
    }

    private MemEndpoint take() {
        lock.lock();
        try {
            final MemEndpoint next = ready.poll();
            if (next != null) {
                next.queued = false;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int await(final long timeoutNs) {
        if (timeoutNs <= 0) {
            throw MemNetwork.violation("await(" + timeoutNs + "), which is not above 0");
        }
        lock.lock();
        try {
            armed = false;
            long left = timeoutNs;
            while (ready.isEmpty() && !woken && left > 0) {
                left = somethingReady.awaitNanos(left);
            }
            woken = false;
        } catch (final InterruptedException e) {
            // as a Selector does: the wait is over, the thread stays interrupted
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return poll();
    }

    @Override
    public void wakeup() {
        lock.lock();
        try {
            woken = true;
            somethingReady.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean canArm() {
        return true;
    }

    @Override
    public boolean arm() {
        lock.lock();
        try {
            armed = ready.isEmpty();
            return armed;
        } finally {
            lock.unlock();
        }
    }

    /** Thread-safe: something of this poller's became ready. */
    void ready(final MemEndpoint endpoint) {
        final boolean wake;
        lock.lock();
        try {
            if (closed || endpoint.queued) {
                return;
            }
            endpoint.queued = true;
            ready.add(endpoint);
            somethingReady.signalAll();
            wake = armed;
            armed = false;
        } finally {
            lock.unlock();
        }
        if (wake) {
            context.wakeup();
        }
    }

    void add(final MemEndpoint endpoint) {
        endpoints.add(endpoint);
    }

    void remove(final MemEndpoint endpoint) {
        endpoints.remove(endpoint);
        lock.lock();
        try {
            if (endpoint.queued) {
                ready.remove(endpoint);
                endpoint.queued = false;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Listener listen(final URI uri, final PortalOptions options, final Acceptor acceptor) {
        checkOpen();
        final String name = MemNetwork.name(uri);
        final MemListener listener = new MemListener(this, name, uri, options.backlog(), acceptor);
        if (MemNetwork.LISTENERS.putIfAbsent(name, listener) != null) {
            throw new VerbenaException(
                    EventReason.BIND_FAILED,
                    "mem://" + name + " is in use: another portal listens there",
                    null);
        }
        add(listener);
        return listener;
    }

    @Override
    public Connection connect(
            final URI uri, final ConnectOptions options, final ConnectionHandler handler) {
        checkOpen();
        final String name = MemNetwork.name(uri);
        final MemFaults faults = MemNetwork.faults(name);
        final MemLink link = new MemLink(faults, "mem:" + name);
        final MemAttachment attachment = new MemAttachment(link.client, this);
        link.client.attach(attachment);
        attachment.handledBy(handler);
        add(attachment);
        if (faults.connectsHeld()) {
            attachment.connectHangs(options.connectTimeoutNs());
            return link.client;
        }
        final MemListener listener = MemNetwork.LISTENERS.get(MemNetwork.listenerName(name));
        if (faults.connectsRefused() || listener == null || !listener.offer(link.server)) {
            attachment.refuse("nobody listens at mem://" + name);
        } else {
            attachment.connected();
        }
        return link.client;
    }

    @Override
    public void adopt(final Connection connection, final ConnectionHandler handler) {
        checkOpen();
        final MemConnection adopted = (MemConnection) connection;
        final MemAttachment attachment = new MemAttachment(adopted, this);
        adopted.adoptedBy(attachment);
        attachment.handledBy(handler);
        add(attachment);
        ready(attachment);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ready.clear();
        } finally {
            lock.unlock();
        }
        new ArrayList<>(endpoints).forEach(MemEndpoint::pollerClosed);
        endpoints.clear();
    }

    private void checkOpen() {
        if (closed) {
            throw MemNetwork.violation("a call on a closed poller");
        }
    }
}
