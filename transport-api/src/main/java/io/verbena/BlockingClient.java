// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A session whose calls wait for their responses. Safe for any number of threads, platform and
 * virtual ones: a virtual thread that waits here never pins its carrier.
 *
 * <p>{@link #connect(URI)} opens an event queue for the client alone, on one daemon thread named
 * {@code verbena-client-} and a number. Thread and memory are released as soon as the session is
 * closed, by {@link #close()} or by the peer.
 *
 * <p><strong>Failures</strong> are those of {@link AsyncClient}, thrown on the caller's thread: a
 * {@link VerbenaException} with its {@link VerbenaException#reason()}, {@link
 * SessionClosedException} if the request was not sent because the session is closed. Of the calls
 * on one client, {@link ClientOptions#concurrency()} are under way at a time and the rest wait for
 * their turn, each no longer than its own time.
 *
 * <p><strong>Interrupts.</strong> A thread that is interrupted while it waits, or was before, gets
 * a {@link VerbenaException} of reason {@link EventReason#CANCELLED} whose cause is an {@link
 * InterruptedException}, and its interrupt status stays set. The call is cancelled as {@link
 * AsyncClient}'s are; the client lives on.
 */
public final class BlockingClient implements AutoCloseable {
    private final ClientCore core;
    private final @Nullable ClientThread thread;
    private final Semaphore turns;

    private BlockingClient(final ClientCore core, final @Nullable ClientThread thread) {
        this.core = core;
        this.thread = thread;
        // As many as the core takes: so none of these calls ever overflows it.
        turns = new Semaphore(core.options().concurrency() + core.options().maxWaiting(), true);
    }

    /**
     * Connects, with default options, and waits until the server has accepted.
     *
     * @param uri where to, for example {@code tcp://server:9400/orders}.
     * @return the client.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     * @throws VerbenaException if there is no session; tells the true reason.
     */
    public static BlockingClient connect(final String uri) {
        return connect(URI.create(uri));
    }

    /**
     * Connects, with default options, and waits until the server has accepted.
     *
     * @param uri where to.
     * @return the client.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     * @throws VerbenaException if there is no session; tells the true reason.
     */
    public static BlockingClient connect(final URI uri) {
        return connect(uri, ClientOptions.defaults());
    }

    /**
     * Connects, and waits until the server has accepted, as long as {@link ClientOptions#connect()}
     * allows.
     *
     * @param uri where to.
     * @param options limits and time-outs.
     * @return the client.
     * @throws IllegalArgumentException if the URI can't ever be connected to, or the messages would
     *     need more than 2 GiB.
     * @throws VerbenaException if there is no session; tells the true reason. If the thread was
     *     interrupted, the cause is an {@link InterruptedException} and its interrupt status stays
     *     set.
     */
    public static BlockingClient connect(final URI uri, final ClientOptions options) {
        final ClientThread thread = ClientThread.start(uri, options);
        final BlockingClient client = new BlockingClient(thread.core(), thread);
        try {
            thread.awaitEstablished();
        } catch (final Throwable e) {
            client.close();
            throw e;
        }
        return client;
    }

    /**
     * Blocking calls on a client that is there already, and lives on its event queue. Calls from
     * that queue's own thread are refused, as they would wait for themselves.
     *
     * @param client the client; closing what this returns closes it.
     * @return the same client, with calls that wait. If calls are made on both, some may end in a
     *     {@link QueueOverflowException}.
     */
    public static BlockingClient over(final AsyncClient client) {
        return new BlockingClient(client.core(), null);
    }

    /**
     * Makes a call and waits for its response, for {@link ClientOptions#timeoutNs()} at most.
     *
     * @param request what to send: the bytes from position to limit; the buffer is left as it is.
     * @return the response, a read-only buffer of the caller's own, from position 0 to its limit.
     * @throws VerbenaException if there is none; see above.
     * @throws IllegalStateException if this is the thread of the client's event queue.
     */
    public ByteBuffer call(final ByteBuffer request) {
        return call(request, core.options().timeoutNs());
    }

    /**
     * Makes a call and waits for its response.
     *
     * @param request what to send: the bytes from position to limit; the buffer is left as it is.
     * @param timeout the longest to wait, above 0.
     * @return the response, a read-only buffer of the caller's own, from position 0 to its limit.
     * @throws VerbenaException if there is none; see above.
     * @throws IllegalArgumentException if the timeout isn't above 0.
     * @throws IllegalStateException if this is the thread of the client's event queue.
     */
    public ByteBuffer call(final ByteBuffer request, final Duration timeout) {
        return call(request, ClientCore.nanos(timeout));
    }

    private ByteBuffer call(final ByteBuffer request, final long timeoutNs) {
        if (timeoutNs <= 0) {
            throw ClientFailures.badTimeout(timeoutNs);
        }
        if (core.eventQueue().inEventLoop()) {
            throw new IllegalStateException(
                    "a blocking call on the thread of its own event queue would wait for itself; use AsyncClient there");
        }
        final long startNs = System.nanoTime();
        try {
            if (!turns.tryAcquire(timeoutNs, TimeUnit.NANOSECONDS)) {
                throw ClientFailures.late(timeoutNs);
            }
            try {
                return await(request, timeoutNs, timeoutNs - (System.nanoTime() - startNs));
            } finally {
                turns.release();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClientFailures.interrupted("a response", e);
        }
    }

    private ByteBuffer await(final ByteBuffer request, final long timeoutNs, final long remainingNs)
            throws InterruptedException {
        if (remainingNs <= 0) {
            throw ClientFailures.late(timeoutNs);
        }
        final CompletableFuture<ByteBuffer> response = core.call(request, remainingNs, false);
        try {
            return response.get(remainingNs, TimeUnit.NANOSECONDS);
        } catch (final TimeoutException e) {
            throw ClientFailures.late(timeoutNs);
        } catch (final ExecutionException e) {
            throw ClientFailures.here(e.getCause());
        } finally {
            // Of no effect if it is done.
            response.cancel(false);
        }
    }

    /**
     * Where the client connects to.
     *
     * @return the URI.
     */
    public URI uri() {
        return core.uri();
    }

    /**
     * Does the client take calls?
     *
     * @return whether it is neither closing nor closed.
     */
    public boolean isOpen() {
        return !core.isClosing();
    }

    /**
     * Closes the session in good order and waits until everything is released: {@link
     * SessionOptions#closeTimeoutNs()} and a little more, at most. Calls that wait for their turn
     * fail, those under way are still answered, as far as the server answers them in time.
     * Idempotent; an interrupt ends the wait, and the rest happens without it.
     *
     * <p>The {@link AsyncClient} that this one is {@link #over} is closed too, its event queue is
     * not; on the thread of that, nothing is waited for.
     */
    @Override
    public void close() {
        core.close();
        if (thread != null) {
            thread.awaitEnd();
        } else if (!core.eventQueue().inEventLoop()) {
            awaitClosed();
        }
    }

    private void awaitClosed() {
        final long timeoutNs =
                ClientThread.withGrace(core.options().connect().session().closeTimeoutNs());
        try {
            final var unused = core.closed().get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final TimeoutException | ExecutionException e) {
            // Nobody runs the event loop. Whoever does, later, completes the close.
        }
    }

    @Override
    public String toString() {
        return "BlockingClient[%s, %s]".formatted(core.uri(), isOpen() ? "open" : "closed");
    }
}
