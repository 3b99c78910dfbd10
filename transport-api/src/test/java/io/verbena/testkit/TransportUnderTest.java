// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import java.net.URI;

/** What a transport's tests must know to run the contract. */
public interface TransportUnderTest {
    /**
     * Where to listen.
     *
     * @return a URI that nobody listens on; another one at each call, unless it has port 0.
     */
    URI listenUri();

    /**
     * Where nobody listens, and nobody will.
     *
     * @return a URI to which a connection is refused.
     */
    URI nobodyUri();

    /**
     * A portal's URI with a path and a query.
     *
     * @param portal where it listens.
     * @param pathAndQuery as in {@code /orders?shard=3}.
     * @return what to connect to.
     */
    default URI withPathAndQuery(final URI portal, final String pathAndQuery) {
        return URI.create(portal + pathAndQuery);
    }

    /**
     * What a server sees of it.
     *
     * @param portal where it listens.
     * @param pathAndQuery as for {@link #withPathAndQuery}.
     * @return what {@code SessionRequest.pathAndQuery()} is to be.
     */
    default String seenByServer(final URI portal, final String pathAndQuery) {
        return pathAndQuery;
    }

    /**
     * A detour on which links can be harmed.
     *
     * @param portal where it leads to.
     * @return the detour; the test closes it.
     */
    Wire wire(URI portal);

    /**
     * How portals are to listen.
     *
     * @return the options that a test begins with.
     */
    default PortalOptions portalOptions() {
        return PortalOptions.defaults();
    }

    /**
     * How clients are to connect.
     *
     * @return the options that a test begins with.
     */
    default ConnectOptions connectOptions() {
        return ConnectOptions.defaults();
    }

    /**
     * How long nothing must happen until nothing is on its way.
     *
     * @return nanoseconds of real time.
     */
    default long quietNs() {
        return 3_000_000;
    }

    /**
     * Do threads of the transport's own do something that an event will come of?
     *
     * @return whether nothing is quiet yet.
     */
    default boolean isBusy() {
        return false;
    }

    /**
     * Does a link that is stalled carry the news that one end has aborted it? Then that end may be
     * the first to notice, and the other be told.
     *
     * @return whether it does; what goes through the kernel doesn't.
     */
    default boolean isAbortHeardThroughAStall() {
        return false;
    }
}
