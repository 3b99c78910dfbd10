// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all {@code mem://} ends of this process share: who listens under which name, and the faults
 * of each name.
 *
 * <p>A name may have aliases: a client that connects to {@code mem://orders~a} reaches the listener
 * of {@code mem://orders} over a link whose faults are those of {@code orders~a}. So a test can
 * harm one session of many.
 */
public final class MemNetwork {
    static final Map<String, MemListener> LISTENERS = new ConcurrentHashMap<>();
    static final AtomicInteger LINKS = new AtomicInteger();
    private static final Map<String, MemFaults> FAULTS = new ConcurrentHashMap<>();
    private static final ConcurrentLinkedQueue<String> VIOLATIONS = new ConcurrentLinkedQueue<>();

    private MemNetwork() {}

    /**
     * The faults of the links of a name.
     *
     * @param name the name, or an alias of it, as in {@code mem://name}.
     * @return its faults: none yet, if they weren't asked for before.
     */
    public static MemFaults faults(final String name) {
        return FAULTS.computeIfAbsent(name, MemFaults::new);
    }

    /**
     * The faults of the links to a URI.
     *
     * @param uri a URI of this transport.
     * @return its faults.
     */
    public static MemFaults faults(final URI uri) {
        return faults(name(uri));
    }

    /**
     * Links with an end that is still open.
     *
     * @return their number.
     */
    public static int links() {
        return LINKS.get();
    }

    /**
     * Names that are listened on.
     *
     * @return their number.
     */
    public static int listeners() {
        return LISTENERS.size();
    }

    /** Forgets all faults that were set, so that one test's don't become another's. */
    public static void reset() {
        FAULTS.clear();
    }

    /**
     * What an engine did that the SPI forbids, since this was asked last.
     *
     * @return one line for each; empty is as it should be.
     */
    public static List<String> takeViolations() {
        final List<String> found = new ArrayList<>();
        for (String line = VIOLATIONS.poll(); line != null; line = VIOLATIONS.poll()) {
            found.add(line);
        }
        return found;
    }

    static IllegalStateException violation(final String what) {
        final IllegalStateException failure = new IllegalStateException("SPI: " + what);
        VIOLATIONS.add(what + " at " + List.of(failure.getStackTrace()));
        return failure;
    }

    static String name(final URI uri) {
        final String name = uri.getRawAuthority();
        if (!"mem".equals(uri.getScheme()) || name == null || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "a URI of this transport is mem://name, this is " + uri);
        }
        return name;
    }

    static String listenerName(final String name) {
        final int alias = name.indexOf('~');
        return alias < 0 ? name : name.substring(0, alias);
    }
}
