// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for every header, whoever made it. */
class FrameHeaderPropertiesTest {
    private static final int WORDS = FrameHeader.LENGTH / Long.BYTES;

    @Property
    void whatIsWrittenIsRead(
            @ForAll @IntRange(max = 255) final int type,
            @ForAll @IntRange(max = 255) final int flags,
            @ForAll @IntRange(max = 65535) final int credits,
            @ForAll final int payloadLength,
            @ForAll final long transactionId,
            @ForAll final long remoteAddress,
            @ForAll final int rkey,
            @ForAll final int room,
            @ForAll @IntRange(max = 200) final int index,
            @ForAll final boolean direct) {
        final int capacity = index + FrameHeader.LENGTH;
        final ByteBuffer memory =
                direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
        new FrameHeader()
                .set(type, 0xff, credits, payloadLength, transactionId, room)
                .flags(flags)
                .remoteAddress(remoteAddress)
                .rkey(rkey)
                .writeTo(memory, index);
        final FrameHeader header = new FrameHeader().readFrom(memory, index);

        assertThat(header.type()).isEqualTo(type);
        assertThat(header.flags()).isEqualTo(flags);
        assertThat(header.credits()).isEqualTo(credits);
        assertThat(header.payloadLength()).isEqualTo(payloadLength);
        assertThat(header.transactionId()).isEqualTo(transactionId);
        assertThat(header.remoteAddress()).isEqualTo(remoteAddress);
        assertThat(header.rkey()).isEqualTo(rkey);
        assertThat(header.room()).isEqualTo(room);
    }

    @Property
    void whatIsWrittenLeavesNothingOfWhatWasThereBefore(
            @ForAll @Size(WORDS) final long[] before, @ForAll final long transactionId) {
        final ByteBuffer memory = filled(before);
        new FrameHeader().set(FrameType.REQUEST, 0, 0, 0, transactionId, 0).writeTo(memory, 0);

        final ByteBuffer clean = ByteBuffer.allocate(FrameHeader.LENGTH);
        new FrameHeader().set(FrameType.REQUEST, 0, 0, 0, transactionId, 0).writeTo(clean, 0);
        assertThat(memory.array()).isEqualTo(clean.array());
    }

    @Property
    void aHeaderTouchesItsOwnBytesOnly(
            @ForAll @IntRange(max = 64) final int index, @ForAll final byte filling) {
        final byte[] bytes = new byte[index + FrameHeader.LENGTH + 64];
        Arrays.fill(bytes, filling);
        final ByteBuffer memory = ByteBuffer.wrap(bytes).position(3).limit(bytes.length);
        new FrameHeader().set(-1, -1, -1, -1, -1, -1).remoteAddress(-1).writeTo(memory, index);

        final byte[] expected = new byte[bytes.length];
        Arrays.fill(expected, filling);
        System.arraycopy(bytes, index, expected, index, FrameHeader.LENGTH);
        assertThat(bytes).isEqualTo(expected);
        assertThat(memory.position()).isEqualTo(3);
        assertThat(memory.limit()).isEqualTo(bytes.length);
    }

    @Property
    void aCopyIsTheSameHeaderWhateverTheByteOrder(
            @ForAll @Size(WORDS) final long[] words,
            @ForAll @IntRange(max = 64) final int index,
            @ForAll final boolean littleEndian) {
        final ByteBuffer source = filled(words);
        final ByteOrder order = littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        final ByteBuffer target = ByteBuffer.allocate(index + FrameHeader.LENGTH).order(order);
        final FrameHeader first = new FrameHeader().readFrom(source.duplicate().order(order), 0);
        new FrameHeader().set(first).writeTo(target, index);

        assertThat(target.order()).isEqualTo(order);

        assertThat(Arrays.copyOfRange(target.array(), index, target.capacity()))
                .isEqualTo(source.array());
    }

