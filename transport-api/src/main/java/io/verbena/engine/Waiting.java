// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.Poller;
import io.verbena.spi.TransportProvider;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final VarHandle ASLEEP;
    private static final VarHandle THREAD;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            ASLEEP = lookup.findVarHandle(Waiting.class, "asleep", boolean.class);
            THREAD = lookup.findVarHandle(Waiting.class, "thread", Thread.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** From one look to the next of who waits for the loop to be left. */
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Poller> pollers = new ArrayList<>();
    private final List<TransportProvider> providers = new ArrayList<>();

    /** The same as {@link #pollers}, for the hot path. */
    private Poller[] polled = {};

    private volatile @Nullable Poller sleepsIn;
    private volatile boolean asleep;
    private volatile boolean wakeupRequested;

    /** Who runs the loop, or closes the queue. */
    private volatile @Nullable Thread thread;

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
        asleep = true;
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
            ASLEEP.setRelease(this, false);
            if (wakeupRequested) {
                wakeupRequested = false;
            }
        }
    }

    /** Wakes the thread if it sleeps. Thread-safe; what it shall see must be written before. */
    void wakeIfAsleep() {
        VarHandle.fullFence();
        if (asleep) {
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
            LockSupport.unpark(thread);
        }
    }

    /** Who runs the loop, or closes the queue. */
    @Nullable Thread thread() {
        return thread;
    }

    /** Begins the loop, if no thread is in it. */
    boolean tryEnter(final Thread current) {
        return THREAD.compareAndSet(this, null, current);
    }

    /**
     * Ends the loop. To be seen soon, not at once: nobody waits for it but {@link #awaitLeft}, and
     * a fence for each run of the loop is dear where that is for one message.
     */
    void leave() {
        THREAD.setRelease(this, null);
    }

    /** Waits until no thread runs the loop; looks often, as {@link #leave()} tells nobody. */
    void awaitLeft(final long timeoutNs) {
        final long endNs = System.nanoTime() + timeoutNs;
        boolean interrupted = false;
        while (thread != null && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(this, LOOK_AGAIN_NS);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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
