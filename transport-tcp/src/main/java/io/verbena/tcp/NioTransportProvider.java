// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * {@code tcp://host:port} and {@code unix:///path/of/socket}, in clear; {@code tls://host:port} and
 * {@code unix+tls:///path/of/socket}, secured by TLS. For peers that are OpenJ9's, and know nothing
 * of sessions: {@code jit://host:port} and {@code jit+tls://host:port}.
 */
public final class NioTransportProvider implements TransportProvider {
    static final String TCP = "tcp";
    static final String UNIX = "unix";
    static final String TLS = "tls";
    static final String UNIX_TLS = "unix+tls";
    static final String JIT = "jit";
    static final String JIT_TLS = "jit+tls";

    private static final Set<String> SCHEMES = Set.of(TCP, UNIX, TLS, UNIX_TLS, JIT, JIT_TLS);

    /** For {@link java.util.ServiceLoader}. */
    public NioTransportProvider() {}

    @Override
    public Set<String> schemes() {
        return SCHEMES;
    }

    @Override
    public Availability availability(final String scheme) {
        return Availability.yes("NIO, " + SelectorProvider.provider().getClass().getSimpleName());
    }

    @Override
    public Poller open(final PollerContext context) {
        return new NioPoller(context);
    }
}
