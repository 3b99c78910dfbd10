// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import org.jspecify.annotations.Nullable;

/** Why a session ends: the first reason that is noted, as what comes later follows from it. */
final class SessionEnd {
    private @Nullable SessionClosed event;

    /** Notes a reason; false if there is one already. */
    boolean begin(final SessionClosed first) {
        if (event != null) {
            return false;
        }
        event = first;
        return true;
    }

    /** What the application is told; null as long as nothing ends the session. */
    @Nullable SessionClosed event() {
        return event;
    }

    EventReason reason() {
        return event == null ? EventReason.UNKNOWN : event.reason();
    }

    /** The time to close is over. Only this side's own wish to close is less true by that. */
    void timedOut(final long closeTimeoutNs) {
        if (reason() == EventReason.CLOSED_BY_SELF) {
            event =
                    SessionClosed.of(
                            EventReason.CLOSE_TIMEOUT,
                            "the close took longer than %d ms and was cut short"
                                    .formatted(closeTimeoutNs / 1_000_000),
                            null);
        }
    }

    /**
     * What the reason in a peer's GOODBYE is to this side.
     *
     * @param said the reason.
     * @param address the peer's.
     * @param established whether it was a session already.
     */
    static SessionClosed saidByPeer(
            final EventReason said, final String address, final boolean established) {
        return switch (said) {
            // A first frame that says so is in clear, as this side has spoken.
            case TLS_FAILED -> SessionClosed.of(said, endedForTls(address, established), null);
            // What the peer has to say about this side, or about its limits.
            case PROTOCOL_ERROR,
                    VERSION_MISMATCH,
                    LIMIT_REACHED,
                    HELLO_TIMEOUT,
                    AUTHENTICATION_FAILED ->
                    SessionClosed.of(said, endedFor(said, address), null);
            // Its own affairs.
            default ->
                    SessionClosed.of(
                            EventReason.CLOSED_BY_PEER,
                            "closed by %s (%s there)".formatted(address, said),
                            null);
        };
    }

    private static String endedForTls(final String address, final boolean established) {
        return established
                ? endedFor(EventReason.TLS_FAILED, address)
                : "%s speaks TLS alone, and this side doesn't: connect by the scheme that it listens on"
                        .formatted(address);
    }

    private static String endedFor(final EventReason said, final String address) {
        return "ended by %s: %s".formatted(address, said);
    }

    /**
     * What to throw at who calls on a session that has ended or is about to.
     *
     * @param what has not happened by that.
     * @param closed whether it has ended.
     */
    SessionClosedException refused(final String what, final boolean closed) {
        final SessionClosed noted = event;
        return noted == null
                ? new SessionClosedException(EventReason.UNKNOWN, what, null)
                : new SessionClosedException(
                        noted.reason(),
                        "%s: the session is %s: %s"
                                .formatted(what, closed ? "closed" : "closing", noted.detail()),
                        noted.cause());
    }
}
