// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/** Where things are in a message; docs/STREAMS.md has the picture. */
final class Layout {
    static final int SIZE = 0;
    static final int VERSION = 4;
    static final int CONFIG = 8;
    static final int TYPE = 12;
    static final int COUNT = 14;
    static final int HEADER_BYTES = 16;

    static final int DATA_TYPE = 0;
    static final int PADDING = 1;
    static final int DATA_OFFSET = 2;
    static final int ELEMENT_BYTES = 3;
    static final int DATA_SIZE = 4;
    static final int DESCRIPTOR_BYTES = 8;

    /** Every value starts and ends at a multiple of this. */
    static final int ALIGNMENT = 4;

    /** Some payloads start at a multiple of this, counted from the message's first byte. */
    static final int WIDE_ALIGNMENT = 8;

    static final int MAX_COUNT = 0xffff;
    static final int MAX_ELEMENT_BYTES = 0xff;

    private Layout() {}

    static int padding(final int bytes) {
        return -bytes & (ALIGNMENT - 1);
    }
}
