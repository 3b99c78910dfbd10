// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.SessionRequest;

/** A {@link Carrier} that can be without a thread, between two requests. */
interface ServerCarrier extends Carrier {
    /** Takes the session, for this stream; on the listener's thread. */
    void accept(SessionRequest request, ServerStream stream);

    /**
     * Leaves the serving thread: the next message hands the stream over again.
     *
     * @return false if the session is ending, or there is no listener any more.
     */
    boolean park(long deadlineNs);

    /**
     * Ends the session without waiting; on the listener's thread, for a stream that nobody took.
     */
    void turnAway();
}
