// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;

/** A handshake between an engine and a socket, as far as it goes without waiting for anything. */
final class HandshakeSteps {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final Records records;
    private final LinkMemory memory;
    private final TlsFaults faults;

    /** What the handshake waits for. */
    enum Awaited {
        /** Nothing: there is another step. */
        NOTHING,

        /** Something to read. */
        READ,

        /** Room to write. */
        WRITE,

        /** The engine's tasks. */
        TASKS,

        /** Nothing any more: it is done. */
        DONE
    }

    HandshakeSteps(
            final SSLEngine engine,
            final Records records,
            final LinkMemory memory,
            final TlsFaults faults) {
        this.engine = engine;
        this.records = records;
        this.memory = memory;
        this.faults = faults;
    }

    /**
     * Goes on until something is awaited.
     *
     * @return what; never {@link Awaited#NOTHING}.
     * @throws IOException if the socket or the engine has failed, or the peer is wrong.
     */
    Awaited advance() throws IOException {
        Awaited awaited = step();
        while (awaited == Awaited.NOTHING) {
            awaited = step();
        }
        return awaited;
    }

    private Awaited step() throws IOException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> Awaited.TASKS;
            case NEED_WRAP -> wrap();
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> records.flush() ? unwrap() : Awaited.WRITE;
            default -> records.flush() ? Awaited.DONE : Awaited.WRITE;
        };
    }

    private Awaited wrap() throws IOException {
        if (records.outgoingRoom() < engine.getSession().getPacketBufferSize()
                && !records.flush()) {
            return Awaited.WRITE;
        }
        final SSLEngineResult result = engine.wrap(NOTHING, records.outgoing());
        records.wrapped(result.bytesProduced());
        if (result.getStatus() == Status.CLOSED && result.bytesProduced() == 0) {
            throw faults.endedInHandshake(null);
        }
        return Awaited.NOTHING;
    }

    private Awaited unwrap() throws IOException {
        // Engines want to see room, though handshake messages have nothing for us.
        final LinkBuffer target = memory.take(false);
        try {
            // BoringSSL's goes on only when it is asked to: behind its tasks, and behind the last
            // record of the handshake, where it would take data for a part of it.
            engine.unwrap(NOTHING, target.room());
            return awaitsRecord() ? unwrapRecord(target) : Awaited.NOTHING;
        } finally {
            memory.giveBack(target);
        }
    }

    private boolean awaitsRecord() {
        return switch (engine.getHandshakeStatus()) {
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> true;
            default -> false;
        };
    }

    private Awaited unwrapRecord(final LinkBuffer target) throws IOException {
        int length = records.wholeRecord();
        if (length == 0) {
            final int read = records.fill();
            if (read < 0) {
                throw faults.endedInHandshake(null);
            }
            length = records.wholeRecord();
        }
        if (length == 0) {
            return Awaited.READ;
        }
        final SSLEngineResult result = engine.unwrap(records.record(length), target.room());
        records.taken(result.bytesConsumed());
        if (result.getStatus() == Status.CLOSED) {
            throw faults.endedInHandshake(null);
        }
        if (result.bytesProduced() > 0) {
            throw new LinkException(
                    EventReason.TLS_FAILED, "there is data in the middle of the handshake", null);
        }
        return Awaited.NOTHING;
    }
}
