// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.EventReason;
import io.verbena.SessionClosed;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What reasons mean for a load, and what would mend it. */
final class EventReasons {
    private EventReasons() {}

    /** Whether every request of the load will fail like this one. */
    static boolean isForGood(final EventReason reason) {
        return switch (reason) {
            case REQUEST_TOO_LARGE, RESPONSE_TOO_LARGE, DISCARDED -> true;
            default -> false;
        };
    }

    static String say(final @Nullable EventReason reason) {
        if (reason == null) {
            return "the time was over before the first answer; measure longer";
        }
        return switch (reason) {
            case REQUEST_TOO_LARGE ->
                    "the server has no room for requests of this size; make them shorter, or serve"
                            + " with a larger --in-size";
            case RESPONSE_TOO_LARGE, DISCARDED ->
                    "the server can't send responses of this size; ask for shorter ones, or serve"
                            + " with a larger --out-size";
            default -> "requests fail with " + reason;
        };
    }

    static String sayUnconnected(final URI uri, final SessionClosed event) {
        final String hint =
                switch (event.reason()) {
                    case REFUSED -> "; start a server there: verbena serve " + uri;
                    case UNRESOLVED -> "; is the name right?";
                    case UNREACHABLE, CONNECT_TIMEOUT ->
                            "; is the address right, and does a firewall let it through?";
                    case HELLO_TIMEOUT, PROTOCOL_ERROR -> "; is that a server of verbena serve?";
                    default -> "";
                };
        return event.detail() + hint;
    }
}
