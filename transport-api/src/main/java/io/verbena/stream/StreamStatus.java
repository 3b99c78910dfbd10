// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/** The states of a {@link MessageTypes#COMPILATION_FAILURE} that are about the conversation. */
public final class StreamStatus {
    /** The server has no memory for it. */
    public static final int OUT_OF_MEMORY = 33;

    /** The stream has failed. */
    public static final int STREAM_FAILURE = 49;

    /** The request came too late, see {@link StreamOutOfOrder}. */
    public static final int OUT_OF_ORDER = 50;

    /** A message of another type came than the one that had to. */
    public static final int MESSAGE_TYPE_MISMATCH = 51;

    /** The two ends are of different versions or configurations. */
    public static final int VERSION_INCOMPATIBLE = 52;

    /** The client has given the request up. */
    public static final int INTERRUPTED = 53;

    private StreamStatus() {}
}
