// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Set;

/** Provides {@code mem://name}. */
public final class MemTransportProvider implements TransportProvider {
    @Override
    public Set<String> schemes() {
        return Set.of("mem");
    }

    @Override
    public Availability availability(final String scheme) {
        return Availability.yes("this process's memory");
    }

    @Override
    public Poller open(final PollerContext context) {
        return new MemPoller(context);
    }
}
