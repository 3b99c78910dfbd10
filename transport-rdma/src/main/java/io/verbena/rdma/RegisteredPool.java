// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.PoolUse;
import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PoolMemory;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A pool's memory on a device: two regions, each with the narrowest rights that do. A server's
 * memory is never remotely accessible; a relay's is, as its messages serve both ways.
 */
final class RegisteredPool {
    /** Of a block without a byte, as pools may have one, and verbs don't. */
    private static final MemoryRegion NO_REGION = new MemoryRegion(0, 0, 0, 0, 0);

    private final Verbs verbs;
    private final PoolMemory pool;
    private final MemoryRegion in;
    private final MemoryRegion out;

    /** Of each message: where the response to the request in it may be written. */
    private final long[] landingAddresses;

    private final int[] landingKeys;

    private RegisteredPool(
            final Verbs verbs,
            final PoolMemory pool,
            final MemoryRegion in,
            final MemoryRegion out) {
        this.verbs = verbs;
        this.pool = pool;
        this.in = in;
        this.out = out;
        landingAddresses = new long[pool.count()];
        landingKeys = new int[pool.count()];
    }

    static RegisteredPool register(
            final Verbs verbs, final long domain, final PoolMemory pool, final PoolUse use)
            throws IOException {
        final int inAccess =
                switch (use) {
                    // Responses are written into it by the server, or copied by the CPU.
                    case CLIENT -> Access.LOCAL_WRITE | Access.REMOTE_WRITE;
                    // Requests are read into it.
                    case SERVER -> Access.LOCAL_WRITE;
                    // A mirror swaps the two.
                    case BOTH -> Access.LOCAL_WRITE | Access.REMOTE_WRITE | Access.REMOTE_READ;
                };
        final int outAccess =
                switch (use) {
                    case CLIENT -> Access.REMOTE_READ;
                    case SERVER -> Access.LOCAL_READ;
                    case BOTH -> Access.LOCAL_WRITE | Access.REMOTE_WRITE | Access.REMOTE_READ;
                };
        final MemoryRegion in = region(verbs, domain, pool.inBlock(), inAccess);
        try {
            final MemoryRegion out = region(verbs, domain, pool.outBlock(), outAccess);
            return new RegisteredPool(verbs, pool, in, out);
        } catch (final IOException | RuntimeException e) {
            quietly(verbs, in);
            throw e;
        }
    }

    private static MemoryRegion region(
            final Verbs verbs, final long domain, final ByteBuffer block, final int access)
            throws IOException {
        return block.capacity() == 0
                ? NO_REGION
                : verbs.register(domain, verbs.addressOf(block), block.capacity(), access);
    }

    PoolMemory pool() {
        return pool;
    }

    /** Where a message receives. */
    long inboundAddress(final MsgMemory message) {
        return message.swapped() ? outAddress(message) : inAddress(message);
    }

    int inboundLkey(final MsgMemory message) {
        return message.swapped() ? out.lkey() : in.lkey();
    }

    int inboundRkey(final MsgMemory message) {
        return message.swapped() ? out.rkey() : in.rkey();
    }

    /** Where a message sends from. */
    long outboundAddress(final MsgMemory message) {
        return message.swapped() ? inAddress(message) : outAddress(message);
    }

    int outboundLkey(final MsgMemory message) {
        return message.swapped() ? in.lkey() : out.lkey();
    }

    int outboundRkey(final MsgMemory message) {
        return message.swapped() ? in.rkey() : out.rkey();
    }

    private long inAddress(final MsgMemory message) {
        return in.address() + (long) message.index() * pool.inStride();
    }

    private long outAddress(final MsgMemory message) {
        return out.address() + (long) message.index() * pool.outStride();
    }

    /** Notes where the response to a request may be written. */
    void landing(final MsgMemory message, final long address, final int rkey) {
        landingAddresses[message.index()] = address;
        landingKeys[message.index()] = rkey;
    }

    long landingAddress(final MsgMemory message) {
        return landingAddresses[message.index()];
    }

    int landingKey(final MsgMemory message) {
        return landingKeys[message.index()];
    }

    void deregister() {
        quietly(verbs, in);
        quietly(verbs, out);
    }

    private static void quietly(final Verbs verbs, final MemoryRegion region) {
        try {
            if (region.length() > 0) {
                verbs.deregister(region);
            }
        } catch (final IOException e) {
            // The device is gone, and its registrations with it.
        }
    }
}
