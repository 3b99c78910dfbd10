// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.probe;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsLibrary;
import io.verbena.rdma.verbs.VerbsUnavailableException;
import java.io.IOException;

/**
 * What a program of its own finds out about the verbs. In another package than theirs, so that it
 * can be on the class path while they are on the module path.
 */
public final class VerbsProbe {
    private VerbsProbe() {}

    /**
     * Prints one line.
     *
     * @param arguments none.
     */
    public static void main(final String[] arguments) {
        System.out.println(found());
    }

    private static String found() {
        final Verbs verbs;
        try {
            verbs = VerbsLibrary.get();
        } catch (final VerbsUnavailableException e) {
            return "unavailable: " + e.getMessage();
        }
        try {
            verbs.destroyEventChannel(verbs.createEventChannel());
            return "works: " + verbs.description() + ' ' + verbs.extensions();
        } catch (final IOException e) {
            return "loaded: "
                    + verbs.description()
                    + ' '
                    + verbs.extensions()
                    + ' '
                    + e.getMessage();
        }
    }
}
