// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A value of a message, as a test tells it. */
sealed interface Value {
    /** Writes it. */
    void write(MessageWriter writer);

    record Int32(int value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.int32(value);
        }
    }

    record Uint32(long value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.uint32(value);
        }
    }

    record Int64(long value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.int64(value);
        }
    }

    record Uint64(long value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.uint64(value);
        }
    }

    record Bool(boolean value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.bool(value);
        }
    }

    record Enumerator(int value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.enumerator(value);
        }
    }

    record Text(String value) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.string(value);
        }
    }

    /** An OBJECT. */
    record Opaque(String hex) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.object(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
        }
    }

    /** A SIMPLE_VECTOR. */
    record Packed(int elementBytes, String hex) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.simpleVector(elementBytes, ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
        }
    }

    /** An EMPTY_VECTOR, which doesn't say of what. */
    record Empty() implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.beginVector().end();
        }
    }

    record Vector(List<Value> elements) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.beginVector();
            elements.forEach(element -> element.write(writer));
            writer.end();
        }
    }

    record Tuple(List<Value> values) implements Value {
        @Override
        public void write(final MessageWriter writer) {
            writer.beginTuple();
            values.forEach(value -> value.write(writer));
            writer.end();
        }
    }

    /** Reads whatever the message has, to its end. */
    static List<Value> readAll(final MessageReader reader) {
        final List<Value> values = new ArrayList<>();
        while (reader.hasNext()) {
            values.add(read(reader));
        }
        reader.end();
        return values;
    }

    private static Value read(final MessageReader reader) {
        return switch (reader.nextType()) {
            case INT32 -> new Int32(reader.int32());
            case UINT32 -> new Uint32(reader.uint32());
            case INT64 -> new Int64(reader.int64());
            case UINT64 -> new Uint64(reader.uint64());
            case BOOL -> new Bool(reader.bool());
            case ENUM -> new Enumerator(reader.enumerator());
            case STRING -> new Text(reader.string());
            case OBJECT -> new Opaque(HexFormat.of().formatHex(reader.object()));
            case SIMPLE_VECTOR -> {
                final int elementBytes = reader.nextElementBytes();
                final ByteBuffer elements = reader.simpleVector(elementBytes);
                final byte[] copy = new byte[elements.remaining()];
                elements.get(copy);
                yield new Packed(elementBytes, HexFormat.of().formatHex(copy));
            }
            case EMPTY_VECTOR -> {
                reader.beginVector();
                reader.end();
                yield new Empty();
            }
            case VECTOR -> {
                reader.beginVector();
                yield new Vector(readAll(reader));
            }
            case TUPLE -> {
                reader.beginTuple();
                yield new Tuple(readAll(reader));
            }
        };
    }
}
