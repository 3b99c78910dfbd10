// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.RdmaConnection.Phase;
import io.verbena.rdma.verbs.Layout;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ends, and why.
 *
 * <p>One that is closed in good order waits until all it has sent has been acknowledged. Where the
 * link breaks, what the peer has sent before is told of first. In either case the queue pair is
 * then moved to the error state, the completions that there are are read, and it is destroyed; the
 * handler hears of the end when no memory is touched any more.
 */
final class Teardown {
    private final RdmaConnection connection;

    /** Why it ends; null: it doesn't, or its handler was told. */
    private @Nullable Ending ending;

    /** Why the link is down; the frames that had come before are told of first. */
    private @Nullable Ending linkDown;

    /** It isn't known yet why. */
    private boolean causeIsOpen;

    /** The link is down, and everything that had completed before has been read. */
    private boolean settled;

    private record Ending(EventReason reason, String detail, @Nullable Throwable cause) {}

    Teardown(final RdmaConnection connection) {
        this.connection = connection;
    }

    /** May nothing be sent any more? */
    boolean hasBegun() {
        return ending != null || linkDown != null;
    }

    boolean isEnding() {
        return ending != null;
    }

    boolean isLinkDown() {
        return linkDown != null;
    }

    /** Why it ends; null if that isn't settled. */
    @Nullable String detail() {
        return ending == null ? null : ending.detail;
    }

    // ---- in good order

    /** Closes an open connection as soon as what it has sent has arrived. */
    void closeInOrder() {
        connection.phase(Phase.CLOSING);
        ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        drainIfSent();
    }

    private void drainIfSent() {
        final Outgoing out = connection.outgoing();
        if (linkDown != null || out.isDone()) {
            drain();
        } else if (!out.isLastSignalled()) {
            out.signalLast();
        }
    }

    // ---- the link

    /** A work request has failed. */
    void onWorkFailed(final int kind, final int status, final int vendorError) {
        final String remote = connection.remoteAddress();
        if (status != Layout.STATUS_FLUSHED) {
            linkDown(
                    EventReason.TRANSPORT_ERROR,
                    "the connection to %s broke: %s (%s, %d, vendor's %#x)"
                            .formatted(
                                    remote,
                                    Faults.ofStatus(status),
                                    WorkId.name(kind),
                                    status,
                                    vendorError));
        } else if (linkDown == null) {
            // Its cause is told by another completion, or by the connection manager, unless those
            // stay out.
            linkDown(EventReason.TRANSPORT_ERROR, "the connection to %s broke".formatted(remote));
            causeIsOpen = true;
            connection.poller().events().lookSoon();
        }
    }

    /** What was posted has failed at once, as nothing is posted to a healthy queue pair. */
    void onPostFailed(final long error) {
        linkDown(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s broke: error %d when posting"
                        .formatted(connection.remoteAddress(), error));
    }

    /** The link carries nothing more; what has come is told of first. */
    void linkDown(final EventReason reason, final String detail) {
        final Phase phase = connection.phase();
        if (phase == Phase.DRAINING || phase == Phase.ENDED || connection.detached) {
            return;
        }
        if (linkDown == null || causeIsOpen) {
            linkDown = new Ending(reason, detail, null);
            causeIsOpen = false;
        }
        if (phase == Phase.CLOSING) {
            drain();
        } else if (connection.isLive()) {
            // What the peer has sent before is in the completion queue, perhaps behind much else.
            connection.poller().settleLater(connection);
        } else {
            end(reason, detail, null);
        }
    }

    /** Goes on as far as can be, after frames have been told of. */
    void advance() {
        if (connection.phase() == Phase.CLOSING) {
            drainIfSent();
        }
        final Ending down = linkDown;
        if (down != null && settled && isAllTold()) {
            end(down.reason, down.detail, down.cause);
        }
    }

    /** Now that the link is down: have all frames been told of that can be? */
    private boolean isAllTold() {
        final Endpoint endpoint = connection.endpoint();
        return endpoint != null
                && connection.isLive()
                && !connection.detached
                && (connection.handshake().isClosing() || endpoint.incoming().isOver());
    }

    /** All completions that there were have been read. */
    void onSettled() {
        if (connection.phase() == Phase.DRAINING) {
            finish();
        } else if (linkDown != null) {
            settled = true;
            // Whoever has answered "not now" is asked again: see Connection.isDown.
            connection.resume();
            connection.run();
        }
    }

    /** It is another event queue's, whose completions are to be read first. */
    void settleAgain(final RdmaPoller target) {
        if (linkDown != null) {
            settled = false;
            target.settleLater(connection);
        }
    }

    // ---- the end

    void fail(final IOException e) {
        end(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s failed: %s"
                        .formatted(connection.remoteAddress(), e.getMessage()),
                e);
    }

    /** Ends it; its handler hears of it when no memory is touched any more. */
    void end(final EventReason reason, final String detail, final @Nullable Throwable cause) {
        final Phase phase = connection.phase();
        if (phase == Phase.ENDED || phase == Phase.DRAINING) {
            return;
        }
        if (ending == null) {
            ending = new Ending(reason, detail, cause);
        }
        if (connection.isConnected()) {
            drain();
        } else {
            finish();
        }
    }

    /**
     * Moves the queue pair to the error state, which tells the peer, and lets the completions be
     * read that there are. Those that are flushed later say nothing, and nobody waits for them:
     * once the queue pair is destroyed no memory of it is touched (ibv_destroy_qp(3)), and a
     * completion that names it is known by its generation. A work request posted to mark the end
     * would be surer of its place, but to a queue pair in the error state SoftRoCE never completes
     * a receive.
     */
    private void drain() {
        connection.phase(Phase.DRAINING);
        connection.cmId().disconnect();
        connection.poller().settleLater(connection);
    }

    private void finish() {
        if (connection.phase() != Phase.ENDED) {
            connection.phase(Phase.ENDED);
            connection.release();
            connection.poller().tellLater(connection);
        }
    }

    /** Ends it at once, and nobody is told. */
    void abandon() {
        connection.phase(Phase.ENDED);
        ending = null;
        connection.release();
    }

    /** Tells the handler of the end, once. */
    void tell() {
        final Ending why = ending;
        if (why != null) {
            ending = null;
            connection.handler().onClosed(why.reason, why.detail, why.cause);
        }
    }
}
