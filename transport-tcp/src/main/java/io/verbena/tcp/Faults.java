// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.EventReason;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** What the exceptions of sockets mean. */
final class Faults {
    /** What EAGAIN is called. */
    static final String BUSY = "Resource temporarily unavailable";

    private Faults() {}

    /** Is the backlog of a Unix-domain socket full (connect(2): EAGAIN)? */
    static boolean isBusy(final Exception e) {
        return String.valueOf(e.getMessage()).contains(BUSY);
    }

    /** Why a connection was not made. */
    static EventReason ofConnect(final Exception e) {
        if (e instanceof UnknownHostException || e instanceof UnresolvedAddressException) {
            return EventReason.UNRESOLVED;
        }
        final String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (e instanceof NoRouteToHostException
                || e instanceof PortUnreachableException
                || text.contains("unreachable")) {
            return EventReason.UNREACHABLE;
        }
        if (text.contains("too many open files")) {
            return EventReason.LIMIT_REACHED;
        }
        if (text.contains("timed out")) {
            return EventReason.CONNECT_TIMEOUT;
        }
        // A Unix-domain socket with no file is one on which nobody listens.
        if (e instanceof ConnectException
                || e instanceof NoSuchFileException
                || text.contains("refused")
                || text.contains("no such file")) {
            return EventReason.REFUSED;
        }
        return EventReason.TRANSPORT_ERROR;
    }

    /** An address for people: no leading slash, IPv6 in brackets. */
    static String describe(final SocketAddress address) {
        final String text = String.valueOf(address);
        final int slash = text.indexOf('/');
        return address instanceof java.net.InetSocketAddress && slash >= 0
                ? text.substring(slash + 1)
                : text;
    }
}
