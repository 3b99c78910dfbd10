// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/** What a value in a message is: the first byte of its descriptor. */
public enum DataType {
    /** Signed, 4 bytes. */
    INT32(0),

    /** Signed, 8 bytes. */
    INT64(1),

    /** Unsigned, 4 bytes. */
    UINT32(2),

    /** Unsigned, 8 bytes. */
    UINT64(3),

    /** True or false, 1 byte. */
    BOOL(4),

    /** Bytes without a terminator. */
    STRING(5),

    /** Bytes that only the two ends know the layout of. */
    OBJECT(6),

    /** An enumerator, 4 bytes. OpenJ9 has the code and never sends it: its enums are OBJECTs. */
    ENUM(7),

    /** A count, and so many values of any one type. */
    VECTOR(8),

    /** Elements of one size, packed. */
    SIMPLE_VECTOR(9),

    /** A vector of either kind without elements. */
    EMPTY_VECTOR(10),

    /** Values of several types, as many as both ends know. */
    TUPLE(11);

    private static final DataType[] BY_CODE = values();

    private final int code;

    DataType(final int code) {
        this.code = code;
    }

    /**
     * The type's number on the wire.
     *
     * @return 0 to 11.
     */
    public int code() {
        return code;
    }

    static boolean isCode(final int code) {
        return code < BY_CODE.length;
    }

    static DataType of(final int code) {
        return BY_CODE[code];
    }
}
