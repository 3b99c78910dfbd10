// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

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
        this(scheme, pair, System::nanoTime);
    }

    /**
     * Of two transports, on a clock.
     *
     * @param scheme what the pair is called.
     * @param pair which two.
     * @param nanoClock what pauses are measured by.
     */
    protected PairedTransportProvider(
            final String scheme, final InetTestPair pair, final LongSupplier nanoClock) {
        provider = new AutoTransportProvider(Map.of(scheme, pair), nanoClock);
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
