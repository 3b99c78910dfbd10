// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.auto.InetTestPair;
import io.verbena.auto.PairedTransportProvider;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code auto+fuzz://address:port}: sessions begin on the mem transport, and are carried by the
 * scripted fabric. What a peer offers is read as {@code auto://} reads it.
 */
public final class AutoFuzzTransportProvider extends PairedTransportProvider {
    static final String SCHEME = "auto+fuzz";

    private static final AtomicLong HOURS = new AtomicLong();

    /** For {@link java.util.ServiceLoader}. */
    public AutoFuzzTransportProvider() {
        // A failure is no reason to spare the next attack the attempt: its clock runs away.
        super(
                SCHEME,
                new InetTestPair("mem", "fake") {
                    @Override
                    public List<URI> dataListenerUris(final URI controlUri) {
                        return List.of(URI.create("fake://0.0.0.0:" + controlUri.getPort()));
                    }
                },
                () -> TimeUnit.HOURS.toNanos(HOURS.incrementAndGet()));
    }
}
