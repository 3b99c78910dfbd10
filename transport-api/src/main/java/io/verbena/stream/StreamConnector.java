// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;
import java.net.URI;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client's streams to one server, for many threads: each gets one for itself, connections are
 * kept and used again, and a server that can't be reached is left alone for a while, during which
 * {@link #call} does the work here. Thread-safe.
 */
public final class StreamConnector implements AutoCloseable {
    /** As OpenJ9: the first one and two more. */
    private static final int MAX_ATTEMPTS = 3;

    private final URI uri;
    private final StreamOptions options;
    private final BackOff backOff;
    private final StreamStatistics statistics = new StreamStatistics();
    private final ConcurrentLinkedDeque<ClientStream> idle = new ConcurrentLinkedDeque<>();

    // Under the lock of this.
    private int failures;
    private long heldUntilNs;
    private @Nullable StreamFailure heldBecause;

    private volatile boolean closed;

    /**
     * Makes a connector, which connects when it must.
     *
     * @param uri where to, as for {@link io.verbena.ClientSession#connect}.
     * @param options time-outs, limits and this end's version.
     * @param backOff how long to wait after a failure.
     */
    public StreamConnector(final URI uri, final StreamOptions options, final BackOff backOff) {
        this.uri = uri;
        this.options = options;
        this.backOff = backOff;
    }

    /**
     * Makes a connector with default options.
     *
     * @param uri where to.
     */
    public StreamConnector(final URI uri) {
        this(uri, StreamOptions.defaults(), BackOff.defaults());
    }

    /**
     * Connects, unless the server is being left alone.
     *
     * @return a new stream, the caller's.
     * @throws StreamFailure if it can't connect, or it is too early to try again: then it fails at
     *     once, with the failure before as its cause.
     */
    public ClientStream connect() {
        checkAvailable();
        try {
            final ClientStream stream = ClientStream.connect(uri, options, statistics);
            available();
            return stream;
        } catch (final StreamFailure e) {
            if (e.reason() != EventReason.CANCELLED) {
                unavailable(e);
            }
            throw e;
        }
    }

    private synchronized void checkAvailable() {
        if (closed) {
            throw new IllegalStateException("the connector is closed");
        }
        final StreamFailure because = heldBecause;
        final long leftNs = heldUntilNs - System.nanoTime();
        if (because != null && leftNs > 0) {
            throw new StreamFailure(
                    because.reason(),
                    false,
                    "%s is left alone for another %d ms: %s"
                            .formatted(
                                    uri,
                                    TimeUnit.NANOSECONDS.toMillis(leftNs),
                                    because.getMessage()),
                    because);
        }
    }

    private synchronized void available() {
        failures = 0;
        heldBecause = null;
    }

    private synchronized void unavailable(final StreamFailure because) {
        failures++;
        hold(because, backOff.afterNs(failures, ThreadLocalRandom.current()));
    }

    private synchronized void hold(final StreamFailure because, final long forNs) {
        heldBecause = because;
        heldUntilNs = System.nanoTime() + forNs;
    }

    /**
     * Would {@link #connect()} try now?
     *
     * @return false while the server is being left alone.
     */
    public synchronized boolean isAvailable() {
        return !closed && (heldBecause == null || heldUntilNs - System.nanoTime() <= 0);
    }

    /**
     * Has the server do something, or does it here. The work gets a stream for itself, kept from an
     * earlier call where there is one, and is done again on a new connection as long as its failure
     * says {@link StreamFailure#retryImmediately()}, or a kept connection has turned out to be
     * broken; three times in all at most.
     *
     * @param remote has the server do it: one request, to its result. It must be fit to be done
     *     again.
     * @param local does it here, and gets why the server doesn't.
     * @param <T> the result.
     * @return the result of either.
     */
    public <T> T call(
            final Function<ClientStream, T> remote, final Function<StreamFailure, T> local) {
        StreamFailure failure = null;
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            final ClientStream kept = attempt == 1 ? idle.pollFirst() : null;
            try {
                return use(kept == null ? connect() : kept, remote);
            } catch (final StreamVersionIncompatible e) {
                hold(e, backOff.incompatibleNs());
                failure = e;
                break;
            } catch (final StreamFailure e) {
                failure = e;
                if (!e.retryImmediately() && kept == null) {
                    break;
                }
            }
        }
        if (failure == null) {
            throw new AssertionError("an attempt returns or fails");
        }
        return local.apply(failure);
    }

    private <T> T use(final ClientStream stream, final Function<ClientStream, T> remote) {
        boolean keep = false;
        try {
            final T result = remote.apply(stream);
            keep = stream.mayWrite();
            return result;
        } catch (final ServerCompilationFailure e) {
            keep = stream.mayWrite();
            throw e;
        } finally {
            if (keep && !closed) {
                idle.addFirst(stream);
                if (closed) {
                    closeIdle();
                }
            } else {
                stream.close();
            }
        }
    }

    /**
     * Tells the server that this client ends for good, on a connection of its own, and closes the
     * kept ones.
     *
     * @param clientId the identity by which the server knows this client.
     * @throws StreamFailure if the server can't be told.
     */
    public void terminateSession(final long clientId) {
        final ClientStream stream = connect();
        try {
            stream.terminateSession(clientId);
        } finally {
            stream.close();
            close();
        }
    }

    /**
     * What has been counted, over all streams.
     *
     * @return the statistics.
     */
    public StreamStatistics statistics() {
        return statistics;
    }

    /** Closes the connections that are kept; those in use are closed after use. Idempotent. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    private void closeIdle() {
        for (ClientStream stream = idle.pollFirst(); stream != null; stream = idle.pollFirst()) {
            stream.close();
        }
    }
}
