// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts calls short whose time is over: one thread for all calls of the process, which ends with the
 * last of them. It looks at them once a second, and sooner where one is due; as no call's time is
 * shorter than that, none is late.
 */
final class CallDeadlines {
    /** The least time that a call may be given. */
    static final long LEAST_NS = TimeUnit.SECONDS.toNanos(1);

    private static final Object LOCK = new Object();
    private static @Nullable CallDeadlines shared;

    /** Under the lock of this object. */
    private final Set<BlockingCall> calls = new HashSet<>();

    private CallDeadlines() {}

    static CallDeadlines share(final BlockingCall call) {
        synchronized (LOCK) {
            CallDeadlines current = shared;
            if (current == null) {
                current = new CallDeadlines();
                current.add(call);
                shared = current;
                final Thread thread = new Thread(current::run, "verbena-call-deadlines");
                thread.setDaemon(true);
                thread.start();
            } else {
                current.add(call);
            }
            return current;
        }
    }

    private synchronized void add(final BlockingCall call) {
        calls.add(call);
    }

    void remove(final BlockingCall call) {
        synchronized (LOCK) {
            synchronized (this) {
                calls.remove(call);
                if (calls.isEmpty() && shared == this) {
                    shared = null;
                    notifyAll();
                }
            }
        }
    }

    private synchronized void run() {
        while (!calls.isEmpty()) {
            long waitNs = LEAST_NS;
            for (final BlockingCall call : calls) {
                waitNs = Math.min(waitNs, call.check());
            }
            try {
                // Rounded up: who wakes too early has to wait again.
                wait(TimeUnit.NANOSECONDS.toMillis(waitNs) + 1);
            } catch (final InterruptedException e) {
                // Nobody has a reason to; what is due is looked at, and the wait goes on.
            }
        }
    }
}
