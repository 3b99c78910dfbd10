// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.SessionClosed;
import java.net.URI;

/** A session on the event queues that are under attack, which must not notice. */
final class Bystander implements ClientSession.Handler {
    private final ClientSession session;
    private final MsgPool pool;
    private long sent;
    private long answered;
    private boolean established;
    private String harm;

    Bystander(
            final EventQueueHandler queue,
            final URI uri,
            final MsgPool pool,
            final ConnectOptions options) {
        this.pool = pool;
        session = ClientSession.connect(queue, uri, this, options);
    }

    boolean isEstablished() {
        return established;
    }

    void ask() {
        final Msg msg = pool.take();
        msg.out().putLong(++sent);
        session.sendRequest(msg);
    }

    boolean isAnswered() {
        return answered == sent || harm != null;
    }

    void assertUnharmed() {
        if (harm != null) {
            throw new AssertionError(
                    "a session that has nothing to do with it was harmed: " + harm);
        }
    }

    @Override
    public void onEstablished(final ClientSession established) {
        this.established = true;
    }

    @Override
    public void onResponse(final ClientSession from, final Msg msg) {
        if (msg.in().remaining() != Long.BYTES || msg.in().getLong() != sent) {
            harm = "it was answered " + msg.in();
        }
        answered++;
        msg.release();
    }

    @Override
    public void onMsgError(final ClientSession from, final Msg msg, final EventReason reason) {
        harm = "a request failed: " + reason;
        msg.release();
    }

    @Override
    public void onClosed(final ClientSession closed, final SessionClosed event) {
        if (event.reason() != EventReason.CLOSED_BY_SELF
                && event.reason() != EventReason.EVENT_QUEUE_CLOSED) {
            harm = "it ended: " + event;
        }
    }
}
