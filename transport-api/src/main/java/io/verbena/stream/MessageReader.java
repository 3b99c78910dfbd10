// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads messages, value by value in the order in which they were written. Nothing is believed: each
 * type, size, count and depth is checked before it is used, against the message and the limits, and
 * nothing is allocated for what hasn't arrived. For one thread at a time.
 *
 * <p>A message that is wrong in itself is a {@link StreamMalformedMessage}; one that is well-formed
 * but not what is read, a {@link StreamTypeMismatch} or {@link StreamArityMismatch}. After each of
 * them the rest of the message can't be relied on.
 *
 * <p>Numbers, and everything that is read into memory of the caller's, allocate nothing. The views
 * that {@link #string()}, {@link #object} and {@link #simpleVector} have as alternatives are of the
 * message's own memory: they are valid until the next read.
 */
public final class MessageReader {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final MessageLimits limits;

    /** Of the message and each vector and tuple that is open: where it ends. */
    private final int[] openEnd;

    /** Values that are left of it; -1 for a tuple, which doesn't tell. */
    private final int[] openLeft;

    private ByteBuffer bytes = NOTHING;
    private ByteBuffer view = NOTHING;

    /** What {@link #view} is of. */
    private ByteBuffer viewed = NOTHING;

    private byte[] scratch = new byte[256];
    private boolean wrapped;
    private int start;
    private int position;
    private int depth;

    // Of the value that was read last.
    private int payload;
    private int payloadLength;
    private int elementBytes;
    private boolean padded;

    /**
     * Makes a reader, of nothing yet.
     *
     * @param limits what is accepted.
     */
    public MessageReader(final MessageLimits limits) {
        this.limits = limits;
        openEnd = new int[limits.maxNesting() + 1];
        openLeft = new int[limits.maxNesting() + 1];
    }

    /**
     * Begins to read a message.
     *
     * @param message where it is; its byte order is the message's. Position and limit are not
     *     looked at, nor changed.
     * @param offset where it begins.
     * @param length the bytes that have arrived of it: all of them.
     * @return this.
     * @throws StreamMalformedMessage if the length and the message's own differ, or exceed the
     *     limit.
     */
    public MessageReader wrap(final ByteBuffer message, final int offset, final int length) {
        wrapped = false;
        bytes = NOTHING;
        depth = 0;
        openLeft[0] = 0;
        openEnd[0] = 0;
        position = 0;
        final int size =
                length < Layout.HEADER_BYTES
                        ? length
                        : sizeOf(message, offset, limits.maxMessageBytes());
        if (size < Layout.HEADER_BYTES || size != length) {
            throw new StreamMalformedMessage(
                    "a message of %d bytes says that it has %d".formatted(length, size));
        }
        final int count = message.getShort(offset + Layout.COUNT) & Layout.MAX_COUNT;
        final int type = message.getShort(offset + Layout.TYPE) & 0xffff;
        final boolean empty = MessageTypes.hasStaleCount(type);
        if (!empty && count > (size - Layout.HEADER_BYTES) / Layout.DESCRIPTOR_BYTES) {
            throw new StreamMalformedMessage(
                    "a message of %d bytes can't have %d values".formatted(size, count));
        }
        wrapped = true;
        bytes = message;
        start = offset;
        position = offset + Layout.HEADER_BYTES;
        openEnd[0] = offset + size;
        openLeft[0] = empty ? 0 : count;
        return this;
    }

    /**
     * The length of a message, of which at least the first 4 bytes have arrived.
     *
     * @param message where it is; its byte order is the message's.
     * @param offset where it begins.
     * @param maxBytes the most that is accepted.
     * @return its length in bytes, 16 or more.
     * @throws StreamMalformedMessage if it is below 16 or beyond the limit.
     */
    public static int sizeOf(final ByteBuffer message, final int offset, final int maxBytes) {
        final int size = message.getInt(offset + Layout.SIZE);
        if (size < Layout.HEADER_BYTES || size > maxBytes) {
            throw new StreamMalformedMessage(
                    "a message says that it has %d bytes; 16 to %d are accepted (another byte"
                                    .formatted(Integer.toUnsignedLong(size), maxBytes)
                            + " order, or no message at all?)");
        }
        return size;
    }

    /**
     * Guesses the byte order of a peer by its first message: the one in which the size is possible,
     * and where both are, the smaller size. Sizes are multiples of 4, so a message below 64 KiB is
     * never taken for the other order.
     *
     * @param message where it is; its byte order is not looked at, nor changed.
     * @param offset where it begins; at least 4 bytes have arrived.
     * @return the byte order.
     */
    public static ByteOrder guessOrder(final ByteBuffer message, final int offset) {
        final int asIs = message.getInt(offset + Layout.SIZE);
        final int swapped = Integer.reverseBytes(asIs);
        final boolean isLittle = message.order() == ByteOrder.LITTLE_ENDIAN;
        final int little = isLittle ? asIs : swapped;
        final int big = isLittle ? swapped : asIs;
        return Integer.compareUnsigned(little, big) <= 0
                ? ByteOrder.LITTLE_ENDIAN
                : ByteOrder.BIG_ENDIAN;
    }

    /**
     * The message's length.
     *
     * @return bytes with the header.
     */
    public int size() {
        return openEnd[0] - start;
    }

    /**
     * The sender's version.
     *
     * @return see {@link StreamVersion}; 0: not to be checked.
     */
    public int version() {
        return header().getInt(start + Layout.VERSION);
    }

    /**
     * The sender's configuration.
     *
     * @return flags; 0: not to be checked.
     */
    public int config() {
        return header().getInt(start + Layout.CONFIG);
    }

    /**
     * The message's type.
     *
     * @return 0 to 65535.
     */
    public int type() {
        return header().getShort(start + Layout.TYPE) & 0xffff;
    }

    /**
     * The number of values, as the message has it: stale where {@link MessageTypes#hasStaleCount}.
     *
     * @return 0 to 65535.
     */
    public int count() {
        return header().getShort(start + Layout.COUNT) & Layout.MAX_COUNT;
    }

    private ByteBuffer header() {
        if (!wrapped) {
            throw new IllegalStateException("there is no message; call wrap first");
        }
        return bytes;
    }

    /**
     * Checks how many values the message has.
     *
     * @param expected the number that will be read.
     * @return this.
     * @throws StreamArityMismatch if it has another number.
     */
    public MessageReader expect(final int expected) {
        final int count = MessageTypes.hasStaleCount(type()) ? 0 : count();
        if (count != expected) {
            throw new StreamArityMismatch(
                    "a message of type %d has %d values, and %d were expected"
                            .formatted(type(), count, expected));
        }
        return this;
    }

    /** Goes back to the message's first value. */
    void rewind() {
        depth = 0;
        position = start + Layout.HEADER_BYTES;
        openLeft[0] = MessageTypes.hasStaleCount(type()) ? 0 : count();
    }

    /**
     * Is there another value, in the vector or tuple that is open, or else in the message?
     *
     * @return whether there is.
     */
    public boolean hasNext() {
        final int left = openLeft[depth];
        return left < 0 ? position < openEnd[depth] : left > 0;
    }

    /**
     * The type of the next value, which isn't read by that.
     *
     * @return its type.
     */
    public DataType nextType() {
        return DataType.of(peek());
    }

    /** Reads past the next value, whatever it is, without looking into it. */
    public void skip() {
        read(peek());
    }

    /**
     * Reads an INT32.
     *
     * @return the value.
     */
    public int int32() {
        return bytes.getInt(fixed(DataType.INT32, Integer.BYTES));
    }

    /**
     * Reads a UINT32.
     *
     * @return 0 to 2<sup>32</sup> − 1.
     */
    public long uint32() {
        return Integer.toUnsignedLong(bytes.getInt(fixed(DataType.UINT32, Integer.BYTES)));
    }

    /**
     * Reads an INT64.
     *
     * @return the value.
     */
    public long int64() {
        return bytes.getLong(fixed(DataType.INT64, Long.BYTES));
    }

    /**
     * Reads a UINT64.
     *
     * @return all 64 bits.
     */
    public long uint64() {
        return bytes.getLong(fixed(DataType.UINT64, Long.BYTES));
    }

    /**
     * Reads a BOOL.
     *
     * @return the value.
     */
    public boolean bool() {
        final byte value = bytes.get(fixed(DataType.BOOL, 1));
        if ((value & ~1) != 0) {
            throw new StreamMalformedMessage("a BOOL is %d".formatted(value));
        }
        return value != 0;
    }

    /**
     * Reads an ENUM.
     *
     * @return the value.
     */
    public int enumerator() {
        return bytes.getInt(fixed(DataType.ENUM, Integer.BYTES));
    }

    private int fixed(final DataType type, final int length) {
        expect(type);
        if (payloadLength != length) {
            throw new StreamTypeMismatch(
                    "%s has %d bytes, and not %d".formatted(type, payloadLength, length));
        }
        return payload;
    }

    /**
     * Reads a STRING as UTF-8.
     *
     * @return a new string.
     */
    public String string() {
        expect(DataType.STRING);
        if (scratch.length < payloadLength) {
            if (payloadLength > Short.MAX_VALUE) {
                return new String(copy(), StandardCharsets.UTF_8);
            }
            scratch = new byte[payloadLength + payloadLength / 2];
        }
        bytes.get(payload, scratch, 0, payloadLength);
        return new String(scratch, 0, payloadLength, StandardCharsets.UTF_8);
    }

    /**
     * Reads a STRING's bytes.
     *
     * @return a view from position to limit, valid until the next read.
     */
    public ByteBuffer stringView() {
        expect(DataType.STRING);
        return view();
    }

    /**
     * Reads an OBJECT.
     *
     * @return a new array.
     */
    public byte[] object() {
        expect(DataType.OBJECT);
        return copy();
    }

    /**
     * Reads an OBJECT.
     *
     * @return a view from position to limit in the message's byte order, valid until the next read.
     */
    public ByteBuffer objectView() {
        expect(DataType.OBJECT);
        return view();
    }

    /**
     * Reads an OBJECT into the caller's memory.
     *
     * @param destination takes it at its position, which moves behind it; its size is what remains
     *     there.
     * @throws StreamTypeMismatch if the object has another size.
     */
    public void object(final ByteBuffer destination) {
        expect(DataType.OBJECT);
        if (payloadLength != destination.remaining()) {
            throw new StreamTypeMismatch(
                    "an OBJECT has %d bytes, and not %d"
                            .formatted(payloadLength, destination.remaining()));
        }
        destination.put(destination.position(), bytes, payload, payloadLength);
        destination.position(destination.limit());
    }

    /**
     * Reads a vector of elements of one size.
     *
     * @param size what the size of an element is expected to be; of an empty vector it isn't known.
     * @return a view of the elements, from position to limit, in the message's byte order, valid
     *     until the next read; empty if the vector is.
     * @throws StreamTypeMismatch if the elements have another size.
     */
    public ByteBuffer simpleVector(final int size) {
        simple(size);
        return view();
    }

    /**
     * The size of an element of the SIMPLE_VECTOR that comes next, which isn't read by that.
     *
     * @return bytes; 0 for an EMPTY_VECTOR.
     */
    public int nextElementBytes() {
        final int code = peek();
        if (code != DataType.SIMPLE_VECTOR.code() && code != DataType.EMPTY_VECTOR.code()) {
            throw mismatch(DataType.SIMPLE_VECTOR, code);
        }
        return bytes.get(position + Layout.ELEMENT_BYTES) & 0xff;
    }

    /**
     * Reads a vector of bytes.
     *
     * @return a new array.
     */
    public byte[] bytes() {
        simple(1);
        return copy();
    }

    /**
     * Reads a vector of 32-bit numbers.
     *
     * @return a new array.
     */
    public int[] ints() {
        simple(Integer.BYTES);
        final int[] elements = new int[payloadLength / Integer.BYTES];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = bytes.getInt(payload + i * Integer.BYTES);
        }
        return elements;
    }

    /**
     * Reads a vector of 64-bit numbers.
     *
     * @return a new array.
     */
    public long[] longs() {
        simple(Long.BYTES);
        final long[] elements = new long[payloadLength / Long.BYTES];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = bytes.getLong(payload + i * Long.BYTES);
        }
        return elements;
    }

    private void simple(final int size) {
        final int code = peek();
        if (code == DataType.EMPTY_VECTOR.code()) {
            readEmpty();
            return;
        }
        expect(DataType.SIMPLE_VECTOR);
        if (elementBytes != size) {
            throw new StreamTypeMismatch(
                    "the elements of a SIMPLE_VECTOR have %d bytes, and not %d"
                            .formatted(elementBytes, size));
        }
        if (size == 0 || payloadLength == 0 || payloadLength % size != 0) {
            throw new StreamMalformedMessage(
                    "%d bytes are no elements of %d bytes".formatted(payloadLength, size));
        }
    }

    private void readEmpty() {
        expect(DataType.EMPTY_VECTOR);
        if (payloadLength != 0) {
            throw new StreamMalformedMessage(
                    "an EMPTY_VECTOR has %d bytes".formatted(payloadLength));
        }
    }

    /**
     * Begins to read a VECTOR, or an EMPTY_VECTOR: {@link #end()} follows its last element.
     *
     * @return the number of elements.
     */
    public int beginVector() {
        final int code = peek();
        if (code == DataType.EMPTY_VECTOR.code()) {
            readEmpty();
            open(0);
            return 0;
        }
        expect(DataType.VECTOR);
        open(1);
        final long count = uint32();
        final int room = openEnd[depth] - position;
        if (count == 0 || count > room / Layout.DESCRIPTOR_BYTES) {
            throw new StreamMalformedMessage(
                    "a VECTOR of %d bytes says that it has %d elements"
                            .formatted(payloadLength, count));
        }
        if (count > limits.maxVectorElements()) {
            throw new StreamMalformedMessage(
                    "a VECTOR has %d elements; at most %d are accepted"
                            .formatted(count, limits.maxVectorElements()));
        }
        openLeft[depth] = (int) count;
        return (int) count;
    }

    /** Begins to read a TUPLE: {@link #end()} follows its last value. */
    public void beginTuple() {
        expect(DataType.TUPLE);
        open(-1);
    }

    private void open(final int left) {
        if (depth == limits.maxNesting()) {
            throw new StreamMalformedMessage(
                    "vectors and tuples are nested deeper than " + limits.maxNesting());
        }
        if (padded) {
            throw new StreamMalformedMessage("a vector or tuple has padding");
        }
        depth++;
        openEnd[depth] = payload + payloadLength;
        openLeft[depth] = left;
        position = payload;
    }

    /**
     * Ends the vector or tuple that was begun last; where none is open, the message.
     *
     * @throws StreamArityMismatch if something in it has not been read.
     */
    public void end() {
        if (hasNext()) {
            throw new StreamArityMismatch(
                    depth == 0
                            ? "%d values of the message were not read".formatted(openLeft[0])
                            : "a vector or tuple has more values than were read");
        }
        if (position != openEnd[depth] && !isStale()) {
            throw new StreamMalformedMessage(
                    "%d bytes follow the last value".formatted(openEnd[depth] - position));
        }
        if (depth > 0) {
            depth--;
        }
    }

    /** What is behind such a header is whatever the sender's buffer held. */
    private boolean isStale() {
        return depth == 0 && MessageTypes.hasStaleCount(type());
    }

    private void expect(final DataType type) {
        final int code = peek();
        if (code != type.code()) {
            throw mismatch(type, code);
        }
        read(code);
    }

    private static StreamTypeMismatch mismatch(final DataType expected, final int code) {
        return new StreamTypeMismatch(
                "a value is %s, and %s was expected".formatted(DataType.of(code), expected));
    }

    /** Checks that there is a value, and returns its type's code. */
    private int peek() {
        if (!hasNext()) {
            throw new StreamArityMismatch(
                    depth == 0
                            ? "the message has no more values"
                            : "the vector or tuple has no more values");
        }
        if (openEnd[depth] - position < Layout.DESCRIPTOR_BYTES) {
            throw new StreamMalformedMessage("a value begins behind the end of what it is in");
        }
        final int code = bytes.get(position + Layout.DATA_TYPE) & 0xff;
        if (!DataType.isCode(code)) {
            throw new StreamMalformedMessage("there is no data type " + code);
        }
        return code;
    }

    /** Reads the descriptor, and goes on behind its value. */
    private void read(final int code) {
        final int content = position + Layout.DESCRIPTOR_BYTES;
        final int padding = bytes.get(position + Layout.PADDING);
        final int dataOffset = bytes.get(position + Layout.DATA_OFFSET);
        final int size = bytes.getInt(position + Layout.DATA_SIZE);
        final boolean isSound =
                size >= 0
                        && size <= openEnd[depth] - content
                        && size % Layout.ALIGNMENT == 0
                        && (padding & ~(Layout.ALIGNMENT - 1)) == 0
                        && (dataOffset == 0 || dataOffset == Layout.ALIGNMENT)
                        && size >= dataOffset + padding;
        if (!isSound) {
            throw new StreamMalformedMessage(
                    ("%s of %d bytes, %d of them before and %d behind the value, with %d bytes"
                                    + " left")
                            .formatted(
                                    DataType.of(code),
                                    Integer.toUnsignedLong(size),
                                    dataOffset & 0xff,
                                    padding & 0xff,
                                    openEnd[depth] - content));
        }
        elementBytes = bytes.get(position + Layout.ELEMENT_BYTES) & 0xff;
        padded = dataOffset + padding > 0;
        payload = content + dataOffset;
        payloadLength = size - dataOffset - padding;
        position = content + size;
        if (openLeft[depth] > 0) {
            openLeft[depth]--;
        }
    }

    private byte[] copy() {
        final byte[] copy = new byte[payloadLength];
        bytes.get(payload, copy, 0, payloadLength);
        return copy;
    }

    @SuppressWarnings("ReferenceEquality") // it is about the memory, not about what is in it
    private ByteBuffer view() {
        if (viewed != bytes) {
            viewed = bytes;
            view = bytes.duplicate();
        }
        view.order(bytes.order());
        return view.limit(payload + payloadLength).position(payload);
    }

    @Override
    public String toString() {
        return !wrapped
                ? "no message"
                : "message of type %d, %d bytes, %d values".formatted(type(), size(), count());
    }
}
