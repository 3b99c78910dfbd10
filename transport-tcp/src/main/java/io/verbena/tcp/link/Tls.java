// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/** What the handshake and the link after it do in the same way. */
final class Tls {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Of links that are on no event queue: frees what is given back, and has nothing. */
    static final LinkMemory NOBODYS = nobodys();

    private Tls() {}

    private static LinkMemory nobodys() {
        final LinkMemory memory = new LinkMemory();
        memory.close();
        return memory;
    }

    /** The JDK's engine works in arrays, and copies what isn't in one. */
    static boolean worksOnHeap(final SSLEngine engine) {
        return engine.getClass().getName().startsWith("sun.security.ssl.");
    }

    /** Sends the alert that the engine owes to the peer, as far as the kernel takes it. */
    static void lastWords(final SSLEngine engine, final Records records) {
        try {
            engine.closeOutbound();
            while (!engine.isOutboundDone()
                    && records.outgoingRoom() >= engine.getSession().getPacketBufferSize()) {
                final SSLEngineResult result = engine.wrap(NOTHING, records.outgoing());
                records.wrapped(result.bytesProduced());
                if (result.bytesProduced() == 0) {
                    break;
                }
            }
            records.flush();
        } catch (final IOException e) {
            // The connection ends for a reason that is known already.
        }
    }

    static void release(final SSLEngine engine) {
        if (engine instanceof ReferenceCounted counted) {
            counted.release();
        }
    }
}
