// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.fuzz.Input;
import io.verbena.fuzz.World;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends that would be carried by something faster are told frames on the control connection. Each
 * attack is an {@link Input}.
 */
public final class AutoTargets {
    /** On the fabric that the other targets have: a process has one. */
    private static final World WORLD = new World(new AutoLines(FabricTargets.LINES));

    private static final String TOKEN = "sixteen letters.";
    private static final int NOTHING = 1;

    private AutoTargets() {}

    /** A server is attacked. */
    public static void server(final byte[] input) {
        WORLD.attackServer(input);
    }

    /** A client is attacked. */
    public static void client(final byte[] input) {
        WORLD.attackClient(input);
    }

    /** What a client may say that knows its manners. */
    public static List<byte[]> clients() {
        final byte[] hello = hello(0, 0);
        final byte[] decline = frame(FrameType.DECLINE, 0, 4, "no device");
        final byte[] upgrade = frame(FrameType.UPGRADE, 0, 0, "");
        final byte[] request = frame(FrameType.REQUEST, 0, 64, "request");
        final byte[] goodbye = frame(FrameType.GOODBYE, 0, 1, "");
        return seeds(
                List.of(
                        join(hello, decline, request, goodbye),
                        join(hello, upgrade, request, goodbye),
                        join(hello, decline, upgrade, request),
                        join(hello, goodbye)));
    }

    /** What a server may say that knows its manners. */
    public static List<byte[]> servers() {
        final byte[] hello = hello(1, World.WINDOW);
        final byte[] offer = frame(FrameType.OFFER, 0, 0, TOKEN + "2003");
        final byte[] nothing = frame(FrameType.OFFER, NOTHING, 18, "no device");
        final byte[] upgrade = frame(FrameType.UPGRADE, 0, 0, "");
        final byte[] response = frame(FrameType.RESPONSE, 0, 0, "response");
        final byte[] goodbye = frame(FrameType.GOODBYE, 0, 1, "");
        return seeds(
                List.of(
                        join(offer, hello, response, goodbye),
                        join(nothing, hello, response, goodbye),
                        join(offer, upgrade, hello, response),
                        join(hello, offer, response)));
    }

    private static byte[] hello(final int credits, final int window) {
        final byte[] hello = new byte[FrameHeader.LENGTH];
        final FrameHeader header = new FrameHeader();
        Hello.set(header, 0, credits, 0, window, 0, 1 << 20);
        Hello.addFeatures(header, Hello.FEATURE_UPGRADE).writeTo(ByteBuffer.wrap(hello), 0);
        return hello;
    }

    private static byte[] frame(
            final int type, final int flags, final int room, final String payload) {
        final byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        final ByteBuffer frame = ByteBuffer.allocate(FrameHeader.LENGTH + bytes.length);
        // The id is that of a client's first request.
        new FrameHeader().set(type, flags, 0, bytes.length, 1L << 32, room).writeTo(frame, 0);
        return frame.put(FrameHeader.LENGTH, bytes).array();
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
            for (final int manners : new int[] {0, 2, 7, 8}) {
                seeds.add(new Input(manners, 1, Input.Ending.CLOSES, speech).encode());
            }
        }
        return seeds;
    }
}
