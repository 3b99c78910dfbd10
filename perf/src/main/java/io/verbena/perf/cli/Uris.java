// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.net.URI;
import java.net.URISyntaxException;

/** Reads the URIs that people type. */
final class Uris {
    private static final String EXPECTED =
            "write tcp://HOST:PORT, tls://HOST:PORT, rdma://HOST:PORT, auto://HOST:PORT, jit://HOST:PORT or"
                    + " unix:///PATH/OF/SOCKET";

    private Uris() {}

    static URI parse(final String text) {
        final URI uri;
        try {
            uri = new URI(text);
        } catch (final URISyntaxException e) {
            throw new CommandException(
                    "'%s' is no URI (%s): %s".formatted(text, e.getReason(), EXPECTED), e);
        }
        if (uri.getScheme() == null || uri.isOpaque()) {
            throw new CommandException("'%s' has no scheme: %s".formatted(text, EXPECTED), null);
        }
        return uri;
    }
}
