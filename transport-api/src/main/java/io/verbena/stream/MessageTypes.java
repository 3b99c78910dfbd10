// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/**
 * The message types that OpenJ9 controls a conversation with, and whose numbers have not changed
 * between its releases. All others are the application's own; a type is any number from 0 to 65535.
 */
public final class MessageTypes {
    /** The server's last message: compiled code. */
    public static final int COMPILATION_CODE = 0;

    /** The server's last message: it could not. A UINT32 status and a UINT64 of details. */
    public static final int COMPILATION_FAILURE = 1;

    /** The server's last message: stored in the cache of compiled code. */
    public static final int AOT_CACHE_STORED_METHOD = 2;

    /** The server's last message: out of the cache of compiled code. */
    public static final int AOT_CACHE_SERIALIZED_METHOD = 3;

    /** The server's last message: the cache of compiled code failed. Two BOOLs. */
    public static final int AOT_CACHE_FAILURE = 4;

    /** The server asks for what was unloaded; carries its own UINT64 identity. */
    public static final int UNLOADED_CLASSES = 7;

    /** The client's first message of a request. */
    public static final int COMPILATION_REQUEST = 8;

    /** The client gives the request up, and ends the connection. No values. */
    public static final int COMPILATION_INTERRUPTED = 9;

    /** The client's JVM ends: the server forgets all of this client. Its UINT64 identity. */
    public static final int CLIENT_SESSION_TERMINATE = 10;

    /** The client ends this connection. No values. */
    public static final int CONNECTION_TERMINATE = 11;

    /** The server's thread failed, after which nothing of it can be relied on. */
    public static final int COMPILATION_THREAD_CRASHED = 12;

    /** Asks which methods the cache of compiled code has. */
    public static final int AOT_CACHE_MAP_REQUEST = 233;

    /** Tells which methods the cache of compiled code has. */
    public static final int AOT_CACHE_MAP_REPLY = 234;

    private MessageTypes() {}

    /**
     * Is this a message without values, whose count of values is left over from the message before
     * it? OpenJ9 sends {@link #COMPILATION_INTERRUPTED} and {@link #CONNECTION_TERMINATE} so; who
     * receives them ignores the count.
     *
     * @param type a message type.
     * @return whether its count is stale.
     */
    public static boolean hasStaleCount(final int type) {
        return type == COMPILATION_INTERRUPTED || type == CONNECTION_TERMINATE;
    }
}
