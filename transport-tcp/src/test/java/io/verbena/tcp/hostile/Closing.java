// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import java.util.Collection;

/**
 * Closes all of several things, whatever closing one of them throws, so that no test harms the
 * next.
 */
final class Closing {
    private Closing() {}

    static void all(final AutoCloseable... things) throws Exception {
        Exception first = null;
        for (final AutoCloseable thing : things) {
            try {
                if (thing != null) {
                    thing.close();
                }
            } catch (final Exception | AssertionError e) {
                if (first == null) {
                    first = e instanceof Exception exception ? exception : new Exception(e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    static AutoCloseable group(final Collection<? extends AutoCloseable> things) {
        return () -> all(things.toArray(AutoCloseable[]::new));
    }
}
