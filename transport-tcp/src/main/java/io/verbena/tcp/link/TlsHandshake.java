// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.spi.PollerContext;
import io.verbena.spi.PollerContext.Timer;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A handshake, from the first byte to a {@link TlsLink}. What takes long is done by {@link
 * TlsTasks}, and nothing is read meanwhile; all else happens on the event queue's thread.
 */
public final class TlsHandshake implements HandshakeLimit.Waiter {
    private final PollerContext context;
    private final TlsTasks tasks;
    private final Setup setup;
    private final Owner owner;
    private final LinkMemory memory;
    private final Records records;
    private final TlsFaults faults;
    private final Timer timer;
    private @Nullable SSLEngine engine;

    private boolean entered;
    private boolean waiting;

    /** A thread of {@link TlsTasks} has the engine. */
    private boolean away;

    private boolean over;

    /** Makes an engine; may block. */
    @FunctionalInterface
    public interface Engines {
        /**
         * Makes an engine.
         *
         * @return an engine that has not begun.
         * @throws IOException if there can be none.
         */
        SSLEngine newEngine() throws IOException;
    }

    /**
     * What kind of handshake.
     *
     * @param engines who makes the engine.
     * @param timeoutNs the longest that it may take.
     * @param limit at a server, how many there may be; null at a client, who speaks first.
     */
    public record Setup(Engines engines, long timeoutNs, @Nullable HandshakeLimit limit) {}

    /** Whose handshake it is. */
    public interface Owner {
        /**
         * What the selector is to wait for now.
         *
         * @param read something to read.
         * @param write room to write.
         */
        void onInterest(boolean read, boolean write);

        /**
         * It is done.
         *
         * @param link what carries the connection from now on.
         */
        void onSecured(Link link);

        /**
         * It has failed, and its buffers are given back. The peer may have been sent why.
         *
         * @param e what of.
         */
        void onFailed(LinkException e);
    }

    /**
     * Begins.
     *
     * @param context the event queue.
     * @param tasks the threads.
     * @param memory the event queue's buffers.
     * @param setup what kind of handshake.
     * @param channel connected, not blocking.
     * @param peer the other end, for people.
     * @param owner who is told, not before this has returned.
     */
    public TlsHandshake(
            final PollerContext context,
            final TlsTasks tasks,
            final LinkMemory memory,
            final Setup setup,
            final SocketChannel channel,
            final String peer,
            final Owner owner) {
        this.context = context;
        this.tasks = tasks;
        this.setup = setup;
        this.owner = owner;
        this.memory = memory;
        this.records = new Records(channel, memory);
        this.faults = new TlsFaults(peer);
        this.timer =
                context.schedule(setup.timeoutNs(), () -> fail(faults.late(setup.timeoutNs())));
    }

    /** Begins: at a client at once, at a server when something has come. */
    public void start() {
        if (setup.limit() == null) {
            makeEngine();
        } else {
            owner.onInterest(true, false);
        }
    }

    /** The socket is ready for what was asked. */
    public void onReady() {
        if (over || away || waiting) {
            return;
        }
        if (!mayBegin()) {
            return;
        }
        if (engine == null) {
            lookAtFirstBytes();
        } else {
            advance();
        }
    }

    /** What a client sends first is not read before it may begin. */
    private boolean mayBegin() {
        final HandshakeLimit limit = setup.limit();
        if (limit == null || entered) {
            return true;
        }
        entered = limit.enter(this);
        if (!entered) {
            waiting = true;
            owner.onInterest(false, false);
        }
        return entered;
    }

    @Override
    public void onEntered() {
        waiting = false;
        entered = true;
        // Not from here: this is another handshake's end.
        owner.onInterest(true, false);
    }

    private void lookAtFirstBytes() {
        try {
            if (records.fill() < 0) {
                fail(faults.endedInHandshake(null));
                return;
            }
        } catch (final IOException e) {
            fail(faults.endedInHandshake(e));
            return;
        }
        switch (FirstBytes.speaker(records)) {
            case UNKNOWN -> {
                // More will come, or the time will be over.
            }
            case TLS -> makeEngine();
            case VERBENA -> {
                FirstBytes.sayGoodbye(records);
                fail(faults.verbenaWithoutTls());
            }
            case STRANGER -> fail(faults.noTls());
        }
    }

