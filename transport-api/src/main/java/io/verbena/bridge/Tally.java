// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

import java.util.concurrent.atomic.LongAdder;

/** What all streams of a bridge count. */
final class Tally {
    final LongAdder accepted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder ended = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder requestBytes = new LongAdder();
    final LongAdder responses = new LongAdder();
    final LongAdder responseBytes = new LongAdder();

    BridgeCounters snapshot() {
        // Ended first: what ends meanwhile is then still open, and none is negative.
        final long over = ended.sum();
        final long all = accepted.sum();
        return new BridgeCounters(
                all,
                refused.sum(),
                all - over,
                lost.sum(),
                requests.sum(),
                requestBytes.sum(),
                responses.sum(),
                responseBytes.sum());
    }
}
