// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;
import io.verbena.Msg;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a conversation, in which the two ends take turns: each message is answered by exactly
 * one, and the client has the first word. Who writes twice, or reads what can't have been sent,
 * gets an {@code IllegalStateException}.
 *
 * <p>For one thread at a time, which may be another one each time if the stream is handed over
 * properly; only {@link #cancel()} may be called by any. Calls block, and every wait has a
 * deadline. On virtual threads, too: JDK 25 lets those that wait here go, JDK 21 starts another
 * carrier thread for each, and over RDMA another thread waits for each.
 *
 * <p>After a {@link StreamFailure} out of {@code read}, {@code write} or {@code send} the stream
 * can only be closed. Other failures, such as those of a {@link MessageReader}, leave it as it is.
 */
public abstract sealed class MessageStream implements AutoCloseable
        permits ClientStream, ServerStream {
    private enum Turn {
        WRITE,
        READ,
        FAILED,
        CLOSED
    }

    private final Carrier carrier;
    private final StreamOptions options;
    private final StreamStatistics statistics;

    /** As long as the stream is busy. */
    private @Nullable StreamCounter counter;

    private final MessageBuffer outgoing;
    private final MessageBuffer incoming;
    private final MessageWriter writer;
    private final MessageReader reader;
    private Turn turn;
    private @Nullable Msg current;

    /** Of the message that was sent last; -1 before the first. */
    private int sentType = -1;

    MessageStream(
            final Carrier carrier,
            final StreamOptions options,
            final StreamStatistics statistics,
            final boolean writesFirst) {
        this.carrier = carrier;
        this.options = options;
        this.statistics = statistics;
        turn = writesFirst ? Turn.WRITE : Turn.READ;
        final MessageLimits limits = options.limits();
        outgoing = new MessageBuffer(limits.maxMessageBytes(), options.order());
        incoming = new MessageBuffer(limits.maxMessageBytes(), options.order());
        writer = new MessageWriter(outgoing, limits);
        reader = new MessageReader(limits);
    }

    // ---- writing

    /**
     * Begins to write a message; {@link #send()} follows, and what was begun before and not sent is
     * forgotten.
     *
     * @param type the message's type, 0 to 65535.
     * @return where to write its values.
     * @throws IllegalStateException if it is the other end's turn, or the stream has ended.
     */
    public final MessageWriter begin(final int type) {
        checkTurn(Turn.WRITE, "written");
        final Msg msg = message();
        outgoing.begin(msg.out());
        final StreamVersion version = versionFor(type);
        return writer.begin(type, version.version(), version.config());
    }

    /** Sends the message that was begun, in the time of {@link StreamOptions#timeoutNs()}. */
    public final void send() {
        send(options.timeoutNs());
    }

    /**
     * Sends the message that was begun.
     *
     * @param timeoutNs nanoseconds that it may take; only messages that go in pieces wait at all.
     * @throws StreamFailure if it can't be sent.
     */
    public final void send(final long timeoutNs) {
        checkTurn(Turn.WRITE, "sent");
        final int length = writer.finish();
        try {
            transmit(length, timeoutNs);
        } catch (final StreamFailure e) {
            failed();
            throw e;
        }
        turn = Turn.READ;
        sentType = writer.type();
        counter().sent(sentType, length);
    }

    /**
     * Writes a message and sends it.
     *
     * @param type the message's type, 0 to 65535.
     * @param values writes its values.
     * @throws StreamFailure if it can't be sent.
     */
    public final void write(final int type, final Consumer<MessageWriter> values) {
        values.accept(begin(type));
        send();
    }

    /**
     * Sends a message without values.
     *
     * @param type the message's type, 0 to 65535.
     * @throws StreamFailure if it can't be sent.
     */
    public final void write(final int type) {
        begin(type);
        send();
    }

    private void transmit(final int length, final long timeoutNs) {
        Msg msg = message();
        if (outgoing.isLent()) {
            msg.out().position(length);
        } else {
            final long deadlineNs = System.nanoTime() + timeoutNs;
            final ByteBuffer message = outgoing.bytes();
            int sent = 0;
            while (true) {
                final ByteBuffer piece = msg.out();
                final int bytes = Math.min(piece.limit(), length - sent);
                if (bytes < Math.min(Layout.HEADER_BYTES, length - sent)) {
                    throw new StreamFailure(
                            EventReason.RESPONSE_TOO_LARGE,
                            false,
                            "%s has room for %d bytes only; raise StreamOptions.fragmentBytes there"
                                    .formatted(remoteAddress(), piece.limit()),
                            null);
                }
                piece.put(0, message, sent, bytes).position(bytes);
                sent += bytes;
                if (sent == length) {
                    break;
                }
                carrier.send(msg);
                msg = carrier.receive(System.nanoTime(), deadlineNs);
                current = msg;
                if (msg.in().limit() != 0) {
                    throw new StreamMalformedMessage(
                            "%d bytes came where a message was to go on"
                                    .formatted(msg.in().limit()));
                }
            }
        }
        carrier.send(msg);
    }

    // ---- reading

    /**
     * Waits for the other end's message, for {@link StreamOptions#timeoutNs()} at most.
     *
     * @return its type; the values are in {@link #in()}.
     * @throws StreamFailure as for {@link #read(long)}.
     */
    public final int read() {
        return read(options.timeoutNs());
    }

    /**
     * Waits for the other end's message.
     *
     * @param timeoutNs the longest wait in nanoseconds, above 0.
     * @return its type; the values are in {@link #in()}.
     * @throws StreamFailure if it doesn't come: the time is over, the link is broken, or what came
     *     is no message.
     * @throws StreamInterrupted at a server, if the client gives its request up.
     * @throws StreamConnectionTerminate at a server, if the client ends the connection.
     * @throws StreamClientSessionTerminate at a server, if the client's process ends.
     * @throws StreamVersionIncompatible if the two ends are of different versions.
     * @throws IllegalStateException if it is this end's turn, or the stream has ended.
     */
    public final int read(final long timeoutNs) {
        checkTurn(Turn.READ, "read");
        final long startNs = System.nanoTime();
        final int type;
        try {
            receive(startNs, timeoutNs);
            type = reader.type();
            final StreamCounter counts = counter();
            counts.received(type, reader.size());
            if (sentType >= 0) {
                counts.answered(sentType, System.nanoTime() - startNs);
            }
            turn = Turn.WRITE;
            arrived(type, reader);
        } catch (final StreamFailure e) {
            failed();
            throw e;
        }
        return type;
    }

    /**
     * Waits for a message that must be of a certain type, for {@link StreamOptions#timeoutNs()} at
     * most.
     *
     * @param type the type.
     * @return the message's values.
     * @throws ServerCompilationFailure at a client, if the server has failed instead; the stream
     *     can be used on.
     * @throws StreamMessageTypeMismatch if it is of another type.
     * @throws StreamFailure as for {@link #read(long)}.
     */
    public final MessageReader expect(final int type) {
        final int came = read();
        if (came != type) {
            final StreamFailure failure = unexpected(type, came, reader);
            if (!(failure instanceof ServerCompilationFailure)) {
                failed();
            }
            throw failure;
        }
        return reader;
    }

    /**
     * The values of the message that was read last. They are gone when a message is sent.
     *
     * @return the reader, always the same.
     */
    public final MessageReader in() {
        return reader;
    }

    private void receive(final long startNs, final long timeoutNs) {
        final long deadlineNs = startNs + timeoutNs;
        final Msg msg = carrier.receive(startNs, deadlineNs);
        current = msg;
        final ByteBuffer bytes = msg.in();
        final int length = bytes.limit();
        if (length < Layout.HEADER_BYTES) {
            throw new StreamMalformedMessage("%d bytes are no message".formatted(length));
        }
        final ByteOrder order = orderOf(bytes);
        bytes.order(order);
        final int size = MessageReader.sizeOf(bytes, 0, options.limits().maxMessageBytes());
        if (size == length) {
            reader.wrapSized(bytes, 0, size);
        } else if (size > length) {
            assemble(msg, size, deadlineNs);
        } else {
            reader.wrap(bytes, 0, length);
        }
    }

    /** Asks for the rest of a message that comes in pieces. */
    private void assemble(final Msg first, final int size, final long deadlineNs) {
        Msg msg = first;
        incoming.clear();
        int have = 0;
        while (true) {
            final int bytes = msg.in().limit();
            if (bytes == 0 || bytes > size - have) {
                throw new StreamMalformedMessage(
                        "%d bytes came where %d of a message were missing"
                                .formatted(bytes, size - have));
            }
            incoming.reserve(have, have + bytes).put(have, msg.in(), 0, bytes);
            have += bytes;
            if (have == size) {
                break;
            }
            msg.out().position(0);
            carrier.send(msg);
            msg = carrier.receive(System.nanoTime(), deadlineNs);
            current = msg;
        }
        reader.wrap(incoming.bytes(), 0, size);
    }

    // ---- what the two ends do in their own way

    /** What is said of this end in a message of that type. */
    abstract StreamVersion versionFor(int type);

    /** A message is there, and this end's turn; throws what the message stands for. */
    abstract void arrived(int type, MessageReader message);

    /** What to throw if a message of another type has come than was expected. */
    abstract StreamFailure unexpected(int expected, int type, MessageReader message);

    /** The byte order of a message, from now on of those that are sent as well. */
    ByteOrder orderOf(final ByteBuffer message) {
        return outgoing.order();
    }

    final void useOrder(final ByteOrder order) {
        outgoing.order(order);
        incoming.order(order);
    }

    final StreamOptions options() {
        return options;
    }

    final boolean mayWrite() {
        return turn == Turn.WRITE;
    }

    final boolean isOver() {
        return turn == Turn.CLOSED;
    }

    final boolean hasFailed() {
        return turn == Turn.FAILED;
    }

    /** Gives back what only a busy stream needs. */
    final void trim() {
        outgoing.close();
        incoming.close();
        final StreamCounter present = counter;
        if (present != null) {
            counter = null;
            statistics.give(present);
        }
    }

    private StreamCounter counter() {
        StreamCounter present = counter;
        if (present == null) {
            present = statistics.take();
            counter = present;
        }
        return present;
    }

    private void failed() {
        if (turn != Turn.CLOSED) {
            turn = Turn.FAILED;
        }
    }

    /** Throws if the stream is somebody else's. */
    void checkOwned() {}

    private void checkTurn(final Turn wanted, final String what) {
        checkOwned();
        if (turn != wanted) {
            final String why =
                    switch (turn) {
                        case WRITE -> "it is this end's turn to write";
                        case READ -> "the other end is to be read first";
                        case FAILED -> "the stream has failed; close it";
                        case CLOSED -> "the stream is closed";
                    };
            throw new IllegalStateException("nothing can be %s: %s".formatted(what, why));
        }
    }

    private Msg message() {
        final Msg msg = current;
        if (msg == null) {
            throw new IllegalStateException("the stream has no message to write into");
        }
        return msg;
    }

    final void firstMessage(final Msg msg) {
        current = msg;
    }

    // ---- the end

    /**
     * Makes a {@code read} or {@code write} of another thread, or else the next one, fail with a
     * {@link StreamFailure} of {@link EventReason#CANCELLED}. Thread-safe.
     */
    public final void cancel() {
        carrier.cancel();
    }

    /** Ends the stream, in the time of {@link StreamOptions#closeTimeoutNs()}. Idempotent. */
    @Override
    public void close() {
        if (turn != Turn.CLOSED) {
            turn = Turn.CLOSED;
            current = null;
            try {
                carrier.close();
            } finally {
                trim();
            }
        }
    }

    /**
     * The other end, for people.
     *
     * @return for example {@code 192.0.2.1:9400}.
     */
    public final String remoteAddress() {
        return carrier.remoteAddress();
    }

    /**
     * What carries the stream, for people.
     *
     * @return for example {@code tcp}.
     */
    public final String transport() {
        return carrier.transport();
    }

    /**
     * What has been counted: of a stream that a listener or connector made, over all its streams.
     *
     * @return the statistics.
     */
    public final StreamStatistics statistics() {
        return statistics;
    }
}
