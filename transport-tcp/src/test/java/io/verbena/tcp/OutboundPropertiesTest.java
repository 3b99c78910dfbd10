// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.tcp.link.PacedLink;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever is sent, and whatever the kernel takes of it at a time. */
class OutboundPropertiesTest {
    private static final int LARGE = Outbound.COPY_BYTES + 1;

    /** The kernel takes all of a frame but its last byte. */
    private static final int ALL_BUT_ONE = -1;

    /** A payload of so many bytes, while the kernel takes so many at a time. */
    private record Step(int length, int pace, boolean endsCycle) {
        int takes() {
            return pace == ALL_BUT_ONE ? FrameHeader.LENGTH + length - 1 : pace;
        }
    }

    /** A message of the application, who writes over it as soon as it may. */
    private record Message(ByteBuffer outbound, long end) implements MsgMemory {
        @Override
        public ByteBuffer inbound() {
            throw new UnsupportedOperationException("sent only");
        }

        void overwrite() {
            outbound.clear();
            while (outbound.hasRemaining()) {
                outbound.put((byte) 0);
            }
        }
    }

    /** Sends as the engine does, and knows what is to arrive. */
    private static final class Sender implements AutoCloseable {
        private final Segments segments = new Segments();
        private final Outbound outbound = new Outbound(segments);
        private final PacedLink link = new PacedLink(0);
        private final FrameHeader header = new FrameHeader();
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        private final Queue<Message> held = new ArrayDeque<>();
        private final Random content = new Random(1);
        private int frames;

        void send(final Step step) throws IOException {
            link.pace(step.takes());
            header.set(FrameType.REQUEST, 0, 0, step.length, ++frames, 0);
            final byte[] payload = new byte[step.length];
            content.nextBytes(payload);
            final ByteBuffer frame = ByteBuffer.allocate(FrameHeader.LENGTH);
            header.writeTo(frame, 0);
            sent.writeBytes(frame.array());
            sent.writeBytes(payload);
            final Message message =
                    new Message(ByteBuffer.allocateDirect(step.length), sent.size());
            message.outbound.put(0, payload);

            SendResult result = outbound.send(link, header, message);
            if (result == SendResult.BACK_PRESSURED) {
                link.pace(Integer.MAX_VALUE);
                flush();
                assertThat(outbound.takeWritable()).as("told of the room there is now").isTrue();
                result = outbound.send(link, header, message);
            }
            if (result == SendResult.HELD) {
                held.add(message);
            } else {
                assertThat(result).isEqualTo(SendResult.SENT);
                if (step.length >= LARGE) {
                    assertSent(message);
                }
                message.overwrite();
            }
            if (step.endsCycle) {
                flush();
            }
        }

        void flush() throws IOException {
            outbound.flush(link);
            for (MsgMemory done = outbound.takeSent(); done != null; done = outbound.takeSent()) {
                assertThat(done).as("in the order of sending").isSameAs(held.poll());
                assertSent((Message) done);
                ((Message) done).overwrite();
            }
        }

        private void assertSent(final Message message) {
            arrived.writeBytes(link.takeWritten());
            assertThat((long) arrived.size()).isGreaterThanOrEqualTo(message.end);
        }

        void finish() throws IOException {
            link.pace(Integer.MAX_VALUE);
            flush();
            assertThat(outbound.isEmpty()).isTrue();
            assertThat(outbound.isFull()).isFalse();
            assertThat(outbound.hasNews()).isFalse();
            assertThat(held).isEmpty();
            arrived.writeBytes(link.takeWritten());
            // Not by AssertJ, which would print megabytes.
            assertThat(Arrays.mismatch(arrived.toByteArray(), sent.toByteArray()))
                    .as("the first byte that is another")
                    .isEqualTo(-1);
        }

        @Override
        public void close() {
            outbound.close();
            segments.close();
        }
    }

    @Property(tries = 300)
    void everythingArrivesInOrderAndNoMemoryIsReadOnceItIsGivenBack(
            @ForAll("steps") final List<Step> steps) throws IOException {
        try (Sender sender = new Sender()) {
            for (final Step step : steps) {
                sender.send(step);
            }
            sender.finish();
        }
    }

    @Example
    void noneIsForgottenOfManyThatAreSentInOneDutyCycle() throws IOException {
        try (Sender sender = new Sender()) {
            for (int i = 0; i < 200; i++) {
                sender.send(new Step(LARGE + i, Integer.MAX_VALUE, false));
            }
            sender.finish();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        final Arbitrary<Integer> lengths =
                Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.integers().between(0, Outbound.COPY_BYTES)),
                        Tuple.of(3, Arbitraries.integers().between(LARGE, 10_000)),
                        Tuple.of(1, Arbitraries.integers().between(50_000, 200_000)));
        final Arbitrary<Integer> paces =
                Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.integers().between(0, 100)),
                        Tuple.of(1, Arbitraries.integers().between(0, 300_000)),
                        Tuple.of(1, Arbitraries.just(ALL_BUT_ONE)),
                        Tuple.of(9, Arbitraries.just(Integer.MAX_VALUE)));
        final Arbitrary<Boolean> endsOfCycle =
                Arbitraries.frequency(Tuple.of(1, true), Tuple.of(9, false));
        return Combinators.combine(lengths, paces, endsOfCycle).as(Step::new).list().ofMaxSize(100);
    }
}
