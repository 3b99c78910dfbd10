// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.net.URI;

/**
 * The end of a conversation that has the first word: writes a request, answers what the server asks
 * back, and reads the result; then the next request.
 *
 * <p>Each stream has a session, an event queue and two buffers of {@link
 * StreamOptions#fragmentBytes()} of its own, and no thread: who reads runs the event queue.
 */
public final class ClientStream extends MessageStream {
    /** The server has not yet agreed that the versions match. */
    private boolean versionPending = true;

    private ClientStream(
            final ClientCarrier carrier,
            final StreamOptions options,
            final StreamStatistics statistics) {
        super(carrier, options, statistics, true /* writesFirst */);
        firstMessage(carrier.message());
    }

    /**
     * Connects, with default options.
     *
     * @param uri where to, as for {@link io.verbena.ClientSession#connect}.
     * @return the stream.
     * @throws StreamFailure if it can't connect.
     */
    public static ClientStream connect(final URI uri) {
        return connect(uri, StreamOptions.defaults());
    }

    /**
     * Connects, and waits for the server to accept.
     *
     * @param uri where to, as for {@link io.verbena.ClientSession#connect}.
     * @param options time-outs, limits and this end's version.
     * @return the stream.
     * @throws StreamFailure if it can't connect.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     */
    public static ClientStream connect(final URI uri, final StreamOptions options) {
        return connect(uri, options, new StreamStatistics());
    }

    static ClientStream connect(
            final URI uri, final StreamOptions options, final StreamStatistics statistics) {
        final ClientCarrier carrier =
                ClientCarrier.connect(uri, options, System.nanoTime() + options.timeoutNs());
        statistics.opened();
        return new ClientStream(carrier, options, statistics);
    }

    /**
     * Gives the request up: tells the server, and ends the connection, as OpenJ9 does. Legal when
     * the server has asked something back.
     *
     * @throws IllegalStateException if it is the server's turn.
     */
    public void interrupt() {
        endWith(MessageTypes.COMPILATION_INTERRUPTED);
    }

    /**
     * Tells the server that this client ends for good, and ends the connection. Usually on a
     * connection that is made for it.
     *
     * @param clientId the identity by which the server knows this client.
     * @throws IllegalStateException if it is the server's turn.
     */
    public void terminateSession(final long clientId) {
        begin(MessageTypes.CLIENT_SESSION_TERMINATE).uint64(clientId);
        send();
        end();
    }

    private void endWith(final int type) {
        begin(type);
        send();
        end();
    }

    private void end() {
        if (!isOver()) {
            statistics().closed();
        }
        super.close();
    }

    /**
     * Ends the connection. Where it is this end's turn the server is told so, with a {@link
     * MessageTypes#CONNECTION_TERMINATE}; otherwise it sees a connection that ends. Idempotent.
     */
    @Override
    public void close() {
        if (mayWrite()) {
            try {
                endWith(MessageTypes.CONNECTION_TERMINATE);
                return;
            } catch (final StreamFailure e) {
                // The server has gone before, and needn't be told.
            }
        }
        end();
    }

    @Override
    StreamVersion versionFor(final int type) {
        return versionPending && !isUnchecked(type) ? options().version() : StreamVersion.UNCHECKED;
    }

    /** OpenJ9 says nothing of its version in these, whatever the server's is. */
    private static boolean isUnchecked(final int type) {
        return MessageTypes.hasStaleCount(type)
                || type == MessageTypes.CLIENT_SESSION_TERMINATE
                || type == MessageTypes.AOT_CACHE_MAP_REQUEST;
    }

    @Override
    void arrived(final int type, final MessageReader message) {
        if (versionPending) {
            if (type == MessageTypes.COMPILATION_FAILURE && isVersionFailure(message)) {
                throw new StreamVersionIncompatible(
                        "%s is of another version or configuration than %s"
                                .formatted(remoteAddress(), options().version()));
            }
            versionPending = false;
        }
    }

    private static boolean isVersionFailure(final MessageReader message) {
        if (message.count() == 0 || message.nextType() != DataType.UINT32) {
            return false;
        }
        final long status = message.uint32();
        message.rewind();
        return status == StreamStatus.VERSION_INCOMPATIBLE;
    }

    @Override
    StreamFailure unexpected(final int expected, final int type, final MessageReader message) {
        if (type == MessageTypes.COMPILATION_FAILURE) {
            message.expect(2);
            return new ServerCompilationFailure(message.uint32(), message.uint64());
        }
        return new StreamMessageTypeMismatch(
                "%s has sent a message of type %d where %d was expected"
                        .formatted(remoteAddress(), type, expected));
    }
}
