// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.SessionOptions;

/** The sessions that streams are made of. */
final class Sessions {
    private Sessions() {}

    /**
     * One request at a time. No keepalive, as nobody runs the event queue of a stream whose thread
     * does something else: reads have deadlines, and the kernel's keepalive finds dead hosts.
     *
     * @param base what the application has chosen.
     * @param fragmentBytes the longest payload that there is memory for.
     */
    static SessionOptions options(final SessionOptions base, final int fragmentBytes) {
        return base.withWindow(1)
                .withMaxQueued(1)
                .withKeepaliveIntervalNs(0)
                .withMaxPayloadBytes(Math.min(base.maxPayloadBytes(), fragmentBytes));
    }
}
