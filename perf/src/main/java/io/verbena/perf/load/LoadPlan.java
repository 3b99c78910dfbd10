// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.ConnectOptions;
import io.verbena.IdlePolicy;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * What load to put on a server. Immutable; made by a {@link Builder}.
 *
 * @param uri where the server listens.
 * @param requestSize bytes of each request.
 * @param responseSize bytes of each response; requests under 8 bytes are echoed.
 * @param window requests that may be outstanding on each session.
 * @param sessions sessions, all on one event queue.
 * @param count transactions to measure; 0: as many as {@code durationNs} allows.
 * @param durationNs how long to measure, if there is no count.
 * @param warmupNs how long to do the same before measuring.
 * @param rate requests per second, of all sessions together, each of which is due at its time
 *     whatever became of those before; 0: the next one as soon as the window allows.
 * @param idlePolicy what the client's event queue does when there is nothing to do.
 * @param connectOptions how to connect.
 */
public record LoadPlan(
        URI uri,
        int requestSize,
        int responseSize,
        int window,
        int sessions,
        long count,
        long durationNs,
        long warmupNs,
        double rate,
        IdlePolicy idlePolicy,
        ConnectOptions connectOptions) {
    private static final int MAX_SIZE = 1 << 30;
    private static final int MAX_WINDOW = 32767;
    private static final int MAX_MESSAGES = 1 << 20;
    private static final double MAX_RATE = 1e9;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public LoadPlan {
        range("the request size", requestSize, 0, MAX_SIZE);
        range("the response size", responseSize, 0, MAX_SIZE);
        range("the window", window, 1, MAX_WINDOW);
        range("the number of sessions", sessions, 1, MAX_MESSAGES);
        range("the count", count, 0, Long.MAX_VALUE);
        range("the duration", durationNs, count > 0 ? 0 : 1, Long.MAX_VALUE);
        range("the warm-up", warmupNs, 0, Long.MAX_VALUE);
        if (requestSize < Stamp.MIN_SIZED_REQUEST && responseSize != requestSize) {
            throw new IllegalArgumentException(
                    "requests under %d bytes are echoed: make them longer, or the responses %d bytes"
                            .formatted(Stamp.MIN_SIZED_REQUEST, requestSize));
        }
        if ((long) window * sessions > MAX_MESSAGES) {
            throw new IllegalArgumentException(
                    "window times sessions must be at most %d, is %d"
                            .formatted(MAX_MESSAGES, (long) window * sessions));
        }
        Pools.check("requests at a time", (long) window * sessions, requestSize);
        Pools.check("responses at a time", (long) window * sessions, responseSize);
        if (!(rate >= 0 && rate <= MAX_RATE)) {
            throw new IllegalArgumentException(
                    "the rate must be from 0 to %.0f, is %s".formatted(MAX_RATE, rate));
        }
    }

    private static void range(
            final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be from %d to %d, is %d".formatted(name, least, most, value));
        }
    }

    /**
     * Is every request due at a time of its own?
     *
     * @return whether there is a rate.
     */
    public boolean openLoop() {
        return rate > 0;
    }

    /**
     * The most requests that can be outstanding.
     *
     * @return window times sessions.
     */
    public int outstanding() {
        return window * sessions;
    }

    /**
     * Starts a plan: 64 bytes there and back, one at a time, for 5 seconds after 1 second of
     * warm-up.
     *
     * @param uri where the server listens.
     * @return what makes the plan.
     */
    public static Builder to(final URI uri) {
        return new Builder(uri);
    }

    /** Makes a {@link LoadPlan}. */
    public static final class Builder {
        private final URI uri;
        private int requestSize = 64;
        private int responseSize = 64;
        private int window = 1;
        private int sessions = 1;
        private long count;
        private long durationNs = TimeUnit.SECONDS.toNanos(5);
        private long warmupNs = TimeUnit.SECONDS.toNanos(1);
        private double rate;
        private IdlePolicy idlePolicy = IdlePolicy.ADAPTIVE;
        private ConnectOptions connectOptions = ConnectOptions.defaults();

        private Builder(final URI uri) {
            this.uri = uri;
        }

        /**
         * Sets the sizes.
         *
         * @param request bytes of each request.
         * @param response bytes of each response.
         * @return this.
         */
        public Builder sizes(final int request, final int response) {
            requestSize = request;
            responseSize = response;
            return this;
        }

        /**
         * Sets the window.
         *
         * @param value requests that may be outstanding on each session.
         * @return this.
         */
        public Builder window(final int value) {
            window = value;
            return this;
        }

        /**
         * Sets the number of sessions.
         *
         * @param value sessions.
         * @return this.
         */
        public Builder sessions(final int value) {
            sessions = value;
            return this;
        }

        /**
         * Measures this many transactions, however long they take.
         *
         * @param value transactions.
         * @return this.
         */
        public Builder count(final long value) {
            count = value;
            return this;
        }

        /**
         * Measures for this long.
         *
         * @param valueNs nanoseconds.
         * @return this.
         */
        public Builder durationNs(final long valueNs) {
            count = 0;
            durationNs = valueNs;
            return this;
        }

        /**
         * Sets the warm-up.
         *
         * @param valueNs nanoseconds.
         * @return this.
         */
        public Builder warmupNs(final long valueNs) {
            warmupNs = valueNs;
            return this;
        }

        /**
         * Sends at a rate.
         *
         * @param perSecond requests per second; 0: as soon as the window allows.
         * @return this.
         */
        public Builder rate(final double perSecond) {
            rate = perSecond;
            return this;
        }

        /**
         * Sets the client's idle policy.
         *
         * @param value the policy.
         * @return this.
         */
        public Builder idlePolicy(final IdlePolicy value) {
            idlePolicy = value;
            return this;
        }

        /**
         * Sets how to connect.
         *
         * @param value options.
         * @return this.
         */
        public Builder connectOptions(final ConnectOptions value) {
            connectOptions = value;
            return this;
        }

        /**
         * Makes the plan.
         *
         * @return the plan.
         * @throws IllegalArgumentException if a value is out of range.
         */
        public LoadPlan build() {
            return new LoadPlan(
                    uri,
                    requestSize,
                    responseSize,
                    window,
                    sessions,
                    count,
                    durationNs,
                    warmupNs,
                    rate,
                    idlePolicy,
                    connectOptions);
        }
    }
}
