// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

/** Looks at the threads of handshakes. */
public final class TlsTasksCheck {
    private TlsTasksCheck() {}

    /** Is a task under way, or waiting for a thread? */
    public static boolean areBusy() {
        return TlsTasks.areBusy();
    }
}
