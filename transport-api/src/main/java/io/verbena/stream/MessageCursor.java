// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;

/**
 * A place in a message, which goes from value to value, into vectors and tuples and out of them.
 * Each descriptor is checked against what it is in and against the limits before anything behind it
 * is looked at; what the values mean is for {@link MessageReader}.
 */
final class MessageCursor {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final MessageLimits limits;

    /** Of the message and each vector and tuple that is open: where it ends. */
    private final int[] openEnd;

    /** Values that are left of it; -1 for a tuple, which doesn't tell. */
    private final int[] openLeft;

    private ByteBuffer bytes = NOTHING;
    private boolean wrapped;
    private int start;
    private int position;
    private int depth;

    // Of the value that was taken last.
    private int payload;
    private int payloadLength;
    private int elementBytes;
    private boolean padded;

    MessageCursor(final MessageLimits limits) {
        this.limits = limits;
        openEnd = new int[limits.maxNesting() + 1];
        openLeft = new int[limits.maxNesting() + 1];
    }

    // ---- the message

    /** As {@link MessageReader#wrap}. */
    void wrap(final ByteBuffer message, final int offset, final int length) {
        forget();
        final int size =
                length < Layout.HEADER_BYTES
                        ? length
                        : sizeOf(message, offset, limits.maxMessageBytes());
        if (size < Layout.HEADER_BYTES || size != length) {
            throw new StreamMalformedMessage(
                    "a message of %d bytes says that it has %d".formatted(length, size));
        }
        wrapSized(message, offset, size);
    }

    /** There is no message. */
    private void forget() {
        wrapped = false;
        bytes = NOTHING;
        depth = 0;
        openLeft[0] = 0;
        openEnd[0] = 0;
        position = 0;
    }

    /** As {@link MessageReader#wrapSized}. */
    void wrapSized(final ByteBuffer message, final int offset, final int size) {
        final int count = message.getShort(offset + Layout.COUNT) & Layout.MAX_COUNT;
        final int type = message.getShort(offset + Layout.TYPE) & 0xffff;
        final boolean empty = MessageTypes.hasStaleCount(type);
        if (!empty && count > (size - Layout.HEADER_BYTES) / Layout.DESCRIPTOR_BYTES) {
            forget();
            throw new StreamMalformedMessage(
                    "a message of %d bytes can't have %d values".formatted(size, count));
        }
        wrapped = true;
        bytes = message;
        depth = 0;
        start = offset;
        position = offset + Layout.HEADER_BYTES;
        openEnd[0] = offset + size;
        openLeft[0] = empty ? 0 : count;
    }

    /** As {@link MessageReader#sizeOf}. */
    static int sizeOf(final ByteBuffer message, final int offset, final int maxBytes) {
        final int size = message.getInt(offset + Layout.SIZE);
        if (size < Layout.HEADER_BYTES || size > maxBytes) {
            throw new StreamMalformedMessage(
                    "a message says that it has %d bytes; 16 to %d are accepted (another byte"
                                    .formatted(Integer.toUnsignedLong(size), maxBytes)
                            + " order, or no message at all?)");
        }
        return size;
    }

    boolean isWrapped() {
        return wrapped;
    }

    /** The message, and nothing where there is none: values are read at {@link #payload()}. */
    ByteBuffer bytes() {
        return bytes;
    }

    int size() {
        return openEnd[0] - start;
    }

    int version() {
        return header().getInt(start + Layout.VERSION);
    }

    int config() {
        return header().getInt(start + Layout.CONFIG);
    }

    int type() {
        return header().getShort(start + Layout.TYPE) & 0xffff;
    }

    /** The number of values as the message has it, which may be stale. */
    int count() {
        return header().getShort(start + Layout.COUNT) & Layout.MAX_COUNT;
    }

    /** The number of values that it has. */
    int values() {
        return MessageTypes.hasStaleCount(type()) ? 0 : count();
    }

    private ByteBuffer header() {
        if (!wrapped) {
            throw new IllegalStateException("there is no message; call wrap first");
        }
        return bytes;
    }

    /** Goes back to the message's first value. */
    void rewind() {
        depth = 0;
        position = start + Layout.HEADER_BYTES;
        openLeft[0] = values();
    }

    // ---- from value to value

    /** Is there another value in what was entered last, or else in the message? */
    boolean hasNext() {
        final int left = openLeft[depth];
        return left < 0 ? position < openEnd[depth] : left > 0;
    }

    /** Checks that there is a value, and returns the code of its type. */
    int nextCode() {
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

    /** Behind {@link #nextCode()}: of a vector, the size of an element. */
    int nextElementBytes() {
        return bytes.get(position + Layout.ELEMENT_BYTES) & 0xff;
    }

    /** Takes the next value, which must be of that type. */
    void take(final DataType type) {
        final int code = nextCode();
        if (code != type.code()) {
            throw mismatch(type, code);
        }
        take(code);
    }

    static StreamTypeMismatch mismatch(final DataType expected, final int code) {
        return new StreamTypeMismatch(
                "a value is %s, and %s was expected".formatted(DataType.of(code), expected));
    }

    /** Takes the next value, whatever it is. */
    void skip() {
        take(nextCode());
    }

    /** Reads the descriptor, and goes on behind its value. */
    private void take(final int code) {
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
        elementBytes = nextElementBytes();
        padded = dataOffset + padding > 0;
        payload = content + dataOffset;
        payloadLength = size - dataOffset - padding;
        position = content + size;
        if (openLeft[depth] > 0) {
            openLeft[depth]--;
        }
    }

    /** Where the value that was taken last begins. */
    int payload() {
        return payload;
    }

    /** How many bytes it has. */
    int payloadLength() {
        return payloadLength;
    }

    /** Of a vector, how many bytes each element has. */
    int elementBytes() {
        return elementBytes;
    }

    // ---- in and out

    /**
     * Enters the value that was taken last.
     *
     * @param values how many there are in it; -1: as many as there is room for.
     */
    void enter(final int values) {
        if (depth == limits.maxNesting()) {
            throw new StreamMalformedMessage(
                    "vectors and tuples are nested deeper than " + limits.maxNesting());
        }
        if (padded) {
            throw new StreamMalformedMessage("a vector or tuple has padding");
        }
        depth++;
        openEnd[depth] = payload + payloadLength;
        openLeft[depth] = values;
        position = payload;
    }

    /** Behind {@link #enter}: there are so many more values, each with a descriptor at least. */
    void left(final long values) {
        final int room = openEnd[depth] - position;
        if (values == 0 || values > room / Layout.DESCRIPTOR_BYTES) {
            throw new StreamMalformedMessage(
                    "a VECTOR of %d bytes says that it has %d elements".formatted(room, values));
        }
        if (values > limits.maxVectorElements()) {
            throw new StreamMalformedMessage(
                    "a VECTOR has %d elements; at most %d are accepted"
                            .formatted(values, limits.maxVectorElements()));
        }
        openLeft[depth] = (int) values;
    }

    /** As {@link MessageReader#end()}. */
    void leave() {
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
}
