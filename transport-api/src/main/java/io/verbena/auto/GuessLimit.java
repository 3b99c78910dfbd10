// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.PollerContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Counts wrong tokens by the host that they come from: a host that has shown several isn't listened
 * to for a while. That nobody guesses 128 bits needs no help; that nobody keeps a server busy with
 * trying does.
 */
final class GuessLimit {
    static final int GUESSES = 8;

    static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(10);

    /** Hosts that are remembered; the oldest is forgotten first. */
    private static final int MAX_HOSTS = 1024;

    private final PollerContext context;
    private final Map<String, Window> byHost =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(final Map.Entry<String, Window> eldest) {
                    return size() > MAX_HOSTS;
                }
            };

    private record Window(long startNs, int guesses) {}

    GuessLimit(final PollerContext context) {
        this.context = context;
    }

    void count(final String remoteAddress) {
        final long nowNs = context.nanoTime();
        byHost.merge(
                host(remoteAddress),
                new Window(nowNs, 1),
                (last, first) ->
                        nowNs - last.startNs < WINDOW_NS
                                ? new Window(last.startNs, last.guesses + 1)
                                : first);
    }

    boolean isExceededBy(final String remoteAddress) {
        final Window window = byHost.get(host(remoteAddress));
        return window != null
                && window.guesses >= GUESSES
                && context.nanoTime() - window.startNs < WINDOW_NS;
    }

    /** Without the port, where there is one. */
    private static String host(final String remoteAddress) {
        final int colon = remoteAddress.lastIndexOf(':');
        return colon < 0 ? remoteAddress : remoteAddress.substring(0, colon);
    }
}
