// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsLibrary;
import io.verbena.rdma.verbs.VerbsUnavailableException;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code rdma://host:port}. */
public final class RdmaTransportProvider implements TransportProvider {
    static final String RDMA = "rdma";

    /** Verbs that count; null: not made yet. Guarded by the class. */
    private static @Nullable CountingVerbs counting;

    /** Each connection asks, so a yes is good for this long; what changes is seen by the next. */
    private static final long YES_NS = TimeUnit.SECONDS.toNanos(1);

    private static volatile @Nullable Yes yes;

    private record Yes(Availability availability, long atNs) {}

    /** For {@link java.util.ServiceLoader}. */
    public RdmaTransportProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(RDMA);
    }

    /** The verbs of this machine; always the same ones. */
    static synchronized Verbs verbs() throws VerbsUnavailableException {
        final Verbs verbs = VerbsLibrary.get();
        if (!VerbsCalls.areCounted()) {
            return verbs;
        }
        final CountingVerbs known = counting;
        if (known != null) {
            return known;
        }
        final CountingVerbs made = new CountingVerbs(verbs);
        counting = made;
        return made;
    }

    @Override
    public Availability availability(final String scheme) {
        final Yes known = yes;
        if (known != null && System.nanoTime() - known.atNs < YES_NS) {
            return known.availability;
        }
        final RdmaReport report = new Survey(RdmaTransportProvider::verbs, false).report();
        if (!report.usable()) {
            return Availability.no(report.problems().get(0), null);
        }
        final Availability found =
                Availability.yes(
                        "%s, %s"
                                .formatted(
                                        report.devices().stream()
                                                .map(RdmaReport.Device::name)
                                                .collect(Collectors.joining(", ")),
                                        report.library()));
        yes = new Yes(found, System.nanoTime());
        return found;
    }

    @Override
    public Poller open(final PollerContext context) {
        try {
            return new RdmaPoller(context, verbs(), RdmaOptions.ofSystem(), RDMA);
        } catch (final VerbsUnavailableException e) {
            throw new VerbenaException(
                    EventReason.UNAVAILABLE, "RDMA can't be used: " + e.getMessage(), e);
        }
    }
}
