// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/**
 * The client's process ends ({@link MessageTypes#CLIENT_SESSION_TERMINATE}): what the server keeps
 * for it can be forgotten.
 */
public final class StreamClientSessionTerminate extends StreamFailure {
    private static final long serialVersionUID = 1L;

    private final long clientId;

    StreamClientSessionTerminate(final long clientId) {
        super(
                EventReason.CLOSED_BY_PEER,
                false,
                "client %s has ended".formatted(Long.toUnsignedString(clientId)),
                null);
        this.clientId = clientId;
    }

    /**
     * Which client.
     *
     * @return the identity that the client has sent.
     */
    public long clientId() {
        return clientId;
    }
}
