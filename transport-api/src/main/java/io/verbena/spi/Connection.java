// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.PeerIdentity;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/**
 * One end of a reliable, ordered link that carries frames.
 *
 * <p>It ends once: {@link ConnectionHandler#onClosed} is the last call of every connection that was
 * not detached or closed with its poller, whoever ended it.
 */
public interface Connection {
    /** What became of a frame. */
    enum SendResult {
        /** Taken. The payload's memory is not needed any more. */
        SENT,

        /** Taken. The payload's memory is needed until {@link ConnectionHandler#onSent}. */
        HELD,

        /** Not taken: nothing until {@link ConnectionHandler#onWritable}. */
        BACK_PRESSURED,

        /** Not taken: {@link ConnectionHandler#onClosed} was called, or is about to be. */
        CLOSED
    }

    /**
     * Sends one frame behind all those before it. It leaves at the end of the duty cycle at the
     * latest. Of {@link SendResult#HELD} frames, {@link ConnectionHandler#onSent} comes in the
     * order in which they were sent.
     *
     * @param header the frame's header, which is copied.
     * @param payload the message whose {@link MsgMemory#outbound()} holds the payload from index 0,
     *     {@link FrameHeader#payloadLength()} bytes of it, which may be none. A REQUEST names the
     *     message that the response is received into, a RESPONSE the one that the request, or its
     *     mirror, was received into. Null for other frames without payload. {@link SendResult#SENT}
     *     of a REQUEST does not mean that its memory may be used again: that is for the answer to
     *     tell.
     * @return what became of it.
     */
    SendResult send(FrameHeader header, @Nullable MsgMemory payload);

    /** {@link ConnectionHandler#destination} would no longer say "not now": ask it again. */
    void resume();

    /**
     * Ends the connection in good order: what {@link #send} has taken is still sent, as far as the
     * link lets it, then the link is closed. Nothing more is received. Idempotent.
     */
    void close();

    /** Ends the connection at once. Idempotent. */
    void abort();

    /**
     * Names who is told from now on, from the next call-back.
     *
     * @param handler who.
     */
    void handler(ConnectionHandler handler);

    /**
     * Takes the connection off its poller so that a poller of another event queue can {@linkplain
     * Poller#adopt adopt} it, but not before the call-back that this is called from, if it is, has
     * returned. What the peer sends meanwhile waits. Until it is adopted, only {@link #abort()}
     * works, on the thread that has the connection then; it calls nobody back.
     */
    void detach();

    /**
     * Can the connection be detached after it was accepted, too, whenever nothing is under way?
     *
     * @return whether {@link #tryDetach()} works; false unless overridden.
     */
    default boolean isMovable() {
        return false;
    }

    /**
     * Detaches a connection that {@linkplain #isMovable() can be moved}, unless it has something
     * left to send, or has ended. Not called from its own call-backs.
     *
     * @return whether it is detached, as by {@link #detach()}; if not, nothing has changed.
     */
    default boolean tryDetach() {
        return false;
    }

    /**
     * Is the link known to be down, and its handler not told yet, as frames that had come before
     * are told of first? What is sent now arrives nowhere, so who answers "not now" until it can
     * send would wait for ever; it is asked once more when this becomes so.
     *
     * @return whether it is; false unless overridden.
     */
    default boolean isDown() {
        return false;
    }

    /**
     * How much has been received.
     *
     * @return bytes, counted from any origin: only a change means something.
     */
    long receivedBytes();

    /**
     * How much the link has taken.
     *
     * @return bytes, counted from any origin: only a change means something.
     */
    long sentBytes();

    /**
     * The other end, for people.
     *
     * @return for example {@code 192.0.2.1:9400}.
     */
    String remoteAddress();

    /**
     * Whose connections are counted together, where there is a limit for each host.
     *
     * @return {@link RemoteHost#of} where there are addresses; all are one host where there are
     *     none.
     */
    default String remoteHost() {
        return transport();
    }

    /**
     * What carries the frames, for people.
     *
     * @return for example {@code tcp}.
     */
    String transport();

    /**
     * What carries the frames and why not something better, for people.
     *
     * @return {@link #transport()}, and more where there is more to tell.
     */
    default String transportDetail() {
        return transport();
    }

    /**
     * Who is at the other end, where the link's own means have proved it.
     *
     * @return the identity, from {@link ConnectionHandler#onConnected()} on; null where nothing is
     *     proved.
     */
    default @Nullable PeerIdentity peer() {
        return null;
    }
}
