// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.Poller;
import io.verbena.spi.TransportProvider;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pollers of one event queue, and where its thread sleeps: in the one poller that can't be
 * armed, or else in the first, or, as long as there is none, parked.
 *
 * <p>Sleeping and waking is Dekker's handshake: the sleeper says that it sleeps, then looks whether
 * there is work; who brings work puts it down, then looks whether somebody sleeps. Both orders are
 * volatile, so one of the two sees the other.
 */
final class Waiting {
    private final List<Poller> pollers = new ArrayList<>();
    private final List<TransportProvider> providers = new ArrayList<>();

    /** The same as {@link #pollers}, for the hot path. */
    private Poller[] polled = {};

    private volatile @Nullable Poller sleepsIn;
    private final AtomicBoolean asleep = new AtomicBoolean();
    private volatile boolean wakeupRequested;

    /** Who runs the loop, or closes the queue. */
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    /** Others, which wait until it has left. */
    private final AtomicInteger awaitingLeave = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition leftLoop = lock.newCondition();

    Poller poller(
            final TransportProvider provider,
            final EventQueue queue,
            final List<DirectMsgPool> pools) {
        final int known = providers.indexOf(provider);
        if (known >= 0) {
            return pollers.get(known);
        }
        final Poller poller = provider.open(queue);
        final Poller other = sleepsIn;
        if (other != null && !other.canArm() && !poller.canArm()) {
            poller.close();
            throw new IllegalStateException(
                    "%s can't share an event queue with the transports that are in use on it; open it on another"
                            .formatted(provider.schemes()));
        }
        providers.add(provider);
        pollers.add(poller);
        polled = pollers.toArray(Poller[]::new);
        if (other == null || !poller.canArm()) {
            sleepsIn = poller;
        }
        for (final DirectMsgPool pool : pools) {
            poller.register(pool, pool.use());
        }
        return poller;
    }

    List<Poller> pollers() {
        return pollers;
    }

    void flush() {
        for (final Poller poller : polled) {
            poller.flush();
        }
    }

    boolean hasOnePoller() {
        return polled.length == 1;
    }

    /** Is a look around before {@link #await} a waste? */
    boolean prefersAwait() {
        return polled.length == 1 && polled[0].prefersAwait();
    }

    int poll() {
        int work = 0;
        for (final Poller poller : polled) {
            work += poller.poll();
        }
        return work;
    }

    /**
     * Waits until there is work or the time has come. The duty cycle has found nothing to do until
     * here, so that the time at its start is the time now.
     *
     * @return whether there was work.
     */
    boolean await(final EventQueue queue, final long untilNs) {
        final Poller sleeper = sleepsIn;
        for (final Poller poller : polled) {
            if (poller != sleeper && !poller.arm()) {
                return true;
            }
        }
        asleep.set(true);
        try {
            if (wakeupRequested || queue.isWorkPending()) {
                return true;
            }
            final long waitNs = untilNs == Long.MAX_VALUE ? untilNs : untilNs - queue.cycleTimeNs();
            if (waitNs <= 0) {
                return false;
            }
            if (sleeper != null) {
                return sleeper.await(waitNs) > 0;
            }
            LockSupport.parkNanos(this, waitNs);
            return false;
        } finally {
            // To be seen soon, not at once: a wake-up too many costs less than a fence each time.
            asleep.lazySet(false);
            if (wakeupRequested) {
                wakeupRequested = false;
            }
        }
    }

    /** Wakes the thread if it sleeps. Thread-safe; what it shall see must be written before. */
    void wakeIfAsleep() {
        VarHandle.fullFence();
        if (asleep.get()) {
            wake();
        }
    }

    /** Wakes the thread now, or keeps it from its next sleep. Thread-safe. */
    void wakeup() {
        wakeupRequested = true;
        wakeIfAsleep();
    }

    private void wake() {
        final Poller sleeper = sleepsIn;
        if (sleeper != null) {
            sleeper.wakeup();
        } else {
            LockSupport.unpark(thread.get());
        }
    }

    /** Who runs the loop, or closes the queue. */
    @Nullable Thread thread() {
        return thread.get();
    }

    /** Begins the loop, if no thread is in it. */
    boolean tryEnter(final Thread current) {
        return thread.compareAndSet(null, current);
    }

    /** Ends the loop. Nobody waits for that as a rule, and then it costs no lock. */
    void leave() {
        thread.set(null);
        if (awaitingLeave.get() > 0) {
            lock.lock();
            try {
                leftLoop.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until no thread runs the loop. */
    void awaitLeft(final long timeoutNs) {
        boolean interrupted = false;
        lock.lock();
        awaitingLeave.incrementAndGet();
        try {
            long left = timeoutNs;
            while (thread.get() != null && left > 0) {
                try {
                    left = leftLoop.awaitNanos(left);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            awaitingLeave.decrementAndGet();
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void close() {
        pollers.forEach(Poller::close);
        pollers.clear();
        providers.clear();
        polled = new Poller[0];
        sleepsIn = null;
    }
}
