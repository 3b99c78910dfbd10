// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.verbs.CmEvent;
import java.net.InetSocketAddress;

/** What statuses and events mean, in words. */
final class Faults {
    /** ib_cm(7)'s reason for "nobody listens there". */
    private static final int INVALID_SERVICE_ID = 8;

    private static final int ETIMEDOUT = 110;

    /** The statuses of ibv_poll_cq(3), from 1. */
    private static final String[] STATUSES = {
        "a local length error",
        "a local queue pair error",
        "a local end-to-end context error",
        "a local protection error: the memory isn't registered for this",
        "flushed, as the queue pair had failed before",
        "a memory window bind error",
        "a bad response",
        "a local access error",
        "a remote invalid request error",
        "a remote access error: the peer's memory isn't registered for this",
        "a remote operation error",
        "the peer doesn't acknowledge: all retries were in vain",
        "the peer has no receive posted: all retries were in vain",
        "a local reliable datagram domain violation",
        "a remote invalid reliable datagram request",
        "aborted by the peer",
        "an invalid end-to-end context number",
        "an invalid end-to-end context state",
        "a fatal error of the device",
        "the peer doesn't respond in time",
        "a general error of the device",
        "a tag matching error",
    };

    private Faults() {}

    static String ofStatus(final int status) {
        return status >= 1 && status <= STATUSES.length
                ? STATUSES[status - 1]
                : "completion status " + status;
    }

    /** Why a connection was not made. */
    static EventReason reason(final CmEvent event) {
        return switch (event.type()) {
            case REJECTED -> EventReason.REFUSED;
            case ADDR_ERROR, ROUTE_ERROR, UNREACHABLE ->
                    event.status() == -ETIMEDOUT && event.type() == CmEvent.Type.UNREACHABLE
                            ? EventReason.CONNECT_TIMEOUT
                            : EventReason.UNREACHABLE;
            default -> EventReason.TRANSPORT_ERROR;
        };
    }

    static String detail(final CmEvent event) {
        return switch (event.type()) {
            case ADDR_ERROR ->
                    "no RDMA device leads to that address (status %d)".formatted(event.status());
            case ROUTE_ERROR -> "there is no route to it (status %d)".formatted(event.status());
            case UNREACHABLE -> "it doesn't answer (status %d)".formatted(event.status());
            case REJECTED ->
                    event.status() == INVALID_SERVICE_ID
                            ? "connection refused: nobody listens there"
                            : "rejected by the peer (reason %d)".formatted(event.status());
            case CONNECT_ERROR -> "the connection failed (status %d)".formatted(event.status());
            case DEVICE_REMOVAL -> "the RDMA device was removed";
            default -> event.type() + " (status " + event.status() + ")";
        };
    }

    /** An address for people: no leading slash, IPv6 in brackets. */
    static String describe(final InetSocketAddress address) {
        final String text = String.valueOf(address);
        return text.substring(text.indexOf('/') + 1);
    }
}
