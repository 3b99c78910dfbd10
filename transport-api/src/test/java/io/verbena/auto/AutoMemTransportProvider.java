// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** {@code auto+mem://name}: a session begins on {@code mem}, and is carried by {@code fastmem}. */
public final class AutoMemTransportProvider implements TransportProvider {
    /** What pauses are measured by. */
    static final AtomicLong CLOCK = new AtomicLong();

    /** Two names where the data listener may listen, and what the tests know of its address. */
    static final String DATA = ".data";

    static final String OTHER_DATA = ".other";

    private static volatile boolean strangers;

    private final AutoTransportProvider provider =
            new AutoTransportProvider(Map.of("auto+mem", new MemPair()), CLOCK::get);

    /** From now on the data connections come from other hosts than the control connections. */
    static void strangers(final boolean are) {
        strangers = are;
    }

    @Override
    public Set<String> schemes() {
        return provider.schemes();
    }

    @Override
    public Availability availability(final String scheme) {
        return provider.availability(scheme);
    }

    @Override
    public Poller open(final PollerContext context) {
        return provider.open(context);
    }

    /** A wire, an alias of a name, leads the data connection over an alias of its own, too. */
    private static final class MemPair implements TransportPair {
        @Override
        public String controlScheme() {
            return "mem";
        }

        @Override
        public String dataScheme() {
            return "fastmem";
        }

        @Override
        public URI controlUri(final URI uri) {
            return URI.create("mem" + uri.toString().substring("auto+mem".length()));
        }

        @Override
        public URI ownUri(final String scheme, final URI controlUri) {
            return URI.create(scheme + controlUri.toString().substring("mem".length()));
        }

        @Override
        public List<URI> dataListenerUris(final URI controlUri) {
            return List.of(
                    URI.create("mem://" + controlUri.getRawAuthority() + DATA),
                    URI.create("mem://" + controlUri.getRawAuthority() + OTHER_DATA));
        }

        @Override
        public String offered(final URI dataUri) {
            return dataUri.getRawAuthority();
        }

        @Override
        public URI dataUri(final URI uri, final String remoteAddress, final String offered) {
            final String name = uri.getRawAuthority();
            final int alias = name.indexOf('~');
            return URI.create("mem://" + offered + (alias < 0 ? "" : name.substring(alias)));
        }

        @Override
        public boolean mayBeSameHost(final String control, final String data) {
            return !strangers;
        }
    }
}
