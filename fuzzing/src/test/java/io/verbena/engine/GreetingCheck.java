// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.wire.Hello;
import java.net.URI;
import java.util.List;

/** The path and query that a HELLO carries, from the client's URI to the server's application. */
public final class GreetingCheck {
    private static final List<URI> PORTALS =
            List.of(
                    URI.create("tcp://127.0.0.1:9400"),
                    URI.create("tcp://[::1]:9400"),
                    URI.create("mem://name"),
                    URI.create("unix:///run/app.sock"));

    private GreetingCheck() {}

    /** What a client would send of a URI is what the server gets. */
    public static void check(final URI uri) {
        final byte[] sent;
        try {
            sent = Greeting.encode(uri);
        } catch (final IllegalArgumentException e) {
            if (uri.toString().length() <= Hello.MAX_PAYLOAD / 3) {
                throw new AssertionError("refused for its length: " + uri, e);
            }
            return;
        }
        final String text = new String(sent, UTF_8);
        if (sent.length > Hello.MAX_PAYLOAD) {
            throw new AssertionError("a HELLO of %d bytes".formatted(sent.length));
        }
        if (!text.isEmpty()) {
            checkPeers(text);
            if (uri.getRawAuthority() != null && Greeting.resolve(PORTALS.get(0), text) == null) {
                throw new AssertionError("what a client sends of %s is no path".formatted(uri));
            }
        }
    }

    /** What a peer sends as path and query never names another portal. */
    public static void checkPeers(final String pathAndQuery) {
        if (!pathAndQuery.startsWith("/") && !pathAndQuery.startsWith("?")) {
            return;
        }
        for (final URI portal : PORTALS) {
            final URI whole = Greeting.resolve(portal, pathAndQuery);
            if (whole == null) {
                continue;
            }
            if (!portal.getScheme().equals(whole.getScheme())
                    || !java.util.Objects.equals(portal.getRawAuthority(), whole.getRawAuthority())
                    || (portal.getRawAuthority() == null
                            && !portal.getRawPath().equals(whole.getRawPath()))
                    || whole.getFragment() != null) {
                throw new AssertionError(
                        "%s at the portal %s is %s".formatted(pathAndQuery, portal, whole));
            }
        }
    }
}
