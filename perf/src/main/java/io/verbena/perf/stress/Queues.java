// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;

/** The event queues of these tests: with nothing on them. */
final class Queues {
    private Queues() {}

    /** One that goes to sleep at once. */
    static EventQueueHandler blocking() {
        return EventQueueHandler.open(
                EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.BLOCK));
    }

    /** Does what is there. */
    static void runOnce(final EventQueueHandler queue) {
        queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
    }
}
