// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.BlockingClient;
import io.verbena.VerbenaException;
import io.verbena.engine.GreetingCheck;
import io.verbena.tcp.SocketUriCheck;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** URIs: what users write, and what peers send as path and query. */
final class UriTarget {
    /** Whoever these name is asked, which is not for a fuzzer to do. */
    private static final Set<String> REAL =
            Set.of(
                    "tcp",
                    "tls",
                    "unix",
                    "unix+tls",
                    "jit",
                    "jit+tls",
                    "rdma",
                    "auto",
                    "auto+tls",
                    "fake",
                    "mem");

    private UriTarget() {}

    /** One text, in UTF-8 or not. */
    static void attack(final byte[] input) {
        final String text = new String(input, UTF_8);
        GreetingCheck.checkPeers(text);
        final URI uri;
        try {
            uri = new URI(text);
        } catch (final URISyntaxException e) {
            assertRefused(text);
            return;
        }
        final String scheme =
                uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!REAL.contains(scheme)) {
            assertRefused(text);
        } else {
            SocketUriCheck.check(uri);
            HostPortCheck.check(uri);
        }
        GreetingCheck.check(uri);
    }

    /** A client is a thread: one text in sixteen is worth it. */
    private static void assertRefused(final String text) {
        if (text.hashCode() % 16 != 0) {
            return;
        }
        try (BlockingClient client = BlockingClient.connect(text)) {
            throw new AssertionError("connected to " + text + ": " + client);
        } catch (final IllegalArgumentException | VerbenaException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("refused without a word: " + text, e);
            }
        }
    }
}
