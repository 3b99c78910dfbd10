// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.EventReason;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what a {@link Connection} does: the engine.
 *
 * <p>Receiving is two calls. {@link #destination} names the memory that a payload belongs in,
 * {@link #onFrame} tells that it is there. Between the two of a frame, no other frame of the same
 * connection is begun; but a transport that fetches payloads itself may begin several REQUESTs one
 * after the other, whose {@link #onFrame} come in the same order.
 */
public interface ConnectionHandler {
    /**
     * The handler of a connection that nobody has asked for yet: discards what comes, and does
     * nothing.
     */
    ConnectionHandler NOBODY = Nobody.INSTANCE;

    /**
     * On the connecting end: the transport is about to ask for a connection, and its request can
     * carry a frame; {@link Connection#send} takes one, the first. A transport whose requests can't
     * doesn't call this, and the first frame is sent in {@link #onConnected()}.
     */
    default void onGreeting() {}

    /**
     * The link is there, and is being secured: nothing can be sent yet. The transport limits the
     * time that it takes, and {@link #onConnected()} follows, on the accepting end, too. A
     * transport that doesn't secure links doesn't call this.
     */
    default void onSecuring() {}

    /**
     * The link is up, and {@link Connection#send} works. On the accepting end, where it works from
     * the beginning, this is called only after {@link #onSecuring()}.
     */
    void onConnected();

    /**
     * Where does a frame's payload belong? Asked once for each frame, with or without payload, and
     * again after {@link Connection#resume()} if the answer was "not now".
     *
     * <p>The handler may end the connection from here; then its answer doesn't matter.
     *
     * @param header the frame's header, valid during the call.
     * @return the memory whose {@link MsgMemory#inbound()} takes the payload from index 0; {@link
     *     MsgMemory#DISCARD} if there is no payload or nobody wants it; null for "not now": the
     *     transport leaves this frame and all behind it where they are, lets the peer feel it, and
     *     does not ask again until {@link Connection#resume()}.
     */
    @Nullable MsgMemory destination(FrameHeader header);

    /**
     * A frame is there, its payload in place. The handler may send, or end the connection.
     *
     * @param header the frame's header, valid during the call.
     * @param memory what {@link #destination} named.
     */
    void onFrame(FrameHeader header, MsgMemory memory);

    /** After {@link Connection.SendResult#BACK_PRESSURED}: {@link Connection#send} works again. */
    void onWritable();

    /**
     * After {@link Connection.SendResult#HELD}: the payload's memory is not needed any more. A peer
     * may have answered before: then this comes after the answer's {@link #destination}.
     *
     * @param payload the message.
     */
    void onSent(MsgMemory payload);

    /**
     * The connection has ended and nothing more comes; no memory of it is touched any more.
     *
     * @param reason why; {@link EventReason#CLOSED_BY_SELF} after {@link Connection#close()} and
     *     {@link Connection#abort()}.
     * @param detail one line for people.
     * @param cause what failed, if something did.
     */
    void onClosed(EventReason reason, String detail, @Nullable Throwable cause);
}