    // ---- what takes long

    private void makeEngine() {
        sendAway(
                () -> {
                    final SSLEngine made = setup.engines().newEngine();
                    if (!comeBack(() -> begin(made))) {
                        Tls.release(made);
                    }
                });
    }

    /** Something that may throw. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void sendAway(final Work work) {
        away = true;
        owner.onInterest(false, false);
        tasks.executor()
                .execute(
                        () -> {
                            try {
                                work.run();
                            } catch (final IOException e) {
                                comeBackWith(faults.noEngine(e));
                            } catch (final Throwable e) {
                                comeBackWith(faults.taskFailed(e));
                            }
                        });
    }

    /** Back to the event queue's thread; false if that is closed. */
    private boolean comeBack(final Runnable task) {
        try {
            context.execute(task);
            return true;
        } catch (final RejectedExecutionException e) {
            return false;
        }
    }

    private void comeBackWith(final LinkException e) {
        if (!comeBack(() -> returned(e))) {
            releaseEngine();
        }
    }

    private void returned(final LinkException e) {
        away = false;
        if (over) {
            releaseEngine();
        } else {
            fail(e);
        }
    }

    private void begin(final SSLEngine made) {
        away = false;
        engine = made;
        if (over) {
            releaseEngine();
            return;
        }
        try {
            if (Tls.worksOnHeap(made)) {
                records.useHeap();
            }
            made.beginHandshake();
        } catch (final SSLException e) {
            fail(faults.explain(e));
            return;
        }
        advance();
    }

    private void runTasks(final SSLEngine busy) {
        final List<Runnable> found = new ArrayList<>();
        for (Runnable task = busy.getDelegatedTask();
                task != null;
                task = busy.getDelegatedTask()) {
            found.add(task);
        }
        sendAway(
                () -> {
                    found.forEach(Runnable::run);
                    if (!comeBack(this::tasksAreDone)) {
                        // The event queue was closed, and left the engine to this thread.
                        Tls.release(busy);
                    }
                });
    }

    private void tasksAreDone() {
        away = false;
        if (over) {
            releaseEngine();
        } else {
            advance();
        }
    }

    // ---- what doesn't

    private void advance() {
        final SSLEngine current = engine;
        if (current == null) {
            return;
        }
        try {
            switch (new HandshakeSteps(current, records, memory, faults).advance()) {
                case TASKS -> runTasks(current);
                case READ -> owner.onInterest(true, false);
                case WRITE -> owner.onInterest(false, true);
                case DONE -> done(current);
                case NOTHING -> throw new AssertionError("it goes on until something is awaited");
            }
        } catch (final SSLException e) {
            Tls.lastWords(current, records);
            fail(faults.explain(e));
        } catch (final LinkException e) {
            Tls.lastWords(current, records);
            fail(e);
        } catch (final IOException e) {
            fail(faults.endedInHandshake(e));
        }
    }

    private void done(final SSLEngine current) {
        final TlsLink link = new TlsLink(records, current, faults);
        engine = null;
        end();
        owner.onSecured(link);
    }

    // ---- the end

    private void fail(final LinkException e) {
        if (over) {
            return;
        }
        cancel();
        owner.onFailed(e);
    }

    /** Ends it; nobody is told. Idempotent. */
    public void cancel() {
        if (over) {
            return;
        }
        end();
        records.close();
        if (!away) {
            releaseEngine();
        }
    }

    private void end() {
        over = true;
        timer.cancel();
        final HandshakeLimit limit = setup.limit();
        if (limit != null && entered) {
            entered = false;
            limit.leave();
        } else if (limit != null && waiting) {
            limit.giveUp(this);
        }
    }

    private void releaseEngine() {
        final SSLEngine current = engine;
        if (current != null) {
            engine = null;
            Tls.release(current);
        }
    }
}
