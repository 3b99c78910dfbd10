// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.Device;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsLibrary;
import io.verbena.rdma.verbs.VerbsUnavailableException;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code rdma://host:port}. */
public final class RdmaTransportProvider implements TransportProvider {
    static final String RDMA = "rdma";

    /** For {@link java.util.ServiceLoader}. */
    public RdmaTransportProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(RDMA);
    }

    @Override
    public Availability availability(final String scheme) {
        try {
            final Verbs verbs = VerbsLibrary.get();
            final List<Device> devices = verbs.devices();
            if (devices.isEmpty()) {
                return Availability.no(
                        "this machine has no RDMA device; where the kernel has rdma_rxe,  makes one",
                        null);
            }
            return Availability.yes(
                    "%s, %s"
                            .formatted(
                                    devices.stream()
                                            .map(Device::name)
                                            .collect(Collectors.joining(", ")),
                                    verbs.description()));
        } catch (final IOException e) {
            return Availability.no(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Poller open(final PollerContext context) {
        try {
            return new RdmaPoller(context, VerbsLibrary.get(), RdmaOptions.ofSystem(), RDMA);
        } catch (final VerbsUnavailableException e) {
            throw new VerbenaException(
                    EventReason.UNAVAILABLE, "RDMA can't be used: " + e.getMessage(), e);
        }
    }
}
