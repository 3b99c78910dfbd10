// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Writes messages, value by value in the order in which they are read, as OpenJ9 would: the same
 * bytes, with zeros where OpenJ9 leaves what its memory held before. Allocates nothing, as long as
 * strings are ASCII and the buffer is large enough. For one thread at a time.
 *
 * <p>What is wrong here is a mistake of the program: a value out of range, a vector that isn't
 * ended. It is an {@code IllegalArgumentException} or {@code IllegalStateException}, and the
 * message is not to be sent.
 */
public final class MessageWriter {
    private final MessageBuffer buffer;
    private final MessageLimits limits;

    /** Of each vector and tuple that is open: where its descriptor is, and its values so far. */
    private final int[] openAt;

    private final int[] openCount;

    private final CharsetEncoder encoder =
            StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);

    private int depth = -1;
    private int position;
    private int type;

    /** The number of values in this message, and until there is one, in the message before it. */
    private int count;

    /**
     * Makes a writer.
     *
     * @param buffer where the messages go; the caller closes it.
     * @param limits what the peer accepts.
     */
    public MessageWriter(final MessageBuffer buffer, final MessageLimits limits) {
        this.buffer = Objects.requireNonNull(buffer, "buffer");
        this.limits = limits;
        openAt = new int[limits.maxNesting() + 1];
        openCount = new int[limits.maxNesting() + 1];
    }

    /**
     * Begins a message without version and configuration: one that the peer doesn't check.
     *
     * @param messageType 0 to 65535.
     * @return this.
     */
    public MessageWriter begin(final int messageType) {
        return begin(messageType, 0, 0);
    }

    /**
     * Begins a message, where the buffer begins.
     *
     * @param messageType 0 to 65535.
     * @param version the sender's version, see {@link StreamVersion}; 0: not to be checked.
     * @param config the sender's configuration; 0: not to be checked.
     * @return this.
     */
    public MessageWriter begin(final int messageType, final int version, final int config) {
        range("type", messageType, 0, 0xffff);
        final ByteBuffer bytes = buffer.reserve(0, Layout.HEADER_BYTES);
        bytes.putInt(Layout.SIZE, 0);
        bytes.putInt(Layout.VERSION, version);
        bytes.putInt(Layout.CONFIG, config);
        bytes.putShort(Layout.TYPE, (short) messageType);
        position = Layout.HEADER_BYTES;
        type = messageType;
        depth = 0;
        openCount[0] = 0;
        return this;
    }

    /** Of the message that was begun last. */
    int type() {
        return type;
    }

    /**
     * Ends the message.
     *
     * @return its length in bytes; it is in the buffer from 0.
     * @throws IllegalStateException if a vector or tuple is open, or nothing was begun.
     */
    public int finish() {
        checkBegun();
        if (depth > 0) {
            throw new IllegalStateException(
                    "%d vectors or tuples are open; call end() for each".formatted(depth));
        }
        if (!MessageTypes.hasStaleCount(type)) {
            count = openCount[0];
        }
        final ByteBuffer bytes = buffer.bytes();
        bytes.putInt(Layout.SIZE, position);
        bytes.putShort(Layout.COUNT, (short) count);
        depth = -1;
        return position;
    }

    /**
     * Writes an INT32.
     *
     * @param value the value.
     * @return this.
     */
    public MessageWriter int32(final int value) {
        return fixed(DataType.INT32, value);
    }

    /**
     * Writes a UINT32.
     *
     * @param value 0 to 2<sup>32</sup> − 1.
     * @return this.
     */
    public MessageWriter uint32(final long value) {
        if (value >>> 32 != 0) {
            throw new IllegalArgumentException("not an unsigned 32-bit number: " + value);
        }
        return fixed(DataType.UINT32, (int) value);
    }

    /**
     * Writes an ENUM, which OpenJ9 doesn't send; what C++ calls an enum is an OBJECT there.
     *
     * @param value the value.
     * @return this.
     */
    public MessageWriter enumerator(final int value) {
        return fixed(DataType.ENUM, value);
    }

    private MessageWriter fixed(final DataType dataType, final int value) {
        final int at = value(dataType, Integer.BYTES, Integer.BYTES, 0);
        buffer.bytes().putInt(at, value);
        return this;
    }

    /**
     * Writes an INT64.
     *
     * @param value the value.
     * @return this.
     */
    public MessageWriter int64(final long value) {
        final int at = value(DataType.INT64, Long.BYTES, Long.BYTES, 0);
        buffer.bytes().putLong(at, value);
        return this;
    }

    /**
     * Writes a UINT64; sizes and addresses are such, too.
     *
     * @param value all 64 bits count.
     * @return this.
     */
    public MessageWriter uint64(final long value) {
        final int at = value(DataType.UINT64, Long.BYTES, Long.BYTES, 0);
        buffer.bytes().putLong(at, value);
        return this;
    }

    /**
     * Writes a BOOL.
     *
     * @param value the value.
     * @return this.
     */
    public MessageWriter bool(final boolean value) {
        final int at = value(DataType.BOOL, 1, 1, 0);
        buffer.bytes().put(at, (byte) (value ? 1 : 0));
        return this;
    }

    /**
     * Writes a STRING in UTF-8.
     *
     * @param text the text; what is no character is written as a question mark.
     * @return this.
     */
    public MessageWriter string(final CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return encoded(text);
            }
        }
        final int at = value(DataType.STRING, text.length(), 1, 0);
        final ByteBuffer bytes = buffer.bytes();
        for (int i = 0; i < text.length(); i++) {
            bytes.put(at + i, (byte) text.charAt(i));
        }
        return this;
    }

    private MessageWriter encoded(final CharSequence text) {
        final CharBuffer characters = CharBuffer.wrap(text);
        final ByteBuffer utf8 =
                ByteBuffer.allocate(
                        (int) Math.ceil(text.length() * (double) encoder.maxBytesPerChar()));
        encoder.reset();
        CoderResult result = encoder.encode(characters, utf8, true);
        if (result.isUnderflow()) {
            result = encoder.flush(utf8);
        }
        assert result.isUnderflow() : "maxBytesPerChar() bytes are enough for any character";
        return string(utf8.flip());
    }

    /**
     * Writes a STRING of bytes.
     *
     * @param text from its position to its limit, which stay.
     * @return this.
     */
    public MessageWriter string(final ByteBuffer text) {
        final int at = value(DataType.STRING, text.remaining(), 1, 0);
        buffer.bytes().put(at, text, text.position(), text.remaining());
        return this;
    }

    /**
     * Writes an OBJECT: bytes, in a layout that only the two ends know.
     *
     * @param value from its position to its limit, which stay; with more than 4 bytes it begins at
     *     a multiple of 8 in the message.
     * @return this.
     */
    public MessageWriter object(final ByteBuffer value) {
        final int at = value(DataType.OBJECT, value.remaining(), value.remaining(), 0);
        buffer.bytes().put(at, value, value.position(), value.remaining());
        return this;
    }

    /**
     * Writes a SIMPLE_VECTOR, or an EMPTY_VECTOR where there are no elements.
     *
     * @param elementBytes the size of an element, 1 to 255; above 4 the elements begin at a
     *     multiple of 8 in the message.
     * @param elements as they are to be sent, in the message's byte order; from the position to the
     *     limit, which stay.
     * @return this.
     */
    public MessageWriter simpleVector(final int elementBytes, final ByteBuffer elements) {
        range("elementBytes", elementBytes, 1, Layout.MAX_ELEMENT_BYTES);
        final int length = elements.remaining();
        if (length % elementBytes != 0) {
            throw new IllegalArgumentException(
                    "%d bytes are no whole number of elements of %d bytes"
                            .formatted(length, elementBytes));
        }
        final int at = elements(elementBytes, length);
        if (at >= 0) {
            buffer.bytes().put(at, elements, elements.position(), length);
        }
        return this;
    }

    /**
     * Writes a vector of bytes.
     *
     * @param elements the elements.
     * @return this.
     */
    public MessageWriter bytes(final byte... elements) {
        final int at = elements(1, elements.length);
        if (at >= 0) {
            buffer.bytes().put(at, elements, 0, elements.length);
        }
        return this;
    }

    /**
     * Writes a vector of 32-bit numbers.
     *
     * @param elements the elements.
     * @return this.
     */
    public MessageWriter ints(final int... elements) {
        final int at = elements(Integer.BYTES, Math.multiplyExact(elements.length, Integer.BYTES));
        for (int i = 0; i < elements.length; i++) {
            buffer.bytes().putInt(at + i * Integer.BYTES, elements[i]);
        }
        return this;
    }

    /**
     * Writes a vector of 64-bit numbers.
     *
     * @param elements the elements.
     * @return this.
     */
    public MessageWriter longs(final long... elements) {
        final int at = elements(Long.BYTES, Math.multiplyExact(elements.length, Long.BYTES));
        for (int i = 0; i < elements.length; i++) {
            buffer.bytes().putLong(at + i * Long.BYTES, elements[i]);
        }
        return this;
    }

    /** Where the elements go; -1 if there are none. */
    private int elements(final int elementBytes, final int length) {
        if (length == 0) {
            value(DataType.EMPTY_VECTOR, 0, 1, 0);
            return -1;
        }
        return value(DataType.SIMPLE_VECTOR, length, elementBytes, elementBytes);
    }

    /**
     * Begins a VECTOR, whose elements follow, all of one type, until {@link #end()}. Without
     * elements it is an EMPTY_VECTOR.
     *
     * @return this.
     */
    public MessageWriter beginVector() {
        open(DataType.VECTOR);
        // The count is a value of its own, which comes first; it is filled in at the end.
        final int at = descriptor(DataType.UINT32, Integer.BYTES, Integer.BYTES, 0);
        buffer.bytes().putInt(at, 0);
        return this;
    }

    /**
     * Begins a TUPLE, whose values follow until {@link #end()}.
     *
     * @return this.
     */
    public MessageWriter beginTuple() {
        open(DataType.TUPLE);
        return this;
    }

    private void open(final DataType dataType) {
        checkBegun();
        if (depth == limits.maxNesting()) {
            throw new IllegalArgumentException(
                    "vectors and tuples are nested deeper than %d; raise MessageLimits.maxNesting"
                                    .formatted(limits.maxNesting())
                            + " at both ends");
        }
        final int at = value(dataType, 0, 1, 0) - Layout.DESCRIPTOR_BYTES;
        depth++;
        openAt[depth] = at;
        openCount[depth] = 0;
    }

    /**
     * Ends the vector or tuple that was begun last.
     *
     * @return this.
     * @throws IllegalStateException if none is open.
     */
    public MessageWriter end() {
        checkBegun();
        if (depth == 0) {
            throw new IllegalStateException("no vector or tuple is open");
        }
        final int at = openAt[depth];
        final ByteBuffer bytes = buffer.bytes();
        final int content = at + Layout.DESCRIPTOR_BYTES;
        if (bytes.get(at) == DataType.VECTOR.code()) {
            if (openCount[depth] == 0) {
                bytes.put(at, (byte) DataType.EMPTY_VECTOR.code());
                position = content;
            } else {
                bytes.putInt(content + Layout.DESCRIPTOR_BYTES, openCount[depth]);
            }
        }
        bytes.putInt(at + Layout.DATA_SIZE, position - content);
        depth--;
        return this;
    }

    /** Writes a value's descriptor and zeroes its padding; returns where the payload goes. */
    private int value(
            final DataType dataType,
            final int payload,
            final int alignedFor,
            final int elementBytes) {
        checkBegun();
        if (depth == 0 && MessageTypes.hasStaleCount(type)) {
            throw new IllegalArgumentException(
                    "a message of type %d has no values".formatted(type));
        }
        final int most = depth == 0 ? Layout.MAX_COUNT : Integer.MAX_VALUE;
        if (openCount[depth] == most) {
            throw new IllegalArgumentException(
                    "a message has at most %d values; put some into a vector".formatted(most));
        }
        if (depth > 0
                && openCount[depth] == limits.maxVectorElements()
                && buffer.bytes().get(openAt[depth]) == DataType.VECTOR.code()) {
            throw new IllegalArgumentException(
                    "a vector has more than %d elements; raise MessageLimits.maxVectorElements"
                                    .formatted(limits.maxVectorElements())
                            + " at both ends, or use a simple vector");
        }
        final int at = descriptor(dataType, payload, alignedFor, elementBytes);
        openCount[depth]++;
        return at;
    }

    private int descriptor(
            final DataType dataType,
            final int payload,
            final int alignedFor,
            final int elementBytes) {
        final int at = position;
        final int content = at + Layout.DESCRIPTOR_BYTES;
        final int dataOffset =
                alignedFor > Layout.ALIGNMENT ? -content & (Layout.WIDE_ALIGNMENT - 1) : 0;
        final int padding = Layout.padding(payload);
        final int size = dataOffset + payload + padding;
        // Beyond 2 GiB it is negative, which the buffer refuses.
        final ByteBuffer bytes = buffer.reserve(at, size < 0 ? -1 : content + size);
        bytes.put(at + Layout.DATA_TYPE, (byte) dataType.code());
        bytes.put(at + Layout.PADDING, (byte) padding);
        bytes.put(at + Layout.DATA_OFFSET, (byte) dataOffset);
        bytes.put(at + Layout.ELEMENT_BYTES, (byte) elementBytes);
        bytes.putInt(at + Layout.DATA_SIZE, size);
        if (dataOffset > 0) {
            bytes.putInt(content, 0);
        }
        if (padding > 0) {
            // All four of the last bytes; the payload comes over what it has of them.
            bytes.putInt(content + size - Layout.ALIGNMENT, 0);
        }
        position = content + size;
        return content + dataOffset;
    }

    private void checkBegun() {
        if (depth < 0) {
            throw new IllegalStateException("no message was begun; call begin(type) first");
        }
    }

    private static void range(final String name, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be from %d to %d, is %d".formatted(name, least, most, value));
        }
    }
}
