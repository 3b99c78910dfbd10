// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends that want a shared secret to be proved are told frames by peers that don't know it. Each
 * attack is an {@link Input}.
 */
final class SecretTargets {
    private static final World WORLD =
            new World(
                    new MemLines(URI.create("mem://asks"), URI.create("mem://pretends")),
                    SharedSecret.of("nobody guesses this".getBytes(StandardCharsets.US_ASCII)),
                    null);

    private SecretTargets() {}

    /** Whoever it is, it never becomes a session. */
    static void server(final byte[] input) {
        WORLD.attackServer(input);
        if (WORLD.lastAsked()) {
            throw new AssertionError("the application was asked about a client without the secret");
        }
    }

    /** Whatever it says, it is not believed. */
    static void client(final byte[] input) {
        WORLD.attackClient(input);
        if (WORLD.lastEstablished()) {
            throw new AssertionError("a server without the secret was believed");
        }
    }

    static List<byte[]> clients() {
        final byte[] hello = hello(0, 0, 0);
        final byte[] proof = frame(FrameType.PROOF, Proof.CLIENT_LENGTH);
        final byte[] request = frame(FrameType.REQUEST, 8);
        return seeds(
                List.of(
                        join(hello, proof, request),
                        join(hello, proof, proof),
                        join(hello, frame(FrameType.PROOF, 1)),
                        join(hello, frame(FrameType.GOODBYE, 0)),
                        join(hello, request)));
    }

    static List<byte[]> servers() {
        final byte[] challenge = frame(FrameType.CHALLENGE, Proof.NONCE_LENGTH);
        final byte[] hello = hello(1, World.WINDOW, Proof.MAC_LENGTH);
        return seeds(
                List.of(
                        join(challenge, hello),
                        join(challenge, challenge),
                        join(frame(FrameType.CHALLENGE, 1), hello),
                        join(hello, challenge),
                        join(hello(1, World.WINDOW, 0), frame(FrameType.RESPONSE, 8))));
    }

    private static byte[] hello(final int credits, final int window, final int payload) {
        final byte[] hello = new byte[FrameHeader.LENGTH + payload];
        final FrameHeader header = new FrameHeader();
        Hello.set(header, 0, credits, payload, window, 0, 1 << 16);
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION).writeTo(ByteBuffer.wrap(hello), 0);
        return hello;
    }

    private static byte[] frame(final int type, final int payload) {
        final byte[] frame = new byte[FrameHeader.LENGTH + payload];
        new FrameHeader().set(type, 0, 0, payload, 0, 1).writeTo(ByteBuffer.wrap(frame), 0);
        return frame;
    }

    private static byte[] join(final byte[]... frames) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static List<byte[]> seeds(final List<byte[]> speeches) {
        final List<byte[]> seeds = new ArrayList<>();
        for (final byte[] speech : speeches) {
            for (final int manners : new int[] {0, 7, 8}) {
                seeds.add(new Input(manners, 1, Input.Ending.CLOSES, speech).encode());
            }
        }
        return seeds;
    }
}
