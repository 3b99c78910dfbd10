// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventReason;
import io.verbena.tcp.link.LinkException;
import io.verbena.tcp.link.PacedLink;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever the socket takes and gives at a time, and whatever a piece may have. */
class JitLinkPropertiesTest {
    private static final int CREDIT = 1;

    /** OpenJ9's messages are of whole ones. */
    private static final int WORD = 4;

    /** One end: makes frames, and takes them apart, as the engine does. */
    private static final class End {
        private final PacedLink socket;
        private final JitLink link;
        private final int piece;
        private final FrameHeader header = new FrameHeader();
        private final ByteBuffer area = ByteBuffer.allocateDirect(1 << 16);
        private long transactionId;

        End(final JitEnd end, final int pace, final int piece) {
            socket = new PacedLink(pace);
            link = new JitLink(socket, end, "the peer", () -> {});
            this.piece = piece;
        }

        void sayHello(final int credits) throws IOException {
            final ByteBuffer frame = ByteBuffer.allocate(FrameHeader.LENGTH);
            Hello.set(header, 0, credits, 0, credits, 0, piece).writeTo(frame, 0);
            writeAll(frame);
        }

        private void writeAll(final ByteBuffer... from) throws IOException {
            for (int i = 0; from[from.length - 1].hasRemaining(); i++) {
                assertThat(i).as("writes").isLessThan(1 << 17);
                link.write(from, from.length);
            }
        }

        /** The first bytes of a payload come with the header, as small ones all do. */
        void write(final int type, final byte[] payload) throws IOException {
            final int together = Math.min(payload.length, 100);
            final ByteBuffer first = ByteBuffer.allocate(FrameHeader.LENGTH + together);
            header.set(type, 0, 0, payload.length, transactionId, piece).writeTo(first, 0);
            first.put(FrameHeader.LENGTH, payload, 0, together);
            if (together == payload.length) {
                writeAll(first);
            } else {
                writeAll(first, ByteBuffer.wrap(payload, together, payload.length - together));
            }
        }

        /** Its payload; the frame must be of that type. */
        byte[] read(final int type) throws IOException {
            int read = 0;
            for (int i = 0; read == 0; i++) {
                assertThat(i).as("reads").isLessThan(1 << 17);
                read = link.read(area.clear());
            }
            header.readFrom(area, 0);
            assertThat(header.type()).isEqualTo(type);
            transactionId = header.transactionId();
            final byte[] payload = new byte[header.payloadLength()];
            assertThat(payload.length).isLessThanOrEqualTo(piece);
            int have = read - FrameHeader.LENGTH;
            area.get(FrameHeader.LENGTH, payload, 0, have);
            while (have < payload.length) {
                final ByteBuffer rest = ByteBuffer.wrap(payload, have, payload.length - have);
                have += (int) link.read(new ByteBuffer[] {rest, area.clear().limit(64)});
                assertThat(rest.position()).isEqualTo(have);
                // What follows is kept for later, and isn't the engine's yet.
                assertThat(area.position()).isZero();
            }
            return payload;
        }

        byte[] readMessage(final int type, final int askingType, final int size)
                throws IOException {
            final ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.write(read(type));
            while (message.size() < size) {
                write(askingType, new byte[0]);
                message.write(read(type));
            }
            return message.toByteArray();
        }

        void writeMessage(final int type, final int askingType, final byte[] message)
                throws IOException {
            for (int start = 0; start < message.length; start += piece) {
                if (start > 0) {
                    assertThat(read(askingType)).isEmpty();
                }
                final int end = Math.min(message.length, start + piece);
                write(type, Arrays.copyOfRange(message, start, end));
            }
        }
    }

