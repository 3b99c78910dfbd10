// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.ConnectionParameters;
import java.net.InetSocketAddress;

/** An id of the connection manager. */
final class FakeId extends FakeObject {
    /** Where it is in its life. */
    enum State {
        IDLE,
        BOUND,
        LISTENING,
        RESOLVED,
        ROUTED,
        CONNECTING,
        /** At the listener's end: not answered yet. */
        REQUESTED,
        /** At the listener's end: accepted, which the other end doesn't know yet. */
        ACCEPTED,
        CONNECTED,
        /** Rejected, unreachable, disconnected. */
        OVER
    }

    FakeEventChannel channel;
    State state = State.IDLE;
    InetSocketAddress local;
    InetSocketAddress remote;
    FakeDevice device;

    /** Of the device; 0: none yet. */
    int port;

    FakeQueuePair queuePair;
    FakeLink link;
    ConnectionParameters parameters;

    /** A listener's requests that may wait, and that do. */
    int backlog;

    int requests;

    boolean destroyed;

    FakeId(final FakeEventChannel channel) {
        super(channel.fabric, "id");
        this.channel = channel;
        channel.ids++;
    }

    void failQueuePair() {
        if (queuePair != null) {
            queuePair.fail();
        }
    }
}
