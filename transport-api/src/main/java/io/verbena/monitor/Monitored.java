// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.PortalCounters;
import io.verbena.bridge.Bridge;
import io.verbena.stream.StreamListener;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Something that a {@link Monitor} watches. */
public final class Monitored {
    private final String name;
    private final Supplier<CompletableFuture<PortalCounters>> question;
    private final Consumer<Exposition> counted;

    private Monitored(
            final String name,
            final Supplier<CompletableFuture<PortalCounters>> question,
            final Consumer<Exposition> counted) {
        this.name = name;
        this.question = question;
        this.counted = counted;
    }

    /**
     * A listener for streams. It is well as long as its thread goes on and it isn't closed.
     *
     * @param listener stays the caller's to close; the monitor is closed first.
     * @return what to give to {@link Monitor#open}.
     */
    public static Monitored of(final StreamListener listener) {
        return new Monitored(
                listener.uri().toString(),
                listener::portalCounters,
                into -> StreamMetrics.expose(listener, into));
    }

    /**
     * A bridge. It is well as long as all its threads go on and it isn't closed.
     *
     * @param bridge stays the caller's to close; the monitor is closed first.
     * @return what to give to {@link Monitor#open}.
     */
    public static Monitored of(final Bridge bridge) {
        return new Monitored(
                bridge.uri().toString(),
                bridge::portalCounters,
                into -> BridgeMetrics.expose(bridge, into));
    }

    /** Where it listens. */
    String name() {
        return name;
    }

    /** Asks its threads; they answer if they go on. */
    CompletableFuture<PortalCounters> ask() {
        return question.get();
    }

    void expose(final Exposition into) {
        counted.accept(into);
    }
}
