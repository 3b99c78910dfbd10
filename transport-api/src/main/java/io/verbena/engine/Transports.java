// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.spi.Availability;
import io.verbena.spi.TransportProvider;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The transports that are on the class path or module path, by scheme. */
final class Transports {
    private static final Map<String, TransportProvider> BY_SCHEME = load();

    private Transports() {}

    private static Map<String, TransportProvider> load() {
        final Map<String, TransportProvider> found = new TreeMap<>();
        for (final TransportProvider provider :
                ServiceLoader.load(TransportProvider.class, Transports.class.getClassLoader())) {
            for (final String scheme : provider.schemes()) {
                found.putIfAbsent(scheme, provider);
            }
        }
        return found;
    }

    /** The provider for a URI; throws if there is none, or it can't be used here. */
    static TransportProvider forUri(final URI uri) {
        final String scheme =
                uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        final TransportProvider provider = BY_SCHEME.get(scheme);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no transport for '%s': %s"
                            .formatted(
                                    uri,
                                    BY_SCHEME.isEmpty()
                                            ? "there is none at all; add verbena-tcp to the class path"
                                            : "known schemes are "
                                                    + String.join(", ", BY_SCHEME.keySet())));
        }
        final Availability availability = provider.availability(scheme);
        if (!availability.available()) {
            throw unavailable(scheme, availability);
        }
        return provider;
    }

    /** The provider of a scheme; throws if it can't be used here, for whatever reason. */
    static TransportProvider forScheme(final String scheme) {
        final TransportProvider provider = BY_SCHEME.get(scheme);
        final Availability availability = availability(scheme);
        if (provider == null || !availability.available()) {
            throw unavailable(scheme, availability);
        }
        return provider;
    }

    /** Can a scheme be used here? */
    static Availability availability(final String scheme) {
        final TransportProvider provider = BY_SCHEME.get(scheme);
        return provider == null
                ? Availability.no(
                        "no transport for %s is on the class path or module path".formatted(scheme),
                        null)
                : provider.availability(scheme);
    }

    private static VerbenaException unavailable(
            final String scheme, final Availability availability) {
        return new VerbenaException(
                EventReason.UNAVAILABLE,
                "%s can't be used here: %s".formatted(scheme, availability.detail()),
                availability.cause());
    }
}
