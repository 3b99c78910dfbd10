// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** {@code auto://host:port} and {@code auto+tls://host:port}. */
public final class AutoTransportProvider implements TransportProvider {
    private static final String DATA = "rdma";

    private final Map<String, TransportPair> pairs;
    private final Pauses pauses;
    private final FallbackLog log = new FallbackLog();
    private volatile @Nullable List<TransportProvider> others;

    /** For {@link ServiceLoader}. */
    public AutoTransportProvider() {
        this(
                Map.of("auto", new InetPair("tcp", DATA), "auto+tls", new InetPair("tls", DATA)),
                System::nanoTime);
    }

    /**
     * Of other transports.
     *
     * @param pairs what each scheme is made of.
     * @param nanoClock what pauses are measured by.
     */
    AutoTransportProvider(final Map<String, TransportPair> pairs, final LongSupplier nanoClock) {
        this.pairs = pairs;
        this.pauses = new Pauses(nanoClock);
    }

    @Override
    public Set<String> schemes() {
        return new TreeSet<>(pairs.keySet());
    }

    /** It can be used where its control transport can. */
    @Override
    public Availability availability(final String scheme) {
        final TransportPair pair = pairs.get(scheme);
        if (pair == null) {
            return Availability.no("not a scheme of this transport: " + scheme, null);
        }
        final Availability control = availabilityOf(pair.controlScheme());
        if (!control.available()) {
            return control;
        }
        return Availability.yes(
                "begins on %s, and is carried by %s where both ends can"
                        .formatted(pair.controlScheme(), pair.dataScheme()));
    }

    private Availability availabilityOf(final String scheme) {
        for (final TransportProvider other : others()) {
            if (other.schemes().contains(scheme)) {
                return other.availability(scheme);
            }
        }
        return Availability.no("no transport for %s is on the class path".formatted(scheme), null);
    }

    /** Not before it is needed: the loader is about to find them when it finds this one. */
    private List<TransportProvider> others() {
        final List<TransportProvider> known = others;
        if (known != null) {
            return known;
        }
        final List<TransportProvider> found = new ArrayList<>();
        for (final TransportProvider other :
                ServiceLoader.load(
                        TransportProvider.class, AutoTransportProvider.class.getClassLoader())) {
            found.add(other);
        }
        others = found;
        return found;
    }

    @Override
    public Poller open(final PollerContext context) {
        return new AutoPoller(this, context);
    }

    TransportPair pair(final String scheme) {
        final TransportPair pair = pairs.get(scheme);
        if (pair == null) {
            throw new IllegalArgumentException("not a scheme of this transport: " + scheme);
        }
        return pair;
    }

    /** Some control transport of its: a poller must exist for an event queue to wait in. */
    Set<String> controlSchemes() {
        final Set<String> schemes = new TreeSet<>();
        pairs.values().forEach(pair -> schemes.add(pair.controlScheme()));
        return schemes;
    }

    Pauses pauses() {
        return pauses;
    }

    FallbackLog log() {
        return log;
    }
}
