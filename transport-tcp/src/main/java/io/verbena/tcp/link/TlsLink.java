// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS over a socket, from the end of the handshake on.
 *
 * <p>Each record is unwrapped straight into the memory that its plaintext belongs in, and wrapped
 * straight from where it is. A record that is read in part waits for its rest; what was wrapped and
 * the kernel doesn't take waits, too, and nothing is wrapped behind it.
 */
public final class TlsLink implements Link {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Records records;
    private final SSLEngine engine;
    private final TlsFaults faults;
    private final PeerIdentity peer;
    private final int packetBytes;

    /** In TLS 1.2, where a record tells its true type, and a second handshake is possible. */
    private final boolean canRenegotiate;

    private final ByteBuffer[] oneTarget = new ByteBuffer[1];
    private final ByteBuffer[] oneSource = new ByteBuffer[1];

    /** The peer has said that nothing more comes. */
    private boolean inboundClosed;

    private boolean outboundClosed;
    private boolean closed;

    TlsLink(final Records records, final SSLEngine engine, final TlsFaults faults) {
        this.records = records;
        this.engine = engine;
        this.faults = faults;
        final SSLSession session = engine.getSession();
        this.packetBytes = session.getPacketBufferSize();
        this.canRenegotiate = !session.getProtocol().equals("TLSv1.3");
        this.peer =
                new PeerIdentity(
                        certificates(session), session.getProtocol(), session.getCipherSuite());
    }

    private static List<X509Certificate> certificates(final SSLSession session) {
        final List<X509Certificate> chain = new ArrayList<>();
        try {
            for (final Certificate each : session.getPeerCertificates()) {
                if (each instanceof X509Certificate known) {
                    chain.add(known);
                }
            }
        } catch (final SSLPeerUnverifiedException e) {
            // It has shown none.
        }
        return chain;
    }

    // ---- receiving

    @Override
    public int read(final ByteBuffer into) throws IOException {
        oneTarget[0] = into;
        return (int) read(oneTarget);
    }

    @Override
    public long read(final ByteBuffer[] into) throws IOException {
        if (inboundClosed) {
            return -1;
        }
        try {
            int length = records.wholeRecord();
            if (length == 0) {
                final int read = records.fill();
                if (read < 0) {
                    throw faults.truncated();
                }
                length = records.wholeRecord();
            }
            long produced = 0;
            while (length > 0 && fits(length, into) && records.outgoingRoom() >= packetBytes) {
                produced += unwrap(length, into);
                length = inboundClosed ? 0 : records.wholeRecord();
            }
            return produced == 0 && inboundClosed ? -1 : produced;
        } catch (final SSLException | LinkException e) {
            throw failed(e);
        }
    }

    private static boolean fits(final int length, final ByteBuffer[] into) {
        int room = 0;
        for (final ByteBuffer each : into) {
            room += each.remaining();
        }
        return length <= room;
    }

    private int unwrap(final int length, final ByteBuffer[] into) throws IOException {
        if (canRenegotiate && records.peek(0) == Records.HANDSHAKE) {
            throw new LinkException(
                    EventReason.TLS_FAILED,
                    "the peer wants to renegotiate, which is refused: it has been used for attacks, and TLS 1.3 is without it",
                    null);
        }
        final SSLEngineResult result = engine.unwrap(records.record(length), into);
        records.taken(result.bytesConsumed());
        if (result.getStatus() == Status.CLOSED) {
            inboundClosed = true;
            records.taken(records.available());
        } else if (result.getStatus() != Status.OK || result.bytesConsumed() == 0) {
            throw new LinkException(
                    EventReason.TLS_FAILED,
                    "the TLS engine takes no record: " + result.getStatus(),
                    null);
        } else if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            // The peer has changed its key and asks this side to do so (RFC 8446, 4.6.3).
            answer();
        } else if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            throw new LinkException(
                    EventReason.TLS_FAILED,
                    "the peer begins another handshake, which is refused",
                    null);
        }
        return result.bytesProduced();
    }

    private void answer() throws IOException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                && records.outgoingRoom() >= packetBytes) {
            final SSLEngineResult result = engine.wrap(NOTHING, records.outgoing());
            records.wrapped(result.bytesProduced());
            if (result.getStatus() != Status.OK || result.bytesProduced() == 0) {
                break;
            }
        }
        records.flush();
    }

    @Override
    public int tailBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean hasUnread() {
        try {
            return !inboundClosed && !closed && records.wholeRecord() > 0;
        } catch (final LinkException e) {
            // The next read is to tell.
            return true;
        }
    }

    // ---- sending

    @Override
    public int write(final ByteBuffer from) throws IOException {
        oneSource[0] = from;
        return (int) write(oneSource, 1);
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) throws IOException {
        if (!records.flush()) {
            return 0;
        }
        long left = 0;
        for (int i = 0; i < count; i++) {
            left += from[i].remaining();
        }
        final long whole = left;
        try {
            while (left > 0) {
                do {
                    left -= wrap(from, count);
                } while (left > 0 && records.outgoingRoom() >= packetBytes);
                if (!records.flush()) {
                    break;
                }
            }
        } catch (final SSLException e) {
            throw failed(e);
        }
        return whole - left;
    }

    private int wrap(final ByteBuffer[] from, final int count) throws IOException {
        final SSLEngineResult result = engine.wrap(from, 0, count, records.outgoing());
        records.wrapped(result.bytesProduced());
        if (result.getStatus() != Status.OK
                || (result.bytesConsumed() == 0 && result.bytesProduced() == 0)) {
            throw new LinkException(
                    EventReason.TLS_FAILED,
                    "the TLS engine sends nothing more: " + result.getStatus(),
                    null);
        }
        return result.bytesConsumed();
    }

    @Override
    public boolean hasUnsent() {
        return records.hasUnsent();
    }

    @Override
    public boolean flush() throws IOException {
        return records.flush();
    }

    /** Says close_notify (RFC 8446, 6.1). */
    @Override
    public boolean finish() throws IOException {
        if (!records.flush()) {
            return false;
        }
        if (!outboundClosed) {
            outboundClosed = true;
            Tls.lastWords(engine, records);
        }
        return records.flush();
    }

    private LinkException failed(final IOException e) {
        outboundClosed = true;
        Tls.lastWords(engine, records);
        return e instanceof LinkException known ? known : faults.explain(e);
    }

    // ---- its life

    @Override
    public long receivedBytes() {
        return records.receivedBytes();
    }

    @Override
    public long sentBytes() {
        return records.sentBytes();
    }

    @Override
    public @Nullable PeerIdentity peer() {
        return peer;
    }

    @Override
    public void part() {
        // Its buffers are its own while it has them.
        records.moveTo(Tls.NOBODYS);
    }

    @Override
    public void moveTo(final LinkMemory memory) {
        records.moveTo(memory);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            records.close();
            Tls.release(engine);
        }
    }
}
