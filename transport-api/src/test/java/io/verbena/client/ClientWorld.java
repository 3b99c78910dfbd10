// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.verbena.AsyncClient;
import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.VerbenaException;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.RecordingServer;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server on a thread of its own, and a thread with an event queue for clients. */
final class ClientWorld implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int MESSAGES = 64;
    private static final int BYTES = 4096;

    static {
        // What is there once and stays, the JDK's timer thread and Netty's odd byte, is no leak.
        MsgPool.direct(1, 1, 1).close();
        final CompletableFuture<Boolean> timer = new CompletableFuture<>();
        assertThat(timer.completeOnTimeout(true, 1, TimeUnit.NANOSECONDS).join()).isTrue();
    }

    final URI uri = URI.create("mem://client-" + COUNT.incrementAndGet());
    final RecordingServer handler = new RecordingServer();
    final LoopThread server = new LoopThread(open());
    final LoopThread client = new LoopThread(open());
    final ServerPortal portal;
    private final MsgPool pool = Leaks.pool(MESSAGES, BYTES, BYTES);

    ClientWorld() {
        this(SessionOptions.defaults());
    }

    ClientWorld(final SessionOptions options) {
        this(options, null);
    }

    /** With a decision of the test's own on each session. */
    ClientWorld(final Consumer<SessionRequest> decision) {
        this(SessionOptions.defaults(), decision);
    }

    private ClientWorld(final SessionOptions options, final Consumer<SessionRequest> decision) {
        portal =
                server.call(
                        () -> {
                            server.queue().bind(pool);
                            return ServerPortal.listen(
                                    server.queue(),
                                    uri,
                                    decision == null
                                            ? request -> request.accept(handler)
                                            : decision::accept,
                                    PortalOptions.defaults().withSession(options));
                        });
    }

    /** Loads the class before anybody counts threads. */
    static void warmUp() {}

    private static EventQueueHandler open() {
        return EventQueueHandler.open(
                EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.BLOCK));
    }

    AsyncClient connect() {
        return connect(ClientOptions.defaults());
    }

    AsyncClient connect(final ClientOptions options) {
        return AsyncClient.connect(client.queue(), uri, options);
    }

    MemFaults faults() {
        return MemNetwork.faults(uri);
    }

    /** Requests are kept from now on. */
    void hold() {
        server.run((Runnable) handler::hold);
    }

    void awaitRequests(final int count) {
        await().until(() -> handler.requests() >= count);
    }

    /** Answers the oldest request that is kept. */
    void answerFirst() {
        server.run(handler::echoFirst);
    }

    void answerAll() {
        server.run(
                () -> {
                    while (!handler.held().isEmpty()) {
                        handler.echoFirst();
                    }
                    handler.echo();
                });
    }

    void discardAll() {
        server.run(handler::discardHeld);
    }

    /** The server's process dies: the links break, and what it held is of no use. */
    void die() {
        faults().cut();
    }

    @Override
    public void close() {
        client.close();
        server.run(
                () -> {
                    handler.whenClosing(session -> handler.discardHeld());
                    handler.discardHeld();
                });
        server.close();
        handler.assertSound();
        pool.close();
    }

    static ClientOptions closeTimeoutMs(final long ms) {
        return ClientOptions.defaults()
                .withConnect(
                        ConnectOptions.defaults()
                                .withSession(
                                        SessionOptions.defaults()
                                                .withCloseTimeoutNs(
                                                        TimeUnit.MILLISECONDS.toNanos(ms))));
    }

    static ByteBuffer bytes(final String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static String text(final ByteBuffer buffer) {
        return UTF_8.decode(buffer.duplicate()).toString();
    }

    /** What a future gives, in time. */
    static <T> T result(final CompletableFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (final ExecutionException e) {
            throw new AssertionError("the future failed", e.getCause());
        } catch (final InterruptedException | TimeoutException e) {
            throw new AssertionError("the future did not complete", e);
        }
    }

    /** How a future fails, in time. */
    static VerbenaException failure(final CompletableFuture<?> future) {
        try {
            throw new AssertionError("did not fail, but gave " + future.get(20, TimeUnit.SECONDS));
        } catch (final ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(VerbenaException.class);
            return (VerbenaException) e.getCause();
        } catch (final InterruptedException | TimeoutException | CancellationException e) {
            throw new AssertionError("the future did not fail by itself", e);
        }
    }
}
