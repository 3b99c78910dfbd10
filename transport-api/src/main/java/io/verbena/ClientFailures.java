// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What goes wrong with a call, in words, and with the true reason. */
final class ClientFailures {
    private ClientFailures() {}

    /** The request has not left: it can safely be made again, on another session. */
    static SessionClosedException notSent(final SessionClosed end) {
        return new SessionClosedException(
                end.reason(),
                "the request was not sent, as the session is closed: " + why(end),
                end.cause());
    }

    /**
     * The request may have left: nobody here knows whether the server has done what it asks for.
     */
    static VerbenaException unanswered(final SessionClosed end) {
        return new VerbenaException(
                EventReason.FLUSHED,
                "the session ended before the response came, and the server may or may not have"
                        + " carried out the request: "
                        + why(end),
                new SessionClosedException(end.reason(), why(end), end.cause()));
    }

    static VerbenaException notEstablished(final SessionClosed end) {
        return new VerbenaException(end.reason(), "no session: " + why(end), end.cause());
    }

    static VerbenaException late(final long timeoutNs) {
        return new VerbenaException(
                EventReason.DEADLINE_EXCEEDED,
                "no response within %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(timeoutNs)),
                null);
    }

    static VerbenaException tooLarge(final int length, final int most) {
        return new VerbenaException(
                EventReason.REQUEST_TOO_LARGE,
                "the request has %d bytes, and this client sends at most %d; see ClientOptions.maxRequestBytes"
                        .formatted(length, most),
                null);
    }

    static QueueOverflowException overflow(final ClientOptions options) {
        return new QueueOverflowException(
                "%d calls are under way and %d wait already; wait for some, or raise ClientOptions.maxWaiting or concurrency"
                        .formatted(options.concurrency(), options.maxWaiting()));
    }

    static IllegalArgumentException badTimeout(final long timeoutNs) {
        return new IllegalArgumentException(
                "a call's timeout must be above 0, is %d ns".formatted(timeoutNs));
    }

    static VerbenaException interrupted(final String what, final InterruptedException e) {
        return new VerbenaException(
                EventReason.CANCELLED, "interrupted while waiting for " + what, e);
    }

    /** The failure of a future, as it is thrown on the thread that waited for it. */
    static VerbenaException here(final @Nullable Throwable failure) {
        if (failure instanceof QueueOverflowException own) {
            return own;
        }
        if (failure instanceof SessionClosedException own) {
            return new SessionClosedException(own.reason(), messageOf(own), own);
        }
        if (failure instanceof VerbenaException own) {
            return new VerbenaException(own.reason(), messageOf(own), own);
        }
        return new VerbenaException(EventReason.UNKNOWN, "the call failed: " + failure, failure);
    }

    private static String messageOf(final VerbenaException e) {
        return String.valueOf(e.getMessage());
    }

    /** An event of the session. */
    static VerbenaException failed(final ClientOptions options, final EventReason reason) {
        final String what =
                switch (reason) {
                    case REQUEST_TOO_LARGE -> "the request is longer than the server has room for";
                    case RESPONSE_TOO_LARGE ->
                            "the response is longer than %d bytes; see ClientOptions.maxResponseBytes"
                                    .formatted(options.maxResponseBytes());
                    case DISCARDED -> "the server discarded the request";
                    default -> "the call failed: " + reason;
                };
        return new VerbenaException(reason, what, null);
    }

    /** What the session threw when it was given a request. */
    static VerbenaException refused(final RuntimeException e) {
        if (e instanceof VerbenaException own) {
            return own;
        }
        final EventReason reason =
                e instanceof IllegalArgumentException
                        ? EventReason.REQUEST_TOO_LARGE
                        : EventReason.UNKNOWN;
        return new VerbenaException(reason, "the request was refused: " + e.getMessage(), e);
    }

    private static String why(final SessionClosed end) {
        if (end.reason() == EventReason.REJECTED) {
            return "%s (%s) with code %d and data '%s'"
                    .formatted(end.reason(), end.detail(), end.rejectCode(), end.rejectData());
        }
        return "%s (%s)".formatted(end.reason(), end.detail());
    }
}
