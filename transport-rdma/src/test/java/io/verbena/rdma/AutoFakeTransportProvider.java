// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.auto.InetTestPair;
import io.verbena.auto.PairedTransportProvider;
import java.net.URI;
import java.util.List;

/**
 * {@code auto+fake://name:port}: a session begins in memory, where an alias ({@code ~1} behind the
 * port) is a detour, and is carried by the fabric, where the detour is an address.
 */
public final class AutoFakeTransportProvider extends PairedTransportProvider {
    static final String SCHEME = "auto+fake";

    /** Where portals listen on the fabric: everywhere, unless a test says otherwise. */
    static volatile String dataHost = "0.0.0.0";

    /** For {@link java.util.ServiceLoader}. */
    public AutoFakeTransportProvider() {
        super(SCHEME, new FakePair());
    }

    private static final class FakePair extends InetTestPair {
        FakePair() {
            super("mem", "fake");
        }

        @Override
        public List<URI> dataListenerUris(final URI controlUri) {
            return List.of(URI.create("fake://%s:%d".formatted(dataHost, controlUri.getPort())));
        }

        @Override
        public URI dataUri(final URI uri, final String remoteAddress, final String offered) {
            final boolean detour = uri.getRawAuthority().indexOf('~') >= 0;
            return URI.create(
                    "fake://%s:%s".formatted(detour ? FakeWire.DETOUR : "10.0.0.1", offered));
        }
    }
}
