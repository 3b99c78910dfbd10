// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.PollerContext;
import io.verbena.spi.PollerContext.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer by which all control connections of an event queue beat that a session is carried
 * beside: a thousand of them wake the thread no more often than one.
 */
final class Pulse {
    private static final long MIN_PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final PollerContext context;
    private final List<ControlHeart> hearts = new ArrayList<>();
    private long periodNs = Long.MAX_VALUE;
    private @Nullable Timer timer;

    Pulse(final PollerContext context) {
        this.context = context;
    }

    void add(final ControlHeart heart) {
        hearts.add(heart);
        if (timer == null || heart.intervalNs() < periodNs) {
            cancel();
            periodNs = Math.max(MIN_PERIOD_NS, heart.intervalNs());
            timer = context.schedule(periodNs, this::beat);
        }
    }

    void remove(final ControlHeart heart) {
        hearts.remove(heart);
        if (hearts.isEmpty()) {
            cancel();
        }
    }

    private void beat() {
        final long nowNs = context.nanoTime();
        long shortestNs = Long.MAX_VALUE;
        for (final ControlHeart heart : List.copyOf(hearts)) {
            shortestNs = Math.min(shortestNs, heart.intervalNs());
            heart.beatIfDue(nowNs, periodNs / 2);
        }
        timer = null;
        if (!hearts.isEmpty()) {
            periodNs = Math.max(MIN_PERIOD_NS, shortestNs);
            timer = context.schedule(periodNs, this::beat);
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    void close() {
        hearts.clear();
        cancel();
    }
}
