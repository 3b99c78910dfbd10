// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Set;

/** RDMA by a {@link Detour}: {@code detour://host:port} goes there, {@code direct://} doesn't. */
public abstract class DetourTransportProvider implements TransportProvider {
    private static volatile Detour detour;

    private final String scheme;
    private final boolean all;

    private DetourTransportProvider(final String scheme, final boolean all) {
        this.scheme = scheme;
        this.all = all;
    }

    /** The straight way, which listeners of both use. */
    public static final class Direct extends DetourTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Direct() {
            super("direct", false);
        }
    }

    /** The detour. */
    public static final class Roundabout extends DetourTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Roundabout() {
            super("detour", true);
        }
    }

    /** A new detour, for all event queues from now on. */
    static Detour reset() {
        detour = new Detour(RealVerbs.get());
        return detour;
    }

    static Detour detour() {
        return detour;
    }

    @Override
    public Set<String> schemes() {
        return Set.of(scheme);
    }

    @Override
    public Availability availability(final String asked) {
        return Availability.yes("for tests");
    }

    @Override
    public Poller open(final PollerContext context) {
        final Verbs verbs = detour.verbs(all);
        return new RdmaPoller(context, verbs, RdmaOptions.DEFAULT, scheme);
    }
}
