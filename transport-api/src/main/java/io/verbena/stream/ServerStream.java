// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The end of a conversation that serves: reads a request, asks back what it needs, writes the
 * result.
 *
 * <p>A {@link StreamListener} hands it over when its first message has come. Any thread serves it,
 * and {@link #requeue() gives it back} after the result, so that it costs nobody a thread until the
 * client's next request.
 */
public final class ServerStream extends MessageStream {
    private final ServerCarrier carrier;
    private final StreamListener listener;

    /** With the listener, and nobody else's. */
    private volatile boolean parked = true;

    private boolean orderKnown;
    private boolean interruptible = true;
    private long clientId;
    private @Nullable Object userContext;

    ServerStream(
            final ServerCarrier carrier,
            final StreamListener listener,
            final StreamOptions options,
            final StreamStatistics statistics) {
        super(carrier, options, statistics, false /* writesFirst */);
        this.carrier = carrier;
        this.listener = listener;
    }

    /**
     * Gives the stream back to its listener, which hands it over again when the client's next
     * request has come. To be called when the result was written; from then on the stream is not
     * the caller's any more: another thread may have it already.
     *
     * @return whether it was; false if the client has gone, or the listener is closed: then the
     *     stream is closed, too.
     * @throws IllegalStateException if the client waits for an answer.
     */
    public boolean requeue() {
        checkOwned();
        if (isOver()) {
            return false;
        }
        if (hasFailed()) {
            close();
            return false;
        }
        if (mayWrite()) {
            throw new IllegalStateException(
                    "the client waits for an answer; write the result before requeue()");
        }
        trim();
        parked = true;
        if (!carrier.park(System.nanoTime() + options().timeoutNs())) {
            parked = false;
            close();
            return false;
        }
        return true;
    }

    /**
     * Which client this is a stream of, as far as the application has said so.
     *
     * @return the identity; 0 until {@link #clientId(long)} is called.
     */
    public long clientId() {
        return clientId;
    }

    /**
     * Notes which client this is a stream of; usually the first value of a request.
     *
     * @param value the client's identity.
     */
    public void clientId(final long value) {
        clientId = value;
    }

    /**
     * Can what is done now be interrupted by the client?
     *
     * @param value true, as it is at first: {@code read} throws {@link StreamInterrupted} then;
     *     false: it throws {@link StreamConnectionTerminate}, as OpenJ9 does.
     */
    public void interruptible(final boolean value) {
        interruptible = value;
    }

    /**
     * What the application attached.
     *
     * @return the context, null if there is none.
     */
    public @Nullable Object userContext() {
        return userContext;
    }

    /**
     * Attaches something of the application's, which stays from request to request.
     *
     * @param context anything, or null.
     */
    public void userContext(final @Nullable Object context) {
        userContext = context;
    }

    /**
     * Ends the connection; a client that waits for an answer sees it end. Idempotent, and without
     * effect on a stream that was given back.
     */
    @Override
    public void close() {
        if (!parked && !isOver()) {
            listener.forget(this);
            super.close();
        }
    }

    /** Serves one request, and gives the stream back, or closes it. */
    void serveWith(final StreamHandler handler) {
        boolean served = false;
        try {
            handler.serve(this);
            served = true;
        } catch (final StreamInterrupted
                | StreamConnectionTerminate
                | StreamClientSessionTerminate e) {
            // What a client may do; the stream is closed already.
        } catch (final StreamFailure e) {
            listener.handOverFailed(this, e);
        } finally {
            if (!served || mayWrite()) {
                close();
            } else {
                requeue();
            }
        }
    }

    /** It is the receiver's from now on. */
    void handedOver() {
        parked = false;
    }

    /** Nobody took it. */
    void turnAway() {
        parked = true;
        carrier.turnAway();
    }

    /** The session has ended while nobody served it. */
    void ended() {
        parked = false;
        close();
    }

    @Override
    void checkOwned() {
        if (parked) {
            throw new IllegalStateException(
                    "the stream was given back with requeue(), and not handed over again");
        }
    }

    @Override
    StreamVersion versionFor(final int type) {
        return StreamVersion.UNCHECKED;
    }

    @Override
    ByteOrder orderOf(final ByteBuffer message) {
        if (!orderKnown) {
            orderKnown = true;
            useOrder(MessageReader.guessOrder(message, 0));
        }
        return super.orderOf(message);
    }

    @Override
    void arrived(final int type, final MessageReader message) {
        switch (type) {
            case MessageTypes.COMPILATION_INTERRUPTED -> {
                close();
                throw interruptible
                        ? new StreamInterrupted(remoteAddress() + " has given its request up")
                        : new StreamConnectionTerminate(remoteAddress() + " has given up");
            }
            case MessageTypes.CONNECTION_TERMINATE -> {
                close();
                throw new StreamConnectionTerminate(remoteAddress() + " has ended the connection");
            }
            case MessageTypes.CLIENT_SESSION_TERMINATE -> {
                clientId = message.expect(1).uint64();
                close();
                throw new StreamClientSessionTerminate(clientId);
            }
            default -> checkVersion(message);
        }
    }

    private void checkVersion(final MessageReader message) {
        final StreamVersion own = options().version();
        final boolean isOwn =
                message.version() == own.version() && message.config() == own.config();
        if (message.version() == 0 || !own.isChecked() || isOwn) {
            return;
        }
        final StreamVersion theirs = new StreamVersion(message.version(), message.config());
        begin(MessageTypes.COMPILATION_FAILURE).uint32(StreamStatus.VERSION_INCOMPATIBLE).uint64(0);
        send();
        close();
        throw new StreamVersionIncompatible(
                "%s is of version %s, and this end of %s".formatted(remoteAddress(), theirs, own));
    }

    @Override
    StreamFailure unexpected(final int expected, final int type, final MessageReader message) {
        return new StreamMessageTypeMismatch(
                "%s has sent a message of type %d where %d was expected"
                        .formatted(remoteAddress(), type, expected));
    }
}
