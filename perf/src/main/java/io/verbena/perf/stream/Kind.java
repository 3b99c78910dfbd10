// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.IOException;
import java.net.URI;

/** What conversations are held over. */
public enum Kind {
    /** Java's sockets, by their streams: one read and one write a message. */
    SOCKETS,

    /**
     * Channels that block, and direct buffers: likewise, with fewer copies. Less than this can
     * hardly be done in Java.
     */
    CHANNELS,

    /** Streams, each with a thread of the server until the client ends it. */
    STREAMS,

    /**
     * Streams that are given back after each conversation, and handed over to a thread for the
     * next, as a server does that has many more of them than threads.
     */
    HANDED_OVER;

    /** Connects so many clients, and has as many threads of a server answer them. */
    Conversing open(final URI uri, final int threads, final int idleStreams) throws IOException {
        final Conversing opened =
                switch (this) {
                    case SOCKETS -> PlainConversing.sockets();
                    case CHANNELS -> PlainConversing.channels();
                    case STREAMS -> new StreamConversing(uri, threads, true);
                    case HANDED_OVER -> new StreamConversing(uri, threads, false);
                };
        try {
            opened.connectIdle(idleStreams);
            opened.connect(threads);
            return opened;
        } catch (final IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }
}
