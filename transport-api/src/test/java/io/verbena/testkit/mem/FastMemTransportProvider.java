// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Set;

/**
 * The mem transport once more, with pollers of its own: in the place of the fast one of two
 * transports, which a machine may lack. Its URIs are {@code mem://}, too.
 */
public final class FastMemTransportProvider implements TransportProvider {
    private static volatile String missing;

    /**
     * Takes the transport from this machine, or gives it back.
     *
     * @param why what is missing; null: nothing.
     */
    public static void missing(final String why) {
        missing = why;
    }

    @Override
    public Set<String> schemes() {
        return Set.of("fastmem");
    }

    @Override
    public Availability availability(final String scheme) {
        final String why = missing;
        return why == null ? Availability.yes("this process's memory") : Availability.no(why, null);
    }

    @Override
    public Poller open(final PollerContext context) {
        if (missing != null) {
            throw new VerbenaException(
                    EventReason.UNAVAILABLE, "opened though it isn't there", null);
        }
        return new MemPoller(context);
    }
}