    private static byte[] message(final int size, final ByteOrder order) {
        final byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + size);
        }
        ByteBuffer.wrap(bytes).order(order).putInt(size);
        return bytes;
    }

    @Property(tries = 300)
    void aServerReadsAndAnswersWholeMessages(
            @ForAll @Size(min = 1, max = 5) final List<@IntRange(min = 4, max = 750) Integer> words,
            @ForAll @IntRange(min = 16, max = 1200) final int piece,
            @ForAll @IntRange(min = 1, max = 1500) final int pace,
            @ForAll final boolean bigEndian)
            throws IOException {
        final ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        final End end = new End(JitEnd.SERVER, pace, piece);
        assertThat(end.read(FrameType.HELLO)).isEmpty();
        end.sayHello(CREDIT);
        for (final int each : words) {
            final int size = each * WORD;
            final byte[] message = message(size, order);
            end.socket.feed(message);
            assertThat(end.readMessage(FrameType.REQUEST, FrameType.RESPONSE, size))
                    .isEqualTo(message);
            end.writeMessage(FrameType.RESPONSE, FrameType.REQUEST, message);
            assertThat(end.socket.takeWritten()).isEqualTo(message);
        }
        end.socket.end();
        assertThat(end.read(FrameType.GOODBYE)).isEmpty();
        end.link.close();
    }

    @Property(tries = 300)
    void aClientAsksAndReadsWholeMessages(
            @ForAll @Size(min = 1, max = 5) final List<@IntRange(min = 4, max = 750) Integer> words,
            @ForAll @IntRange(min = 16, max = 1200) final int piece,
            @ForAll @IntRange(min = 1, max = 1500) final int pace)
            throws IOException {
        final End end = new End(JitEnd.CLIENT, pace, piece);
        end.sayHello(0);
        assertThat(end.read(FrameType.HELLO)).isEmpty();
        for (final int each : words) {
            final int size = each * WORD;
            final byte[] message = message(size, ByteOrder.LITTLE_ENDIAN);
            end.writeMessage(FrameType.REQUEST, FrameType.RESPONSE, message);
            assertThat(end.socket.takeWritten()).isEqualTo(message);
            end.socket.feed(message);
            assertThat(end.readMessage(FrameType.RESPONSE, FrameType.REQUEST, size))
                    .isEqualTo(message);
        }
        end.socket.end();
        assertThat(end.read(FrameType.GOODBYE)).isEmpty();
        end.link.close();
    }

    /** Whichever piece of its message what follows it has come with. */
    @Property(tries = 300)
    void whoSpeaksAgainBeforeItIsAnsweredIsRefused(
            @ForAll @IntRange(min = 4, max = 750) final int words,
            @ForAll @IntRange(min = 1, max = 600) final int excess,
            @ForAll @IntRange(min = 16, max = 1200) final int piece,
            @ForAll @IntRange(min = 1, max = 1500) final int pace)
            throws IOException {
        final End end = new End(JitEnd.SERVER, pace, piece);
        end.read(FrameType.HELLO);
        end.sayHello(CREDIT);
        final int size = words * WORD;
        end.socket.feed(Arrays.copyOf(message(size, ByteOrder.LITTLE_ENDIAN), size + excess));
        assertThatThrownBy(
                        () -> {
                            end.readMessage(FrameType.REQUEST, FrameType.RESPONSE, size);
                            end.link.read(end.area.clear());
                        })
                .isInstanceOfSatisfying(
                        LinkException.class,
                        e -> assertThat(e.reason()).isEqualTo(EventReason.PROTOCOL_ERROR));
        end.link.close();
    }

    /** Of anything that a peer sends, a server makes frames that are right, or the link ends. */
    @Property(tries = 500)
    void noiseIsFramedOrRefused(
            @ForAll @Size(max = 4000) final byte[] noise,
            @ForAll @IntRange(min = 0, max = 300) final int plausibleSize,
            @ForAll @IntRange(min = 1, max = 1500) final int pace)
            throws IOException {
        final int piece = 512;
        final End end = new End(JitEnd.SERVER, pace, piece);
        end.read(FrameType.HELLO);
        end.sayHello(CREDIT);
        if (noise.length >= Integer.BYTES && plausibleSize > 0) {
            ByteBuffer.wrap(noise).order(ByteOrder.LITTLE_ENDIAN).putInt(0, plausibleSize);
        }
        end.socket.feed(noise);
        end.socket.end();
        int taken = 0;
        try {
            while (taken < noise.length) {
                taken += end.read(FrameType.REQUEST).length;
                end.write(FrameType.RESPONSE, new byte[0]);
            }
            end.read(FrameType.GOODBYE);
        } catch (final LinkException e) {
            assertThat(e.reason()).isNotNull();
        } catch (final AssertionError e) {
            // It has ended between two messages, where GOODBYE is right and REQUEST was expected.
            assertThat(end.header.type()).isEqualTo(FrameType.GOODBYE);
        }
        end.link.close();
        assertThat(end.socket.isClosed()).isTrue();
    }
}
