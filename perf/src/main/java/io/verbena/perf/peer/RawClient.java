// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;

/** The client of the raw pair, whose loop is run by whoever calls {@link #run}. */
final class RawClient implements Peer.Client {

    private final RawPoller poller;
    private final int window;
    private final boolean timed;

    private LatencyRecorder recorder = LatencyRecorder.NONE;
    private long toSend;
    private long toReceive;

    RawClient(final List<RawConnection> connections, final Workload workload) throws IOException {
        poller = RawPoller.of(connections, workload.spin(), this::onReady);
        window = workload.window();
        timed = workload.timed();
    }

    @Override
    public void run(final long transactions, final LatencyRecorder recorder) throws IOException {
        this.recorder = recorder;
        toSend = transactions;
        toReceive = transactions;
        poller.pollAll();
        while (toReceive > 0) {
            poller.poll();
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted before all was answered");
            }
        }
    }

    private void onReady(final RawConnection connection) throws IOException {
        final int responses = connection.receive();
        if (responses > 0) {
            toReceive -= responses;
            if (timed) {
                recorder.record(System.nanoTime() - connection.markNs());
            }
        }
        fillWindow(connection);
    }

    private void fillWindow(final RawConnection connection) throws IOException {
        while (toSend > 0 && connection.sent() - connection.received() < window) {
            if (timed) {
                connection.mark(System.nanoTime());
            }
            if (!connection.send()) {
                break;
            }
            toSend--;
        }
        connection.flush();
    }

    @Override
    public void close() throws IOException {
        poller.close();
    }
}
