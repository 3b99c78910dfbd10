// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.tcp.link.TlsTasksCheck;

/** The same sockets, where TLS is spoken: by all but the hostile ends, which say bytes. */
final class TlsLines extends SocketLines {
    TlsLines() {
        super("unix+tls");
    }

    /** Handshakes have their tasks done by other threads. */
    @Override
    public boolean isBusy() {
        return TlsTasksCheck.areBusy();
    }
}
