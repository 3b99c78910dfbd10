// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.TlsOptions;
import io.verbena.TlsVersion;
import io.verbena.testkit.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/**
 * Ends that speak TLS are told bytes, in pieces of any size: records that were said once, to
 * somebody else, and whatever they are made to. Each attack is an {@link Input}.
 */
final class TlsTargets {
    /** The world's clock runs ahead of the threads that do a handshake's tasks. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private static final TlsOptions TLS =
            TestCertificates.ec()
                    .serverOptions()
                    .withServerName("localhost")
                    .withMinimumVersion(TlsVersion.TLS_1_2)
                    .withHandshakeTimeoutNs(PATIENCE_NS);

    private static final String SUITE_OF_1_2 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    private static final int RECORD_HEADER = 5;

    private static final World WORLD = new World(new TlsLines(), null, TLS);

    private TlsTargets() {}

    /** No handshake comes to its end by bytes that were said to another, so nobody is let in. */
    static void server(final byte[] input) {
        WORLD.attackServer(input);
        if (WORLD.lastAsked()) {
            throw new AssertionError("the application was asked about a client without TLS");
        }
    }

    /** Nor is any server believed. */
    static void client(final byte[] input) {
        WORLD.attackClient(input);
        if (WORLD.lastEstablished()) {
            throw new AssertionError("a server without TLS was believed");
        }
    }

    static List<byte[]> clients() {
        final byte[] hello = firstOfClient(TLS);
        return seeds(
                List.of(
                        hello,
                        firstOfClient(TLS.withCipherSuites(SUITE_OF_1_2)),
                        inRecordsOfOneByte(hello),
                        join(hello, alert(0)),
                        join(hello, hello),
                        alert(40)));
    }

    static List<byte[]> servers() {
        final byte[] answer = firstOfServer(TLS);
        return seeds(
                List.of(
                        answer,
                        firstOfServer(TLS.withCipherSuites(SUITE_OF_1_2)),
                        join(answer, alert(0)),
                        alert(40),
                        alert(70)));
    }

    private static byte[] firstOfClient(final TlsOptions options) {
        try {
            final SSLEngine engine = options.newClientEngine("localhost", 1);
            engine.beginHandshake();
            return said(engine);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] firstOfServer(final TlsOptions options) {
        try {
            final SSLEngine engine = options.newServerEngine();
            engine.beginHandshake();
            engine.unwrap(ByteBuffer.wrap(firstOfClient(options)), ByteBuffer.allocate(1 << 15));
            return said(engine);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it says before it waits. */
    private static byte[] said(final SSLEngine engine) throws IOException {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> {
                    final ByteBuffer out =
                            ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
                    engine.wrap(ByteBuffer.allocate(0), out);
                    all.write(out.array(), 0, out.position());
                }
                default -> {
                    return all.toByteArray();
                }
            }
        }
    }

    private static byte[] inRecordsOfOneByte(final byte[] record) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = RECORD_HEADER; i < record.length; i++) {
            all.write(record, 0, 3);
            all.writeBytes(new byte[] {0, 1, record[i]});
        }
        return all.toByteArray();
    }

    private static byte[] alert(final int description) {
        return new byte[] {21, 3, 3, 0, 2, 2, (byte) description};
    }

    private static byte[] join(final byte[]... parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static List<byte[]> seeds(final List<byte[]> speeches) {
        final List<byte[]> seeds = new ArrayList<>();
        for (final byte[] speech : speeches) {
            for (final Input.Ending ending : Input.Ending.values()) {
                seeds.add(new Input(0, 0, ending, speech).encode());
            }
        }
        return seeds;
    }
}
