// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/**
 * One line for each cause that sessions do without the data transport for, and no more than one in
 * a minute: that a machine has no such device is news once. Thread-safe.
 */
final class FallbackLog {
    private static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final Map<EventReason, AtomicLong> nextNs = new ConcurrentHashMap<>();

    void fallback(final EventReason reason, final String remoteAddress, final String detail) {
        final long nowNs = System.nanoTime();
        final AtomicLong next = nextNs.computeIfAbsent(reason, key -> new AtomicLong(nowNs));
        final long dueNs = next.get();
        if (nowNs - dueNs >= 0 && next.compareAndSet(dueNs, nowNs + INTERVAL_NS)) {
            LoggerFactory.getLogger("io.verbena")
                    .info(
                            "{}: the session with {} is carried by {}",
                            reason,
                            remoteAddress,
                            detail);
        }
    }
}
