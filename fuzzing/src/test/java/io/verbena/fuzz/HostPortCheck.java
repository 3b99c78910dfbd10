// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.spi.HostPort;
import java.net.URI;

/** What a user writes as a host and a port. */
final class HostPortCheck {
    private HostPortCheck() {}

    /** It is an address, or it is refused with a sentence. */
    static void check(final URI uri) {
        final HostPort read;
        try {
            read = HostPort.parse(uri);
        } catch (final IllegalArgumentException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("refused without a word: " + uri, e);
            }
            return;
        }
        if (read.host().isEmpty() || read.port() < 0 || read.port() > 0xffff) {
            throw new AssertionError("read as " + read);
        }
        final HostPort again = HostPort.parse(read.withPort(read.port()));
        if (!again.host().equals(read.host()) || again.port() != read.port()) {
            throw new AssertionError(
                    "%s is read as %s, and that as %s".formatted(uri, read, again));
        }
        read.isLiteral();
    }
}
