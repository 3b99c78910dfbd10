// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

/** Takes the latency of one transaction after the other, on the thread of the client's loop. */
@FunctionalInterface
public interface LatencyRecorder {

    /** Forgets what it is told. */
    LatencyRecorder NONE = latencyNs -> {};

    void record(long latencyNs);
}
