// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.verbena.testkit.Leaks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a writer refuses, and where its messages are. */
@ExtendWith(Leaks.class)
class MessageWriterTest {
    private MessageBuffer buffer = new MessageBuffer(1 << 20, ByteOrder.LITTLE_ENDIAN);

    @BeforeEach
    void open() {
        buffer = new MessageBuffer(1 << 20, ByteOrder.LITTLE_ENDIAN);
    }

    @AfterEach
    void close() {
        buffer.close();
    }

    private MessageWriter writer() {
        return writer(MessageLimits.defaults());
    }

    private MessageWriter writer(final MessageLimits limits) {
        return new MessageWriter(buffer, limits).begin(1);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> writer().uint32(1L << 32));
        assertThatIllegalArgumentException().isThrownBy(() -> writer().uint32(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> writer().begin(65536));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer().simpleVector(256, ByteBuffer.allocate(256)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer().simpleVector(8, ByteBuffer.allocate(12)));
    }

    @Test
    void aMessageThatIsNotBegunOrNotEndedIsRefused() {
        final MessageWriter fresh = new MessageWriter(buffer, MessageLimits.defaults());
        assertThatIllegalStateException().isThrownBy(() -> fresh.int32(1));
        assertThatIllegalStateException().isThrownBy(fresh::finish);
        assertThatIllegalStateException().isThrownBy(() -> writer().end());
        assertThatIllegalStateException().isThrownBy(() -> writer().beginVector().finish());
        final MessageWriter finished = writer();
        finished.finish();
        assertThatIllegalStateException().isThrownBy(() -> finished.int32(1));
    }

    @Test
    void aMessageWithoutValuesTakesNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer().begin(MessageTypes.CONNECTION_TERMINATE).int32(1));
    }

    @Test
    void theLimitsHoldForWhatIsSentToo() {
        final MessageLimits limits = new MessageLimits(1 << 20, 2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer(limits).beginVector().int32(1).int32(2).int32(3))
                .withMessageContaining("maxVectorElements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer(limits).beginTuple().beginTuple())
                .withMessageContaining("maxNesting");
        // A tuple's values are not a vector's elements.
        writer(limits).beginTuple().int32(1).int32(2).int32(3).end();
    }

    @Test
    void aMessageHasNoMoreValuesThanItCanCount() {
        final MessageWriter writer = writer();
        for (int i = 0; i < 65535; i++) {
            writer.bytes();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> writer.bytes());
    }

    @Test
    void aMessageLongerThanTheBufferMayBecomeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer().bytes(new byte[1 << 20]))
                .withMessageContaining("maxMessageBytes");
    }

    @Test
    void aMessageGrowsOutOfTheMemoryThatItWasLent() {
        final ByteBuffer lent = ByteBuffer.allocateDirect(64);
        buffer.begin(lent);
        final MessageWriter writer = writer().int64(42);
        assertThat(buffer.isLent()).isTrue();

        final byte[] much = new byte[200_000];
        much[199_999] = 7;
        final int length = writer.bytes(much).finish();

        assertThat(buffer.isLent()).isFalse();
        final MessageReader reader =
                new MessageReader(MessageLimits.defaults()).wrap(buffer.bytes(), 0, length);
        assertThat(reader.int64()).isEqualTo(42);
        assertThat(reader.bytes()).isEqualTo(much);
        reader.end();
    }

    @Test
    void textIsUtf8AndWhatIsNoCharacterIsAQuestionMark() {
        final MessageReader reader =
                Messages.reader(
                        Messages.hex(1, w -> w.string("Größe").string("日本𝄞").string("\ud800x")));
        assertThat(reader.string()).isEqualTo("Größe");
        assertThat(reader.string()).isEqualTo("日本𝄞");
        assertThat(reader.string()).isEqualTo("?x");
    }
}
