// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.PortalCounters;
import java.util.concurrent.atomic.LongAdder;

/**
 * The figures behind {@link PortalCounters}: plain fields, written by one thread, but for those of
 * sessions, which may live on other event queues.
 */
final class Tally {
    long connections;
    long sessions;
    long rejected;
    long sessionLimits;
    long hostLimits;
    long pendingLimits;
    long rateRefusals;
    long ratePauses;
    long helloTimeouts;
    long authenticationFailures;
    long protocolErrors;
    final LongAdder oversizedPayloads = new LongAdder();
    final LongAdder slowPayloads = new LongAdder();
    final LongAdder memoryPauses = new LongAdder();

    PortalCounters snapshot() {
        return new PortalCounters(
                connections,
                sessions,
                rejected,
                sessionLimits,
                hostLimits,
                pendingLimits,
                rateRefusals,
                ratePauses,
                helloTimeouts,
                authenticationFailures,
                protocolErrors,
                oversizedPayloads.sum(),
                slowPayloads.sum(),
                memoryPauses.sum());
    }
}
