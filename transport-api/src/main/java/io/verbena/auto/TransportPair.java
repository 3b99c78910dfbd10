// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two transports that make one: which they are, and how their addresses hang together. */
interface TransportPair {
    /**
     * The transport that a session begins on.
     *
     * @return its scheme.
     */
    String controlScheme();

    /**
     * The transport that a session is to be carried by.
     *
     * @return its scheme.
     */
    String dataScheme();

    /**
     * Where the control connection leads, or its listener listens.
     *
     * @param uri in the pair's own scheme.
     * @return the same in the control transport's.
     */
    URI controlUri(URI uri);

    /**
     * The other way.
     *
     * @param scheme the pair's.
     * @param controlUri in the control transport's scheme.
     * @return the same in the pair's.
     */
    URI ownUri(String scheme, URI controlUri);

    /**
     * Where to listen for data connections.
     *
     * @param controlUri where the control listener listens.
     * @return URIs to try, the best one first.
     */
    List<URI> dataListenerUris(URI controlUri);

    /**
     * What a client is told of the data listener's address.
     *
     * @param dataUri where it listens.
     * @return a short text.
     */
    String offered(URI dataUri);

    /**
     * Where the data connection leads.
     *
     * @param uri where the client connects to.
     * @param remoteAddress where the control connection leads, as its transport tells it.
     * @param offered what {@link #offered} made.
     * @return the URI; null if the text isn't one that this side understands.
     */
    @Nullable URI dataUri(URI uri, String remoteAddress, String offered);

    /**
     * Do two connections come from the same machine?
     *
     * @param control the remote address of the control connection.
     * @param data that of the data connection.
     * @return false if it is certain that they don't.
     */
    boolean mayBeSameHost(String control, String data);
}
