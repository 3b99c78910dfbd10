// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import java.net.URI;
import java.util.List;

/** A pair of transports with host and port, of which a test may change what it likes. */
public class InetTestPair implements TransportPair {
    private final InetPair pair;

    /**
     * A pair as {@code auto} is one.
     *
     * @param controlScheme what a session begins on.
     * @param dataScheme what is to carry it.
     */
    public InetTestPair(final String controlScheme, final String dataScheme) {
        pair = new InetPair(controlScheme, dataScheme);
    }

    @Override
    public String controlScheme() {
        return pair.controlScheme();
    }

    @Override
    public String dataScheme() {
        return pair.dataScheme();
    }

    @Override
    public URI controlUri(final URI uri) {
        return pair.controlUri(uri);
    }

    @Override
    public URI ownUri(final String scheme, final URI controlUri) {
        return pair.ownUri(scheme, controlUri);
    }

    @Override
    public List<URI> dataListenerUris(final URI controlUri) {
        return pair.dataListenerUris(controlUri);
    }

    @Override
    public String offered(final URI dataUri) {
        return pair.offered(dataUri);
    }

    @Override
    public URI dataUri(final URI uri, final String remoteAddress, final String offered) {
        return pair.dataUri(uri, remoteAddress, offered);
    }

    @Override
    public boolean mayBeSameHost(final String control, final String data) {
        return pair.mayBeSameHost(control, data);
    }
}
