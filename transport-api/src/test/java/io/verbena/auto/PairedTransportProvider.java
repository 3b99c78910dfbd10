// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Map;
import java.util.Set;

/** {@code auto}, of transports that a test chooses. */
public abstract class PairedTransportProvider implements TransportProvider {
    private final AutoTransportProvider provider;

    /**
     * Of two transports.
     *
     * @param scheme what the pair is called.
     * @param pair which two.
     */
    protected PairedTransportProvider(final String scheme, final InetTestPair pair) {
        provider = new AutoTransportProvider(Map.of(scheme, pair), System::nanoTime);
    }

    @Override
    public final Set<String> schemes() {
        return provider.schemes();
    }

    @Override
    public final Availability availability(final String scheme) {
        return provider.availability(scheme);
    }

    @Override
    public final Poller open(final PollerContext context) {
        return provider.open(context);
    }
}
