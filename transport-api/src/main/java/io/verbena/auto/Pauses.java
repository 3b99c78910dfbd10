// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Servers whose data transport has failed, and when to try it again: a pause, twice as long each
 * time that it fails again. Of all event queues of a process, as a client that connects anew often
 * has a new one. Thread-safe.
 */
final class Pauses {
    /** A pause is at most so many times as long as the first. */
    private static final int MAX_FACTOR = 32;

    /** When all went well for so many pauses, the next failure counts as the first. */
    private static final int FORGIVEN_AFTER = 8;

    /** Servers that are remembered; more are not, as a pause is worth less than memory. */
    private static final int MAX_SERVERS = 4096;

    private final Map<String, Pause> byServer = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;

    /**
     * A time in which the data transport isn't tried.
     *
     * @param startNs when it began.
     * @param lengthNs how long it is.
     * @param why what had failed.
     */
    record Pause(long startNs, long lengthNs, String why) {}

    Pauses(final LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** The data transport to a server has failed. */
    void failed(final String server, final String why, final long firstNs) {
        if (firstNs == 0) {
            return;
        }
        final long nowNs = nanoClock.getAsLong();
        if (byServer.size() >= MAX_SERVERS) {
            byServer.values().removeIf(pause -> nowNs - pause.startNs >= pause.lengthNs);
            if (byServer.size() >= MAX_SERVERS) {
                return;
            }
        }
        byServer.merge(
                server,
                new Pause(nowNs, firstNs, why),
                (last, first) -> {
                    final boolean again = (nowNs - last.startNs) / FORGIVEN_AFTER < last.lengthNs;
                    final long most = Math.max(firstNs, saturated(firstNs));
                    return again ? new Pause(nowNs, Math.min(most, 2 * last.lengthNs), why) : first;
                });
    }

    private static long saturated(final long firstNs) {
        return firstNs > Long.MAX_VALUE / (2 * MAX_FACTOR)
                ? Long.MAX_VALUE / 2
                : firstNs * MAX_FACTOR;
    }

    /** Why the data transport isn't to be tried now, in words; null if it may be. */
    @Nullable String reason(final String server) {
        final Pause pause = byServer.get(server);
        if (pause == null) {
            return null;
        }
        final long agoNs = nanoClock.getAsLong() - pause.startNs;
        return agoNs >= pause.lengthNs
                ? null
                : "failed %d s ago (%s), is tried again in %d s"
                        .formatted(
                                agoNs / 1_000_000_000,
                                pause.why,
                                (pause.lengthNs - agoNs + 999_999_999) / 1_000_000_000);
    }

    void clear() {
        byServer.clear();
    }
}
