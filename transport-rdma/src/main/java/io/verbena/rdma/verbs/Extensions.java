// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Verbena's own natives in {@code libdisni.so}. With another library of that name, {@link #version}
 * throws an {@link UnsatisfiedLinkError}, and none is called.
 *
 * <p>Handles, errors and threads are as in {@link Verbs}.
 */
final class Extensions {
    /** What {@link #version} has to be. */
    static final int VERSION = 2;

    /** Bytes of what {@link #cmEvent} puts before the private data. */
    static final int EVENT_HEAD_BYTES = 32;

    private Extensions() {}

    /**
     * @return changes with the signature or meaning of any native.
     */
    static native int version();

    /**
     * Opens libibverbs and librdmacm, if they aren't yet; what is missing of them, null: nothing.
     */
    static native @Nullable String libraryProblem();

    /** Names and versions of the two, as far as they are known. */
    static native String libraries();

    /** strerror(3). */
    static native String errorText(int error);

    // ---- the connection manager

    /** Null: none. Type, status (ints), id, listener's id (longs), two depths (ints), data. */
    static native byte @Nullable [] cmEvent(long channel) throws IOException;

    static native void migrate(long id, long channel) throws IOException;

    static native void bind(long id, byte[] address, int scope, int port) throws IOException;

    static native void resolveAddress(long id, byte[] address, int scope, int port, int timeoutMs)
            throws IOException;

    /** Null: none. Port (2 bytes), scope (4), address (4 or 16), big-endian. */
    static native byte @Nullable [] address(long id, boolean local);

    static native void connect(
            long id,
            byte[] privateData,
            int responderResources,
            int initiatorDepth,
            int retryCount,
            int rnrRetryCount)
            throws IOException;

    static native void accept(
            long id,
            byte[] privateData,
            int responderResources,
            int initiatorDepth,
            int retryCount,
            int rnrRetryCount)
            throws IOException;

    static native void reject(long id, byte[] privateData) throws IOException;

    static native void setAckTimeout(long id, int code) throws IOException;

    /** 0: none yet. */
    static native int port(long id);

    // ---- devices

    /**
     * Lines of fields with tabs between: "device", name and limits; its ports: "port", number,
     * state, link layer, MTU; their gids: "gid", address.
     */
    static native String devices() throws IOException;

    /** The line "device" of one. */
    static native String limits(long context) throws IOException;

    /** Null: none. Type and element. */
    static native long @Nullable [] asyncEvent(long context) throws IOException;

    static native String asyncEventName(int type) throws IOException;

    // ---- what is made of a device

    /** Keys: the local and the remote one, written. */
    static native long register(long domain, long address, long length, int access, int[] keys)
            throws IOException;

    /** Granted: the number and the inline bytes, written. */
    static native long createQueuePair(
            long id,
            long domain,
            long queue,
            int maxSends,
            int maxReceives,
            int maxInline,
            int[] granted)
            throws IOException;

    static native void setMinRnrTimer(long queuePair, int code) throws IOException;

    static native void breakQueuePair(long queuePair) throws IOException;

    static native int takeNotifications(long channel, long queue);

    // ---- the data path

    static native int postSend(long queuePair, long workRequest);

    static native int postReceive(long queuePair, long workRequest);

    static native int poll(long queue, int count, long completions);

    static native int postAndPoll(
            long posts, int postCount, long queue, int count, long completions);

    static native long addressOf(ByteBuffer direct);

    // ---- waiting

    static native long createWaiter() throws IOException;

    static native void destroyWaiter(long waiter);

    static native void watch(long waiter, int kind, long handle) throws IOException;

    static native void unwatch(long waiter, int kind, long handle);

    static native boolean await(long waiter, int timeoutMs);

    static native void wake(long waiter);
}
