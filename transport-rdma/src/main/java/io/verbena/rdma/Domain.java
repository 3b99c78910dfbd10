// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the event queues of a process share of a device: its protection domain, so that a connection
 * can move from one to another, and its asynchronous events, of which each is told once.
 *
 * <p>Thread-safe. None of it is on the hot path.
 */
final class Domain {
    private static final Map<Key, Domain> ALL = new HashMap<>();

    private final Key key;
    private final DeviceLimits limits;
    private final long handle;
    private final List<RdmaPoller> users = new ArrayList<>();

    private record Key(Verbs verbs, long context) {}

    private Domain(final Key key) throws IOException {
        this.key = key;
        limits = key.verbs.limits(key.context);
        handle = key.verbs.allocateProtectionDomain(key.context);
    }

    /** The domain of a device; it lives as long as it has users. */
    static Domain of(final Verbs verbs, final long context, final RdmaPoller user)
            throws IOException {
        synchronized (ALL) {
            final Key key = new Key(verbs, context);
            Domain domain = ALL.get(key);
            if (domain == null) {
                domain = new Domain(key);
                ALL.put(key, domain);
            }
            domain.users.add(user);
            return domain;
        }
    }

    void leave(final RdmaPoller user) {
        synchronized (ALL) {
            users.remove(user);
            if (users.isEmpty()) {
                ALL.remove(key);
                try {
                    key.verbs.deallocateProtectionDomain(handle);
                } catch (final IOException e) {
                    // The device is gone, and the domain with it.
                }
            }
        }
    }

    /** Reads the device's events, whoever of the users is woken by them, and tells all of them. */
    void readEvents() throws IOException {
        synchronized (ALL) {
            for (AsyncEvent event = next(); event != null; event = next()) {
                for (final RdmaPoller user : users) {
                    user.deviceEventLater(this, event);
                }
            }
        }
    }

    private @Nullable AsyncEvent next() throws IOException {
        return key.verbs.asyncEvent(key.context);
    }

    long handle() {
        return handle;
    }

    long context() {
        return key.context;
    }

    DeviceLimits limits() {
        return limits;
    }
}
