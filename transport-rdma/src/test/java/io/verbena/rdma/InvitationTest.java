// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InvitationTest {
    private static byte[] hello(final String path) {
        final byte[] payload = path.getBytes(StandardCharsets.UTF_8);
        final byte[] frame = Arrays.copyOf(new byte[0], FrameHeader.LENGTH + payload.length);
        Hello.set(new FrameHeader(), 0, 0, payload.length, 16, 5000, 1 << 20)
                .writeTo(ByteBuffer.wrap(frame), 0);
        System.arraycopy(payload, 0, frame, FrameHeader.LENGTH, payload.length);
        return frame;
    }

    /** As it arrives: padded by the fabric. */
    private static byte[] padded(final byte[] data) {
        return Arrays.copyOf(data, 56);
    }

    @Test
    void itsBytesAreThoseOfTheProtocol() {
        final byte[] data = new Invitation(Invitation.FLAG_HELLO, 121, 576, hello("/a?b")).encode();
        assertThat(HexFormat.of().formatHex(data))
                .isEqualTo(
                        "5652444d" // magic
                                + "01" // version
                                + "01" // flags
                                + "7900" // grant
                                + "4002" // bytes of a receive
                                + "00"
                                + "04" // length of the path
                                + "88130000" // keepalive
                                + "0101100000000000" // versions, window, features
                                + "00001000" // longest payload
                                + "2f613f62");
    }

    @Test
    void whatWasWrittenIsRead() {
        for (final String path : new String[] {"", "/", "/a?b", "/twenty-eight-bytes-of-path/"}) {
            final byte[] hello = hello(path);
            assertThat(Invitation.fits(path.length())).isTrue();
            final Invitation read =
                    Invitation.decode(
                            padded(new Invitation(Invitation.FLAG_HELLO, 2, 64, hello).encode()));
            assertThat(read).isNotNull();
            assertThat(read.flags()).isEqualTo(Invitation.FLAG_HELLO);
            assertThat(read.grant()).isEqualTo(2);
            assertThat(read.slotBytes()).isEqualTo(64);
            assertThat(read.hello()).isEqualTo(hello);
        }
    }

    @Test
    void withoutHelloThereIsNone() {
        final Invitation read =
                Invitation.decode(padded(new Invitation(0, 9, 8240, null).encode()));
        assertThat(read).isEqualTo(new Invitation(0, 9, 8240, null));
    }

    @Test
    void theLargestNumbersAreUnsigned() {
        final Invitation read = Invitation.decode(new Invitation(0, 0xffff, 0xffff, null).encode());
        assertThat(read).isEqualTo(new Invitation(0, 0xffff, 0xffff, null));
    }

    @Test
    void aPathOfTwentyNineBytesDoesNotFit() {
        assertThat(Invitation.fits(28)).isTrue();
        assertThat(Invitation.fits(29)).isFalse();
    }

    @Test
    void whatIsTooShortIsNone() {
        final byte[] whole = new Invitation(0, 9, 64, null).encode();
        for (int length = 0; length < whole.length; length++) {
            assertThat(Invitation.decode(Arrays.copyOf(whole, length))).isNull();
        }
    }

    @Test
    void whateverComesIsReadOrRefused() {
        final SplittableRandom random = new SplittableRandom(7);
        final byte[] good = padded(new Invitation(1, 9, 64, hello("/path")).encode());
        for (int i = 0; i < 100_000; i++) {
            final byte[] data = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int k = random.nextInt(4); k > 0 && data.length > 0; k--) {
                data[random.nextInt(data.length)] = (byte) random.nextInt(256);
            }
            final Invitation read = Invitation.decode(data);
            if (read != null) {
                assertThat(read.grant()).isGreaterThanOrEqualTo(2);
                assertThat(read.slotBytes()).isGreaterThanOrEqualTo(Frames.OVERHEAD);
            }
            Invitation.frameOf(data);
        }
    }

    @Test
    void aRejectionCarriesAFrame() {
        final byte[] frame = hello("no, thank you");
        final byte[] data = Invitation.rejection(frame);
        assertThat(data).isNotNull();
        assertThat(Invitation.frameOf(Arrays.copyOf(data, Invitation.REJECTION_BYTES)))
                .isEqualTo(frame);
    }

    @Test
    void aRejectionCarriesNoFrameThatIsTooLong() {
        final int most = Invitation.REJECTION_BYTES - Invitation.FRAME_AT;
        assertThat(Invitation.rejection(new byte[most])).hasSize(Invitation.REJECTION_BYTES);
        assertThat(Invitation.rejection(new byte[most + 1])).isNull();
    }

    @Test
    void aRejectionWithoutAFrameHasNone() {
        assertThat(Invitation.frameOf(new byte[Invitation.REJECTION_BYTES])).isNull();
        assertThat(Invitation.frameOf(padded(new Invitation(0, 9, 64, null).encode()))).isNull();
    }

    @Test
    void aRejectionWhoseFrameLiesHasNone() {
        for (final int length : new int[] {-1, Integer.MIN_VALUE, 1, 100_000}) {
            final byte[] frame = new byte[FrameHeader.LENGTH];
            new FrameHeader()
                    .set(FrameType.GOODBYE, 0, 0, length, 0, 0)
                    .writeTo(ByteBuffer.wrap(frame), 0);
            assertThat(Invitation.frameOf(Invitation.rejection(frame))).isNull();
        }
    }

    @Test
    void blankIsWhatHasNothingButPadding() {
        assertThat(Invitation.isBlank(new byte[0])).isTrue();
        assertThat(Invitation.isBlank(new byte[196])).isTrue();
        assertThat(Invitation.isBlank(new byte[] {0, 0, 1})).isFalse();
    }
}
