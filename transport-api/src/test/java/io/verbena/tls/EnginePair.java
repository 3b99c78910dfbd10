// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import io.verbena.TlsOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** A client's and a server's engine that shake hands in memory. */
final class EnginePair {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int MOST_STEPS = 1000;

    final SSLEngine client;
    final SSLEngine server;
    private final Way toServer = new Way();
    private final Way toClient = new Way();

    private static final class Way {
        private final ByteBuffer bytes = ByteBuffer.allocate(1 << 17);
        private long total;
    }

    private EnginePair(final SSLEngine client, final SSLEngine server) {
        this.client = client;
        this.server = server;
    }

    /** They have agreed, and the client has what it needs to resume the session. */
    static EnginePair of(final TlsOptions client, final TlsOptions server) throws IOException {
        final EnginePair pair =
                new EnginePair(client.newClientEngine("localhost", 9400), server.newServerEngine());
        pair.client.beginHandshake();
        pair.server.beginHandshake();
        for (int i = 0; i < MOST_STEPS; i++) {
            final boolean moved =
                    step(pair.client, pair.toServer, pair.toClient)
                            | step(pair.server, pair.toClient, pair.toServer);
            if (!moved) {
                return pair;
            }
        }
        throw new AssertionError("they don't come to an end");
    }

    /** How much the server has said: with a certificate among it, or not. */
    long saidByServer() {
        return toClient.total;
    }

    private static boolean step(final SSLEngine engine, final Way out, final Way in)
            throws IOException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                engine.getDelegatedTask().run();
                yield true;
            }
            case NEED_WRAP -> {
                final SSLEngineResult result = engine.wrap(NOTHING, out.bytes);
                out.total += result.bytesProduced();
                yield true;
            }
            // Behind the handshake come what sessions are resumed with.
            default -> unwrap(engine, in);
        };
    }

    private static boolean unwrap(final SSLEngine engine, final Way in) throws IOException {
        in.bytes.flip();
        final SSLEngineResult result = engine.unwrap(in.bytes, ByteBuffer.allocate(1 << 15));
        in.bytes.compact();
        return (result.getStatus() == Status.OK && result.bytesConsumed() > 0)
                || engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK
                || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }
}
