// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.Msg;

/**
 * How a stream gets at its session: what to wait in, and how to send. One thread at a time, but for
 * {@link #cancel()}.
 *
 * <p>Deadlines are of {@link System#nanoTime()}. What can't be done is a {@link StreamFailure},
 * after which only {@link #close} is of use.
 */
interface Carrier {
    /**
     * Waits for what the other end sends next.
     *
     * @param startNs the time: the caller has just looked at the clock.
     * @param deadlineNs until when to wait.
     * @return the message: its IN is what has come, its OUT empty, for what is to be sent.
     */
    Msg receive(long startNs, long deadlineNs);

    /** Sends the message's OUT up to its position; it is on its way when this returns. */
    void send(Msg msg);

    /** Ends the session in good order if that is possible in time, and else at once. */
    void close();

    /** Makes {@link #receive} fail, the current one or the next. Thread-safe. */
    void cancel();

    String remoteAddress();

    String transport();
}
