// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

/** Looks at the threads of handshakes. */
public final class TlsTasksProbe {
    private TlsTasksProbe() {}

    /**
     * Is a task under way, or waiting for a thread?
     *
     * @return whether there is something to come that no event queue knows of.
     */
    public static boolean areBusy() {
        return TlsTasks.areBusy();
    }
}
