// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.VerbenaException;
import java.util.concurrent.TimeUnit;

/** What is told of a session that did not do what a stream wanted of it. */
final class Failures {
    private Failures() {}

    static StreamFailure closed(final String what, final SessionClosed end) {
        return new StreamFailure(
                end.reason(),
                end.reason() == EventReason.CONNECT_TIMEOUT
                        || end.reason() == EventReason.HELLO_TIMEOUT,
                "%s: %s".formatted(what, end.detail()),
                end.cause());
    }

    static StreamFailure refused(final String what, final VerbenaException e) {
        return new StreamFailure(e.reason(), false, "%s: %s".formatted(what, e.getMessage()), e);
    }

    static StreamFailure late(final String who, final long timeoutNs) {
        return new StreamFailure(
                EventReason.DEADLINE_EXCEEDED,
                true,
                "%s has sent nothing for %d ms"
                        .formatted(who, TimeUnit.NANOSECONDS.toMillis(timeoutNs)),
                null);
    }

    static StreamFailure cancelled() {
        return new StreamFailure(EventReason.CANCELLED, false, "the stream was cancelled", null);
    }

    /** The interrupt status is left set. */
    static StreamFailure interrupted() {
        return new StreamFailure(
                EventReason.CANCELLED,
                false,
                "the thread was interrupted while it waited",
                new InterruptedException());
    }

    static StreamFailure message(final EventReason reason, final String who, final int bytes) {
        return new StreamFailure(
                reason,
                false,
                reason == EventReason.REQUEST_TOO_LARGE
                        ? "%s takes no pieces of %d bytes; raise StreamOptions.fragmentBytes there"
                                .formatted(who, bytes)
                        : "%s has not answered: %s".formatted(who, reason),
                null);
    }
}
