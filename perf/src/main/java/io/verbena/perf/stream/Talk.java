// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageStream;
import io.verbena.stream.MessageWriter;

/** One end of a conversation, whatever carries it. */
interface Talk {
    MessageWriter begin(int type);

    void send();

    int read();

    MessageReader in();

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
        };
    }
}