    @Example
    void whereThereIsNoRoomForAHeaderNoneIsReadAndNoneWritten() {
        final ByteBuffer memory = ByteBuffer.allocate(2 * FrameHeader.LENGTH).limit(40);
        final FrameHeader header = new FrameHeader().set(-1, -1, -1, -1, -1, -1);

        assertThat(header.readFrom(memory, 8).type()).isZero();
        assertThatThrownBy(() -> header.readFrom(memory, 9))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> header.writeTo(memory, 9))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> header.writeTo(memory, -1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Property
    void whateverAPeerSendsIsReadAsUnsignedOrRecognisablyWrong(
            @ForAll @Size(WORDS) final long[] words) {
        final ByteBuffer memory = filled(words);
        final FrameHeader header = new FrameHeader().readFrom(memory, 0);

        assertThat(header.type()).isBetween(0, 255);
        assertThat(header.flags()).isBetween(0, 255);
        assertThat(header.credits()).isBetween(0, 65535);
        assertThat(header.payloadLength() >= 0)
                .isEqualTo(Integer.toUnsignedLong(memory.getInt(4)) <= Integer.MAX_VALUE);
        assertThat(header.toString()).isNotEmpty();
        assertThat(FrameType.name(header.type())).isNotEmpty();
    }

    @Property
    void whatAHelloSaysIsRead(
            @ForAll @IntRange(max = 1) final int flags,
            @ForAll @IntRange(max = 65535) final int credits,
            @ForAll @IntRange(max = Hello.MAX_PAYLOAD) final int payloadLength,
            @ForAll @IntRange(max = 65535) final int window,
            @ForAll @IntRange final int keepaliveMs,
            @ForAll @IntRange final int maxPayload) {
        final FrameHeader header = new FrameHeader();
        Hello.set(header, flags, credits, payloadLength, window, keepaliveMs, maxPayload);

        assertThat(Hello.isHello(header)).isTrue();
        assertThat(Hello.speaksOurVersion(header)).isTrue();
        assertThat(header.flags()).isEqualTo(flags);
        assertThat(header.credits()).isEqualTo(credits);
        assertThat(header.payloadLength()).isEqualTo(payloadLength);
        assertThat(Hello.lowestVersion(header)).isEqualTo(Hello.VERSION);
        assertThat(Hello.highestVersion(header)).isEqualTo(Hello.VERSION);
        assertThat(Hello.window(header)).isEqualTo(window);
        assertThat(Hello.features(header)).isZero();
        assertThat(Hello.keepaliveIntervalMs(header)).isEqualTo(keepaliveMs);
        assertThat(Hello.maxPayload(header)).isEqualTo(maxPayload);
    }

    @Property
    void aRangeOfVersionsIncludesOursOrNot(
            @ForAll @IntRange(max = 255) final int lowest,
            @ForAll @IntRange(max = 255) final int highest,
            @ForAll final int features) {
        final FrameHeader header = new FrameHeader();
        Hello.set(header, 0, 0, 0, 0, 0, 0);
        header.remoteAddress((long) features << 32 | (long) highest << 8 | lowest);

        assertThat(Hello.isHello(header)).isTrue();
        assertThat(Hello.features(header)).isEqualTo(features);
        assertThat(Hello.speaksOurVersion(header))
                .isEqualTo(lowest <= Hello.VERSION && Hello.VERSION <= highest);
    }

    @Property
    void whatIsNotOursIsNoHello(@ForAll @Size(WORDS) final long[] words) {
        Assume.that(words[1] != Hello.MAGIC);
        assertThat(Hello.isHello(new FrameHeader().readFrom(filled(words), 0))).isFalse();
    }

    private static ByteBuffer filled(final long[] words) {
        final ByteBuffer memory =
                ByteBuffer.allocate(FrameHeader.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < words.length; i++) {
            memory.putLong(i * Long.BYTES, words[i]);
        }
        return memory;
    }
}
