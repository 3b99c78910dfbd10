// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.PortalCounters;

/** The figures behind {@link PortalCounters}: plain fields, written by one thread. */
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
    long oversizedPayloads;
    long slowPayloads;
    long memoryPauses;

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
                oversizedPayloads,
                slowPayloads,
                memoryPauses);
    }
}
