// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

/**
 * What a client asks of a server. Sizes are those of payloads, without a transport's own header.
 *
 * @param window how many requests are outstanding on each session
 * @param spin whether both ends poll without ever blocking in the kernel
 */
public record Workload(int requestSize, int responseSize, int window, int sessions, boolean spin) {

    public Workload {
        if (requestSize < Payload.MIN_SIZE || responseSize < Payload.MIN_SIZE) {
            throw new IllegalArgumentException(
                    "payloads are at least "
                            + Payload.MIN_SIZE
                            + " bytes, to have a sequence number at both ends");
        }
        if (window < 1 || sessions < 1) {
            throw new IllegalArgumentException("window and sessions are at least 1");
        }
    }

    /**
     * Whether latencies mean something: in a window, a request mostly waits for those before it.
     */
    public boolean timed() {
        return window == 1;
    }

    /** Bytes of the larger of a request and a response. */
    public int largest() {
        return Math.max(requestSize, responseSize);
    }

    /** How many transactions are under way at a time. */
    public int outstanding() {
        return window * sessions;
    }
}
