// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.fuzz.Input;
import io.verbena.fuzz.World;
import io.verbena.rdma.HandPeer.Frame;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * RDMA's protocol is told invitations and SENDs, on the scripted fabric. Each attack is an {@link
 * Input} whose speech is a {@link SendLine}'s.
 */
public final class FabricTargets {
    static final FabricLines LINES = new FabricLines();
    private static final World WORLD = new World(LINES);

    /** The ids of a client's first requests. */
    private static final long[] IDS = {1L << 32, 2L << 32 | 1, 3L << 32 | 2};

    private FabricTargets() {}

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
        final Frame hello = frame(FrameType.HELLO, 0).header(HandPeer.hello(0, 0));
        final Frame small = frame(FrameType.REQUEST, 64).transaction(5);
        final Frame large = frame(FrameType.REQUEST, 0).transaction(6).at(1, 0).length(3000);
        final Frame goodbye = frame(FrameType.GOODBYE, 0);
        return seeds(
                List.of(
                        speech(HandPeer.invitation(), small, goodbye),
                        speech(HandPeer.invitation(), small, large, goodbye),
                        speech(HandPeer.invitation(), large, frame(Frames.TYPE_GRANT, 0), large),
                        speech(HandPeer.silentInvitation(), hello, small, goodbye),
                        speech(HandPeer.invitation(), frame(FrameType.KEEPALIVE, 0))));
    }

    /** What a server may say that knows its manners. */
    public static List<byte[]> servers() {
        final Frame hello = frame(FrameType.HELLO, 0).header(HandPeer.hello(2, World.WINDOW));
        final Frame response = frame(FrameType.RESPONSE, 64).transaction(IDS[0]);
        final Frame written =
                frame(FrameType.RESPONSE, 0)
                        .transaction(IDS[0])
                        .flags(Frames.FLAG_REMOTE)
                        .length(3000);
        final Frame failure = frame(FrameType.FAILURE, 0).transaction(IDS[1]);
        final Frame goodbye = frame(FrameType.GOODBYE, 0);
        final byte[] taken =
                new Invitation(Invitation.FLAG_HELLO, HandPeer.RECEIVES, HandPeer.SLOT, null)
                        .encode();
        final byte[] last =
                ByteBuffer.allocate(FrameHeader.LENGTH).put(0, (byte) FrameType.GOODBYE).array();
        return seeds(
                List.of(
                        speech(taken, hello, response, failure, goodbye),
                        speech(taken, hello, written, frame(FrameType.CLOSE, 0), goodbye),
                        speech(HandPeer.silentInvitation(), hello, frame(FrameType.CREDIT, 0)),
                        rejection(Invitation.rejection(last))));
    }

    private static Frame frame(final int type, final int payload) {
        return HandPeer.frame(type, payload);
    }

    private static List<byte[]> seeds(final List<byte[]> speeches) {
        final List<byte[]> seeds = new ArrayList<>();
        for (final byte[] speech : speeches) {
            for (final int manners : new int[] {0, 2, 3 | 4, 8}) {
                seeds.add(new Input(manners, 1, Input.Ending.CLOSES, speech).encode());
            }
        }
        return seeds;
    }

    private static byte[] speech(final byte[] privateData, final Frame... frames) {
        final ByteArrayOutputStream speech = new ByteArrayOutputStream();
        speech.writeBytes(piece(privateData));
        for (final Frame frame : frames) {
            speech.writeBytes(piece(frame.bytes()));
        }
        return speech.toByteArray();
    }

    private static byte[] rejection(final byte[] privateData) {
        final byte[] piece = piece(privateData);
        piece[1] |= (byte) 0x80;
        return piece;
    }

    private static byte[] piece(final byte[] bytes) {
        return ByteBuffer.allocate(Short.BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }
}
