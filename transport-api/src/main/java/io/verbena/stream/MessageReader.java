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

    private final MessageCursor cursor;

    private ByteBuffer view = NOTHING;

    /** What {@link #view} is of. */
    private ByteBuffer viewed = NOTHING;

    private byte[] scratch = new byte[256];

    /**
     * Makes a reader, of nothing yet.
     *
     * @param limits what is accepted.
     */
    public MessageReader(final MessageLimits limits) {
        cursor = new MessageCursor(limits);
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
        cursor.wrap(message, offset, length);
        return this;
    }

    /** Like {@link #wrap} of a message that has arrived whole by its own {@link #sizeOf}. */
    void wrapSized(final ByteBuffer message, final int offset, final int size) {
        cursor.wrapSized(message, offset, size);
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
        return MessageCursor.sizeOf(message, offset, maxBytes);
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
        return cursor.size();
    }

    /**
     * The sender's version.
     *
     * @return see {@link StreamVersion}; 0: not to be checked.
     */
    public int version() {
        return cursor.version();
    }

    /**
     * The sender's configuration.
     *
     * @return flags; 0: not to be checked.
     */
    public int config() {
        return cursor.config();
    }

    /**
     * The message's type.
     *
     * @return 0 to 65535.
     */
    public int type() {
        return cursor.type();
    }

    /**
     * The number of values, as the message has it: stale where {@link MessageTypes#hasStaleCount}.
     *
     * @return 0 to 65535.
     */
    public int count() {
        return cursor.count();
    }

    /**
     * Checks how many values the message has.
     *
     * @param expected the number that will be read.
     * @return this.
     * @throws StreamArityMismatch if it has another number.
     */
    public MessageReader expect(final int expected) {
        final int count = cursor.values();
        if (count != expected) {
            throw new StreamArityMismatch(
                    "a message of type %d has %d values, and %d were expected"
                            .formatted(type(), count, expected));
        }
        return this;
    }

    /** Goes back to the message's first value. */
    void rewind() {
        cursor.rewind();
    }

    /**
     * Is there another value, in the vector or tuple that is open, or else in the message?
     *
     * @return whether there is.
     */
    public boolean hasNext() {
        return cursor.hasNext();
    }

    /**
     * The type of the next value, which isn't read by that.
     *
     * @return its type.
     */
    public DataType nextType() {
        return DataType.of(cursor.nextCode());
    }

    /** Reads past the next value, whatever it is, without looking into it. */
    public void skip() {
        cursor.skip();
    }

    /**
     * Reads an INT32.
     *
     * @return the value.
     */
    public int int32() {
        return cursor.bytes().getInt(fixed(DataType.INT32, Integer.BYTES));
    }

    /**
     * Reads a UINT32.
     *
     * @return 0 to 2<sup>32</sup> − 1.
     */
    public long uint32() {
        return Integer.toUnsignedLong(cursor.bytes().getInt(fixed(DataType.UINT32, Integer.BYTES)));
    }

    /**
     * Reads an INT64.
     *
     * @return the value.
     */
    public long int64() {
        return cursor.bytes().getLong(fixed(DataType.INT64, Long.BYTES));
    }

    /**
     * Reads a UINT64.
     *
     * @return all 64 bits.
     */
    public long uint64() {
        return cursor.bytes().getLong(fixed(DataType.UINT64, Long.BYTES));
    }

    /**
     * Reads a BOOL.
     *
     * @return the value.
     */
    public boolean bool() {
        final byte value = cursor.bytes().get(fixed(DataType.BOOL, 1));
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
        return cursor.bytes().getInt(fixed(DataType.ENUM, Integer.BYTES));
    }

    private int fixed(final DataType type, final int length) {
        cursor.take(type);
        if (cursor.payloadLength() != length) {
            throw new StreamTypeMismatch(
                    "%s has %d bytes, and not %d".formatted(type, cursor.payloadLength(), length));
        }
        return cursor.payload();
    }

    /**
     * Reads a STRING as UTF-8.
     *
     * @return a new string.
     */
    public String string() {
        cursor.take(DataType.STRING);
        final int length = cursor.payloadLength();
        if (scratch.length < length) {
            if (length > Short.MAX_VALUE) {
                return new String(copy(), StandardCharsets.UTF_8);
            }
            scratch = new byte[length + length / 2];
        }
        cursor.bytes().get(cursor.payload(), scratch, 0, length);
        return new String(scratch, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * Reads a STRING's bytes.
     *
     * @return a view from position to limit, valid until the next read.
     */
    public ByteBuffer stringView() {
        cursor.take(DataType.STRING);
        return view();
    }

    /**
     * Reads an OBJECT.
     *
     * @return a new array.
     */
    public byte[] object() {
        cursor.take(DataType.OBJECT);
        return copy();
    }

    /**
     * Reads an OBJECT.
     *
     * @return a view from position to limit in the message's byte order, valid until the next read.
     */
    public ByteBuffer objectView() {
        cursor.take(DataType.OBJECT);
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
        cursor.take(DataType.OBJECT);
        if (cursor.payloadLength() != destination.remaining()) {
            throw new StreamTypeMismatch(
                    "an OBJECT has %d bytes, and not %d"
                            .formatted(cursor.payloadLength(), destination.remaining()));
        }
        destination.put(
                destination.position(), cursor.bytes(), cursor.payload(), cursor.payloadLength());
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
        final int code = cursor.nextCode();
        if (code != DataType.SIMPLE_VECTOR.code() && code != DataType.EMPTY_VECTOR.code()) {
            throw MessageCursor.mismatch(DataType.SIMPLE_VECTOR, code);
        }
        return cursor.nextElementBytes();
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
        final ByteBuffer from = cursor.bytes();
        final int at = cursor.payload();
        final int[] elements = new int[cursor.payloadLength() / Integer.BYTES];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = from.getInt(at + i * Integer.BYTES);
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
        final ByteBuffer from = cursor.bytes();
        final int at = cursor.payload();
        final long[] elements = new long[cursor.payloadLength() / Long.BYTES];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = from.getLong(at + i * Long.BYTES);
        }
        return elements;
    }

    private void simple(final int size) {
        final int code = cursor.nextCode();
        if (code == DataType.EMPTY_VECTOR.code()) {
            readEmpty();
            return;
        }
        cursor.take(DataType.SIMPLE_VECTOR);
        if (cursor.elementBytes() != size) {
            throw new StreamTypeMismatch(
                    "the elements of a SIMPLE_VECTOR have %d bytes, and not %d"
                            .formatted(cursor.elementBytes(), size));
        }
        if (size == 0 || cursor.payloadLength() == 0 || cursor.payloadLength() % size != 0) {
            throw new StreamMalformedMessage(
                    "%d bytes are no elements of %d bytes".formatted(cursor.payloadLength(), size));
        }
    }

    private void readEmpty() {
        cursor.take(DataType.EMPTY_VECTOR);
        if (cursor.payloadLength() != 0) {
            throw new StreamMalformedMessage(
                    "an EMPTY_VECTOR has %d bytes".formatted(cursor.payloadLength()));
        }
    }

    /**
     * Begins to read a VECTOR, or an EMPTY_VECTOR: {@link #end()} follows its last element.
     *
     * @return the number of elements.
     */
    public int beginVector() {
        final int code = cursor.nextCode();
        if (code == DataType.EMPTY_VECTOR.code()) {
            readEmpty();
            cursor.enter(0);
            return 0;
        }
        cursor.take(DataType.VECTOR);
        cursor.enter(1);
        final long count = uint32();
        cursor.left(count);
        return (int) count;
    }

    /** Begins to read a TUPLE: {@link #end()} follows its last value. */
    public void beginTuple() {
        cursor.take(DataType.TUPLE);
        cursor.enter(-1);
    }

    /**
     * Ends the vector or tuple that was begun last; where none is open, the message.
     *
     * @throws StreamArityMismatch if something in it has not been read.
     */
    public void end() {
        cursor.leave();
    }

    private byte[] copy() {
        final byte[] copy = new byte[cursor.payloadLength()];
        cursor.bytes().get(cursor.payload(), copy, 0, cursor.payloadLength());
        return copy;
    }

    @SuppressWarnings("ReferenceEquality") // it is about the memory, not about what is in it
    private ByteBuffer view() {
        final ByteBuffer bytes = cursor.bytes();
        if (viewed != bytes) {
            viewed = bytes;
            view = bytes.duplicate();
        }
        view.order(bytes.order());
        return view.limit(cursor.payload() + cursor.payloadLength()).position(cursor.payload());
    }

    @Override
    public String toString() {
        return !cursor.isWrapped()
                ? "no message"
                : "message of type %d, %d bytes, %d values".formatted(type(), size(), count());
    }
}
