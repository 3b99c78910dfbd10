// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A session with a {@link CompletableFuture} for each request. Thread-safe: every method may be
 * called from any thread, and none of them blocks.
 *
 * <p>The client lives on an event queue of its caller's, and makes progress while somebody runs
 * that.
 *
 * <p><strong>Calls.</strong> A call's request is copied before {@link #call} returns, its response
 * is a buffer of the caller's own. Of calls by one thread, the requests are sent in order. Every
 * call has a deadline and every future completes, also if nobody runs the event loop any more. A
 * call that fails, fails with a {@link VerbenaException} (behind a {@link
 * java.util.concurrent.CompletionException} or {@link java.util.concurrent.ExecutionException}, as
 * with every such future), whose {@link VerbenaException#reason()} tells why:
 *
 * <ul>
 *   <li>{@link SessionClosedException}: the session is closing or closed, for that reason. The
 *       request was not sent, so it may be made again on another session.
 *   <li>{@link QueueOverflowException}: as many calls as {@link ClientOptions} allows are
 *       outstanding. The request was not sent.
 *   <li>{@link EventReason#FLUSHED}: the session ended before the response came; whether the server
 *       has carried out the request isn't known. The {@linkplain Throwable#getCause() cause} is a
 *       {@link SessionClosedException} that tells why.
 *   <li>{@link EventReason#DEADLINE_EXCEEDED}: no response in time. Whether the server has carried
 *       out the request, or will, isn't known.
 *   <li>{@link EventReason#REQUEST_TOO_LARGE}, {@link EventReason#RESPONSE_TOO_LARGE}, {@link
 *       EventReason#DISCARDED}: this call failed, and the session lives.
 * </ul>
 *
 * <p><strong>Cancelling.</strong> A future may be cancelled, or completed, by its owner. A request
 * that waits is then never sent. One that was sent keeps its message until the response, which is
 * thrown away, or the deadline.
 *
 * <p><strong>Threads.</strong> Futures complete on the event queue's thread, and what depends on
 * them runs there: it must not block. Use the {@code Async} methods of {@link CompletableFuture}
 * for what does. Only if that thread is more than a second late, a deadline completes its future on
 * a thread of the JDK's common pool.
 */
public final class AsyncClient implements AutoCloseable {
    private final ClientCore core;

    private AsyncClient(final ClientCore core) {
        this.core = core;
    }

    /**
     * Starts to connect, with default options.
     *
     * @param eventQueue the event queue on which the client will live.
     * @param uri where to, as for {@link ClientSession#connect(EventQueueHandler, URI,
     *     ClientSession.Handler)}.
     * @return the client; calls may be made at once, and wait until the session is established.
     * @throws IllegalArgumentException if it can be seen at once that the URI is none to connect
     *     to.
     * @throws VerbenaException if the event queue is closed.
     */
    public static AsyncClient connect(final EventQueueHandler eventQueue, final URI uri) {
        return connect(eventQueue, uri, ClientOptions.defaults());
    }

    /**
     * Starts to connect. From a call-back on the event queue's thread it throws what fails at once;
     * from elsewhere, as nothing waits here, that too is told by {@link #established()}, by {@link
     * #closed()} and by every call.
     *
     * @param eventQueue the event queue on which the client will live.
     * @param uri where to, as for {@link ClientSession#connect(EventQueueHandler, URI,
     *     ClientSession.Handler)}.
     * @param options limits and time-outs.
     * @return the client; calls may be made at once, and wait until the session is established.
     * @throws IllegalArgumentException if it can be seen at once that the URI is none to connect
     *     to, or the messages would need more than 2 GiB.
     * @throws VerbenaException if the event queue is closed, or the transport can't be used here.
     */
    public static AsyncClient connect(
            final EventQueueHandler eventQueue, final URI uri, final ClientOptions options) {
        final ClientCore core = new ClientCore(eventQueue, uri, options);
        core.connect();
        return new AsyncClient(core);
    }

    /**
     * Makes a call that must be answered within {@link ClientOptions#timeoutNs()}.
     *
     * @param request what to send: the bytes from position to limit, which are copied; the buffer
     *     is left as it is.
     * @return the response, a read-only buffer from position 0 to its limit; see above for how it
     *     can fail.
     */
    public CompletableFuture<ByteBuffer> call(final ByteBuffer request) {
        return core.call(request, core.options().timeoutNs(), true);
    }

    /**
     * Makes a call that must be answered in time.
     *
     * @param request what to send: the bytes from position to limit, which are copied; the buffer
     *     is left as it is.
     * @param timeout from now, above 0.
     * @return the response, a read-only buffer from position 0 to its limit; see above for how it
     *     can fail.
     * @throws IllegalArgumentException if the timeout isn't above 0.
     */
    public CompletableFuture<ByteBuffer> call(final ByteBuffer request, final Duration timeout) {
        return core.call(request, ClientCore.nanos(timeout), true);
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
     * When the server accepts the session.
     *
     * @return a future of the caller's own: fails with a {@link VerbenaException} and the true
     *     reason if the session is never established.
     */
    public CompletableFuture<Void> established() {
        return core.established().copy();
    }

    /**
     * When the session is closed, by whomever, and everything of this client's is released.
     *
     * @return a future of the caller's own, which never fails.
     */
    public CompletableFuture<SessionClosed> closed() {
        return core.closed().copy();
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
     * Closes the session in good order, as {@link ClientSession#close()}: calls that wait fail,
     * those under way are still answered, as far as the server answers them within {@link
     * SessionOptions#closeTimeoutNs()}. Every future has completed before the one that is returned.
     * Idempotent.
     *
     * @return when it is closed; as {@link #closed()}.
     */
    public CompletableFuture<SessionClosed> closeAsync() {
        core.close();
        return closed();
    }

    /** The same as {@link #closeAsync()}; doesn't wait. */
    @Override
    public void close() {
        core.close();
    }

    ClientCore core() {
        return core;
    }

    @Override
    public String toString() {
        return "AsyncClient[%s, %s]".formatted(core.uri(), isOpen() ? "open" : "closed");
    }
}
