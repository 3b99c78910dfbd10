// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/**
 * How much a message may be. What a peer sends beyond it is refused before anything is allocated
 * for it. Immutable; start from {@link #defaults()}.
 *
 * @param maxMessageBytes the longest message with its header, 16 bytes to 1 GiB.
 * @param maxVectorElements the most elements of a VECTOR; those of a SIMPLE_VECTOR are packed
 *     bytes, and have no limit beside the message's own.
 * @param maxNesting how deep vectors and tuples may be in each other, 0 to 64.
 */
public record MessageLimits(int maxMessageBytes, int maxVectorElements, int maxNesting) {
    /** What was proposed for OpenJ9 itself (pull request 23862), and more depth than it uses. */
    private static final MessageLimits DEFAULTS = new MessageLimits(128 << 20, 100_000, 16);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public MessageLimits {
        range("maxMessageBytes", maxMessageBytes, Layout.HEADER_BYTES, 1 << 30);
        range("maxVectorElements", maxVectorElements, 0, Integer.MAX_VALUE);
        range("maxNesting", maxNesting, 0, 64);
    }

    /**
     * The limits that suit most: 128 MiB, 100 000 elements, 16 deep.
     *
     * @return the defaults.
     */
    public static MessageLimits defaults() {
        return DEFAULTS;
    }

    /**
     * These limits with another {@link #maxMessageBytes()}.
     *
     * @param value the longest message with its header.
     * @return new limits.
     */
    public MessageLimits withMaxMessageBytes(final int value) {
        return new MessageLimits(value, maxVectorElements, maxNesting);
    }

    /**
     * These limits with another {@link #maxVectorElements()}.
     *
     * @param value the most elements of a VECTOR.
     * @return new limits.
     */
    public MessageLimits withMaxVectorElements(final int value) {
        return new MessageLimits(maxMessageBytes, value, maxNesting);
    }

    /**
     * These limits with another {@link #maxNesting()}.
     *
     * @param value how deep vectors and tuples may be in each other.
     * @return new limits.
     */
    public MessageLimits withMaxNesting(final int value) {
        return new MessageLimits(maxMessageBytes, maxVectorElements, value);
    }

    private static void range(final String name, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be from %d to %d, is %d".formatted(name, least, most, value));
        }
    }
}
