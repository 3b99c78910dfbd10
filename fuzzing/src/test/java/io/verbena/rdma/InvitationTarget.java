// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The private data of the connection manager's messages, as any peer may have written it. */
public final class InvitationTarget {
    private InvitationTarget() {}

    /** One message's private data. */
    public static void attack(final byte[] input) {
        Invitation.isBlank(input);
        final byte[] frame = Invitation.frameOf(input);
        if (frame != null) {
            checkFrame(frame, input.length);
        }
        final Invitation read = Invitation.decode(input);
        if (read == null) {
            return;
        }
        if (read.grant() < 2 || read.grant() > 0xffff || read.slotBytes() > 0xffff) {
            throw new AssertionError("read as " + read);
        }
        final byte[] hello = read.hello();
        if (hello == null) {
            return;
        }
        checkFrame(hello, input.length + FrameHeader.LENGTH);
        if (!Hello.isHello(new FrameHeader().readFrom(ByteBuffer.wrap(hello), 0))) {
            throw new AssertionError("its HELLO is none");
        }
        final Invitation again = Invitation.decode(read.encode());
        if (again == null
                || again.grant() != read.grant()
                || again.slotBytes() != read.slotBytes()
                || !Arrays.equals(again.hello(), hello)) {
            throw new AssertionError("%s, written and read, is %s".formatted(read, again));
        }
    }

    private static void checkFrame(final byte[] frame, final int most) {
        final int payload = new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0).payloadLength();
        if (payload != frame.length - FrameHeader.LENGTH || frame.length > most) {
            throw new AssertionError(
                    "a frame of %d bytes that claims a payload of %d"
                            .formatted(frame.length, payload));
        }
    }
}
