// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** What a thread waits in. */
final class FakeWaiter extends FakeObject {
    private final List<FakeSource> sources = new ArrayList<>();
    private final Condition changed;
    private boolean woken;
    private boolean waiting;

    FakeWaiter(final FakeFabric fabric) {
        super(fabric, "waiter");
        changed = fabric.lock.newCondition();
    }

    void watch(final FakeSource source) {
        if (sources.contains(source)) {
            throw fabric.violation(source + " is watched already by " + this);
        }
        sources.add(source);
        source.watchedBy(this);
    }

    void unwatch(final FakeSource source) {
        if (!sources.remove(source)) {
            throw fabric.violation(source + " is not watched by " + this);
        }
        source.unwatchedBy(this);
    }

    void destroy() {
        if (waiting) {
            throw fabric.violation(this + " is destroyed while a thread waits in it");
        }
        sources.forEach(source -> source.unwatchedBy(this));
        sources.clear();
        forget();
    }

    void wake() {
        woken = true;
        signal();
    }

    void signal() {
        changed.signal();
    }

    /** Waits as poll(2) does: for ever if the time is negative, and whoever interrupts. */
    boolean await(final int timeoutMs) {
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        boolean interrupted = false;
        waiting = true;
        try {
            while (true) {
                final boolean more = step();
                if (woken || ready()) {
                    woken = false;
                    return true;
                }
                final long left = timeoutMs < 0 ? Long.MAX_VALUE : deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                if (more) {
                    letOthers();
                    continue;
                }
                try {
                    changed.await(left, TimeUnit.NANOSECONDS);
                } catch (final InterruptedException noMatter) {
                    interrupted = true;
                }
            }
        } finally {
            waiting = false;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A round of waiting in which something came nearer: nothing to sleep for. */
    private void letOthers() {
        fabric.lock.unlock();
        try {
            Thread.yield();
        } finally {
            fabric.lock.lock();
        }
    }

    private boolean step() {
        boolean more = fabric.engine.step(null);
        for (int i = 0; i < sources.size(); i++) {
            more |= sources.get(i).step();
        }
        return more;
    }

    private boolean ready() {
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).ready()) {
                return true;
            }
        }
        return false;
    }
}
