// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.auto.AutoConnection.Carrier;
import io.verbena.spi.Connection;
import io.verbena.wire.FrameHeader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a session of two links ends: by its engine, by its peer, or by losing either link, which ends
 * the other, too. The engine hears of it once, when both are over, and the reason that it hears is
 * the first one.
 */
final class Teardown {
    /**
     * A data link that is lost is often that of a process that has ended, which the control
     * connection tells then, too, and with the truer reason. So long it has time to.
     */
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final AutoConnection connection;
    private final ControlLink control;
    private final DataLink data;

    /** The engine has closed the session. */
    private boolean closing;

    /** The peer has said that it ends the control connection in good order. */
    private boolean controlGoodbye;

    /** The data link was lost, and whether the control connection is, too, is to be seen. */
    private boolean dataLost;

    private boolean told;
    private @Nullable Ending ending;

    Teardown(final AutoConnection connection, final ControlLink control, final DataLink data) {
        this.connection = connection;
        this.control = control;
        this.data = data;
    }

    /** Is it known why the session ends? */
    boolean isEnding() {
        return ending != null;
    }

    /** Has the engine closed it? */
    boolean isClosing() {
        return closing;
    }

    /** Is there nothing to be sent any more? */
    boolean hasBegun() {
        return ending != null || dataLost || closing;
    }

    // ---- by the engine

    void close() {
        if (hasBegun()) {
            return;
        }
        closing = true;
        if (connection.carrier() == Carrier.DATA) {
            closeData();
            return;
        }
        settled();
        data.drop();
        control.close(connection.poller().context());
    }

    /** First the data link, as what the peer is to read there must be there before. */
    private void closeData() {
        final Connection link = data.connection();
        if (link != null) {
            link.close();
        } else if (connection.isConfirmed()) {
            sayGoodbye(EventReason.CLOSED_BY_SELF);
        }
    }

    /**
     * A server's engine has closed it, and only now the client says that it was on the data link.
     */
    void closeConfirmed() {
        if (closing && data.isOver()) {
            sayGoodbye(EventReason.CLOSED_BY_SELF);
        }
    }

    /** The same, and the client wants it on the control connection. */
    void closeDeclined() {
        if (closing) {
            connection.onEnd();
            control.close(connection.poller().context());
        }
    }

    void abort() {
        if (ending == null) {
            ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        }
        settled();
        if (connection.mayTakeBack()) {
            data.drop();
            control.sayGoodbye(EventReason.CLOSED_BY_SELF, connection.poller().context());
        } else {
            abortLinks();
        }
    }

    /** On no event queue, where nothing can be scheduled or told. */
    void abortDetached() {
        if (ending == null) {
            ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        }
        abortLinks();
    }

    // ---- by the peer

    void protocolError(final String detail) {
        end(new Ending(EventReason.PROTOCOL_ERROR, detail, null));
    }

    /** GOODBYE on the control connection, while another link carries the session. */
    void onGoodbye(final FrameHeader frame) {
        controlGoodbye = true;
        final EventReason reason = EventReason.of(frame.room());
        final String peer = connection.remoteAddress();
        if (!connection.isConfirmed()) {
            end(new Ending(EventReason.CLOSED_BY_PEER, peer + " has changed its mind", null));
        } else if (reason != EventReason.CLOSED_BY_SELF && !closing) {
            final String said =
                    reason == EventReason.TRANSPORT_ERROR
                            ? "it has lost the data link"
                            : reason.toString();
            end(new Ending(reason, "%s has ended the session: %s".formatted(peer, said), null));
        }
    }

    /** Nothing was heard on the control connection for longer than the session allows. */
    void onSilence(final long silentMs) {
        ending =
                new Ending(
                        EventReason.KEEPALIVE_TIMEOUT,
                        "nothing was heard from %s on the %s connection for %d ms"
                                .formatted(
                                        connection.remoteAddress(),
                                        connection.pair().controlScheme(),
                                        silentMs),
                        null);
        settled();
        abortLinks();
    }

    /** Ends it, and tells the peer why. */
    private void end(final Ending why) {
        if (ending != null) {
            return;
        }
        ending = why;
        connection.cancelTimer();
        data.abort();
        sayGoodbye(why.reason());
        finishIfOver();
    }

    private void sayGoodbye(final EventReason reason) {
        connection.onEnd();
        control.sayGoodbye(reason, connection.poller().context());
    }

    /** Nothing is to be settled any more. */
    private void settled() {
        connection.onEnd();
        connection.cancelTimer();
    }

    private void abortLinks() {
        data.abort();
        control.abort();
    }

    // ---- by losing a link

    void onControlClosed(final Ending why) {
        control.over();
        connection.onEnd();
        if (connection.carrier() != Carrier.DATA) {
            data.drop();
            if (ending == null) {
                ending = why;
            }
        } else if (ending == null && !closing && !controlGoodbye) {
            ending = why;
            data.abort();
        }
        finishIfOver();
    }

    void onDataClosed(final Ending why) {
        data.over();
        if (connection.carrier() != Carrier.DATA) {
            data.forget();
            if (ending == null) {
                connection.onEarlyDataLoss(why);
            }
        } else if (ending != null) {
            finishIfOver();
        } else if (control.isOver()) {
            ending = closing ? null : why;
            finishIfOver();
        } else if (!connection.isConfirmed()) {
            // It is the client's to say what that means.
            connection.onEarlyDataLoss(why);
        } else if (closing) {
            sayGoodbye(EventReason.CLOSED_BY_SELF);
        } else if (controlGoodbye) {
            end(why);
        } else {
            dataLost = true;
            connection.runIn(GRACE_NS, () -> endByDataLoss(why));
        }
    }

    /** The data link is lost, and the peer is there all the same. */
    void endByDataLoss(final Ending why) {
        if (ending == null) {
            connection.onDataLoss(why);
            end(why);
        }
    }

    private void finishIfOver() {
        if (!control.isOver() || !data.isOver() || told) {
            return;
        }
        told = true;
        connection.cancelTimer();
        final Ending why = ending;
        if (why == null) {
            connection.engine().onClosed(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        } else {
            connection.engine().onClosed(why.reason(), why.detail(), why.cause());
        }
    }
}
