// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageStream;
import io.verbena.stream.MessageWriter;
import java.io.IOException;

/** One end of a conversation, whatever carries it. */
interface Talk extends AutoCloseable {
    MessageWriter begin(int type);

    void send();

    int read();

    MessageReader in();

    @Override
    void close() throws IOException;

    /** A stream's end. */
    static Talk of(final MessageStream stream) {
        return new Talk() {
            @Override
            public MessageWriter begin(final int type) {
                return stream.begin(type);
            }

            @Override
            public void send() {
                stream.send();
            }

            @Override
            public int read() {
                return stream.read();
            }

            @Override
            public MessageReader in() {
                return stream.in();
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }
}
