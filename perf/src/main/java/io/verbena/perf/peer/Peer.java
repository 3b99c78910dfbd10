// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;

/**
 * A request/response workload over one kind of transport: a server end and a client end, each run
 * by one thread of its own.
 *
 * <p>A thread that a peer starts for its loop is started by the thread that calls {@link #serve} or
 * {@link #connect}, so that it inherits the caller's CPU affinity; that is how the harness pins the
 * two loops to two CPUs without knowing anything of them.
 */
public interface Peer {

    /** What the peer is called on the command line and in tables. */
    String name();

    /** Starts the server end on a free port of the loopback interface, for one client. */
    Server serve(Workload workload) throws Exception;

    /**
     * Opens all of the workload's sessions. The client is to be used by the calling thread alone.
     */
    Client connect(int port, Workload workload) throws Exception;

    /** The end that answers, in the background, from its creation until it is closed. */
    interface Server extends AutoCloseable {

        int port();

        /** Stops the loop and waits for it to end; throws what the loop failed with, if it did. */
        @Override
        void close() throws IOException;
    }

    /** The end that asks. */
    interface Client extends AutoCloseable {

        /**
         * Performs that many transactions, with as many of them outstanding on each session as the
         * workload's window allows, and returns once the last of them was answered. Latencies are
         * recorded only if the workload {@linkplain Workload#timed() is timed}.
         */
        void run(long transactions, LatencyRecorder recorder) throws IOException;

        /** Performs that many transactions without timing them: a step of a JMH benchmark. */
        default void step(final int transactions) throws IOException {
            run(transactions, LatencyRecorder.NONE);
        }

        @Override
        void close() throws IOException;
    }
}
