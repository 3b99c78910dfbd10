// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.Verbs.Watched;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A completion queue, its channel, and who its completions are for. It never overruns: a connection
 * gets a place only if all that it can have under way fits as well.
 */
final class CompletionQueue {
    private final Verbs verbs;
    private final long channel;
    private final long handle;
    private final int entries;
    private int reserved;
    private @Nullable RdmaConnection[] places = new @Nullable RdmaConnection[8];
    private int[] generations = new int[8];
    private int used;
    private boolean broken;

    /** Whose waiter waits for it; 0: nobody's. */
    private long watcher;

    CompletionQueue(final Verbs verbs, final long context, final int entries) throws IOException {
        this.verbs = verbs;
        this.entries = entries;
        channel = verbs.createCompletionChannel(context);
        try {
            handle = verbs.createCompletionQueue(context, channel, entries);
        } catch (final IOException | RuntimeException e) {
            verbs.destroyCompletionChannel(channel);
            throw e;
        }
    }

    long handle() {
        return handle;
    }

    boolean hasRoom(final int completions) {
        return !broken && reserved + completions <= entries;
    }

    /** It gives no completions any more. */
    void setBroken() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Gives a connection a place. */
    int enter(final RdmaConnection connection, final int completions) {
        reserved += completions;
        used++;
        int place = 0;
        while (place < places.length && places[place] != null) {
            place++;
        }
        if (place == places.length) {
            places = Arrays.copyOf(places, place * 2);
            generations = Arrays.copyOf(generations, place * 2);
        }
        places[place] = connection;
        return place;
    }

    void leave(final int place, final int completions) {
        reserved -= completions;
        used--;
        places[place] = null;
        generations[place] = generations[place] + 1 & 0xffff;
    }

    boolean has(final RdmaConnection connection) {
        for (final RdmaConnection other : places) {
            if (other == connection) {
                return true;
            }
        }
        return false;
    }

    int generation(final int place) {
        return generations[place];
    }

    /** Whose completion it is; null if its queue pair is no more. */
    @Nullable RdmaConnection connection(final long workId) {
        final int place = WorkId.place(workId);
        return place < places.length && generations[place] == WorkId.generation(workId)
                ? places[place]
                : null;
    }

    void watch(final long waiter) throws IOException {
        verbs.watch(waiter, Watched.COMPLETION_CHANNEL, channel);
        watcher = waiter;
    }

    /** Idempotent. */
    void unwatch() {
        if (watcher != 0) {
            verbs.unwatch(watcher, Watched.COMPLETION_CHANNEL, channel);
            watcher = 0;
        }
    }

    void arm() throws IOException {
        verbs.requestNotification(handle);
    }

    void takeNotifications() {
        verbs.takeNotifications(channel, handle);
    }

    void close() {
        takeNotifications();
        verbs.destroyCompletionQueue(handle);
        verbs.destroyCompletionChannel(channel);
    }
}
