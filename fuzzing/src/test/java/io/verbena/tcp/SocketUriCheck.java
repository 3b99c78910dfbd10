// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import java.net.URI;

/** What a user writes as the address of a socket. */
public final class SocketUriCheck {
    private SocketUriCheck() {}

    /** It is an address, or it is refused with a sentence. */
    public static void check(final URI uri) {
        final SocketUri read;
        try {
            read = SocketUri.parse(uri);
        } catch (final IllegalArgumentException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("refused without a word: " + uri, e);
            }
            return;
        }
        if (!read.unix()) {
            if (read.host().isEmpty() || read.port() < 0 || read.port() > 0xffff) {
                throw new AssertionError("read as " + read);
            }
            final SocketUri again = SocketUri.parse(read.withPort(read.port()));
            if (!again.host().equals(read.host()) || again.port() != read.port()) {
                throw new AssertionError(
                        "%s is read as %s, and that as %s".formatted(uri, read, again));
            }
        }
        if (!read.unix()) {
            read.hostPort().isLiteral();
        }
    }
}
