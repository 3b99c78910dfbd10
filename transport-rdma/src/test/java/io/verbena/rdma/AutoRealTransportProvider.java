// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.auto.InetTestPair;
import io.verbena.auto.PairedTransportProvider;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** {@code auto}, on TCP and real verbs, with what tests need beside. */
public abstract class AutoRealTransportProvider extends PairedTransportProvider {
    private AutoRealTransportProvider(final String scheme, final InetTestPair pair) {
        super(scheme, pair);
    }

    /** Portals of the contract: {@code auto+direct://host:port}. */
    public static final class Direct extends AutoRealTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Direct() {
            super("auto+direct", new InetTestPair("tcp", "direct"));
        }
    }

    /** Clients whose data connection takes the detour: {@code auto+detour://host:port}. */
    public static final class Roundabout extends AutoRealTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Roundabout() {
            super("auto+detour", new InetTestPair("tcp", "detour"));
        }
    }

    /** A machine whose device can be taken from it: {@code auto+lacking://host:port}. */
    public static final class Lacking extends AutoRealTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Lacking() {
            super("auto+lacking", new RdmaPair("lacking"));
        }
    }

    /** A server that offers a port that nobody listens on: {@code auto+astray://host:port}. */
    public static final class Astray extends AutoRealTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Astray() {
            super(
                    "auto+astray",
                    new InetTestPair("tcp", "rdma") {
                        @Override
                        public String offered(final URI dataUri) {
                            return "9";
                        }
                    });
        }
    }

    /**
     * Data connections lead to the second device, and so over the pair of interfaces, whatever the
     * control connection's host is: {@code auto+far://host:port}.
     */
    public static final class Far extends AutoRealTransportProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Far() {
            super(
                    "auto+far",
                    new InetTestPair("tcp", "rdma") {
                        @Override
                        public List<URI> dataListenerUris(final URI controlUri) {
                            return List.of(peer("0"));
                        }

                        @Override
                        public URI dataUri(
                                final URI uri, final String remoteAddress, final String offered) {
                            return peer(offered);
                        }

                        @Override
                        public boolean mayBeSameHost(final String control, final String data) {
                            return true;
                        }
                    });
        }

        private static URI peer(final String port) {
            return URI.create("rdma://%s:%s".formatted(Guest.peer(), port));
        }
    }

    /** RDMA by another name, with the URIs of its own. */
    private static final class RdmaPair extends InetTestPair {
        RdmaPair(final String dataScheme) {
            super("tcp", dataScheme);
        }

        @Override
        public List<URI> dataListenerUris(final URI controlUri) {
            return super.dataListenerUris(controlUri).stream().map(RdmaPair::rdma).toList();
        }

        @Override
        public URI dataUri(final URI uri, final String remoteAddress, final String offered) {
            return rdma(super.dataUri(uri, remoteAddress, offered));
        }

        private static URI rdma(final URI uri) {
            return URI.create("rdma://" + uri.getRawAuthority());
        }
    }

    /** RDMA that can be made to be missing. */
    public static final class LackingRdma implements TransportProvider {
        private static volatile boolean missing;

        private final RdmaTransportProvider real = new RdmaTransportProvider();

        /** For {@link java.util.ServiceLoader}. */
        public LackingRdma() {}

        static void missing(final boolean is) {
            missing = is;
        }

        @Override
        public Set<String> schemes() {
            return Set.of("lacking");
        }

        @Override
        public Availability availability(final String scheme) {
            return missing ? Availability.no("no RDMA device", null) : real.availability("rdma");
        }

        @Override
        public Poller open(final PollerContext context) {
            return real.open(context);
        }
    }
}
