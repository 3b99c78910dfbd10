// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The memory that addresses lead to.
 *
 * <p>Addresses are true ones, so that slices and duplicates of the same memory agree; but they are
 * used through the buffers that were asked for theirs only, which checks each access. The buffers
 * are kept reachable as long as the fabric is.
 */
final class FakeMemory {
    private static final MethodHandle ADDRESS = addressReader();

    private final FakeFabric fabric;

    /** Sorted by base; none within another. */
    private volatile Block[] blocks = new Block[0];

    FakeMemory(final FakeFabric fabric) {
        this.fabric = fabric;
    }

    /** A buffer's memory. */
    static final class Block {
        final long base;
        final ByteBuffer buffer;

        Block(final long base, final ByteBuffer buffer) {
            this.base = base;
            this.buffer = buffer;
        }

        int index(final long address) {
            return (int) (address - base);
        }

        boolean holds(final long address, final long length) {
            return address >= base && address - base + length <= buffer.capacity();
        }

        /** Can it take the place of another, whose memory may have been freed since? */
        boolean covers(final Block other) {
            if (!holds(other.base, other.buffer.capacity())
                    || (buffer.isReadOnly() && !other.buffer.isReadOnly())) {
                return false;
            }
            // Read where the other is, which is alive for sure.
            return other.buffer.capacity() == 0 || isAlive(index(other.base));
        }

        /** False if its memory has been freed; true on JDKs that can't tell, too. */
        boolean isAlive(final int at) {
            try {
                buffer.duplicate().position(at).get();
                return true;
            } catch (final IllegalStateException freed) {
                return false;
            }
        }
    }

    long addressOf(final ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("not a direct buffer: " + direct);
        }
        final ByteBuffer whole = direct.duplicate().clear();
        final Block block = new Block(address(whole), whole.order(ByteOrder.nativeOrder()));
        add(block);
        return block.base;
    }

    private synchronized void add(final Block block) {
        final Block[] old = blocks;
        final Block[] changed = new Block[old.length + 1];
        int count = 0;
        for (final Block other : old) {
            if (other.covers(block)) {
                return;
            }
            // Of what was freed, a part may lie in the new one, and be looked for there.
            final boolean alive = other.buffer.capacity() == 0 || other.isAlive(0);
            if (alive && !block.covers(other)) {
                changed[count++] = other;
            }
        }
        changed[count++] = block;
        final Block[] sorted = Arrays.copyOf(changed, count);
        Arrays.sort(sorted, (a, b) -> Long.compareUnsigned(a.base, b.base));
        blocks = sorted;
    }

    /** The buffer to which a range of addresses belongs. */
    Block block(final long address, final long length) {
        final Block found = find(address, length);
        if (found == null) {
            throw fabric.violation(
                    length
                            + " bytes at 0x"
                            + Long.toHexString(address)
                            + " are not within a buffer whose address was asked for");
        }
        return found;
    }

    Block find(final long address, final long length) {
        final Block[] all = blocks;
        int low = 0;
        int high = all.length - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(all[middle].base, address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high >= 0 && all[high].holds(address, length)) {
            return all[high];
        }
        for (final Block block : all) {
            if (block.holds(address, length)) {
                return block;
            }
        }
        return null;
    }

    private static long address(final ByteBuffer direct) {
        try {
            return (long) ADDRESS.invokeExact((Buffer) direct);
        } catch (final Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Takes a whole direct buffer; neither way makes a JDK that has it print a warning. */
    private static MethodHandle addressReader() {
        final MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        try {
            if (Runtime.version().feature() >= 22) {
                final Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
                final MethodHandle of =
                        lookup.findStatic(
                                segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
                return MethodHandles.filterReturnValue(
                        of,
                        lookup.findVirtual(segment, "address", MethodType.methodType(long.class)));
            }
            final Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            final Field singleton = unsafe.getDeclaredField("theUnsafe");
            singleton.setAccessible(true);
            final Object instance = singleton.get(null);
            final long offset =
                    (long)
                            unsafe.getMethod("objectFieldOffset", Field.class)
                                    .invoke(instance, Buffer.class.getDeclaredField("address"));
            final MethodHandle read =
                    lookup.findVirtual(
                                    unsafe,
                                    "getLong",
                                    MethodType.methodType(long.class, Object.class, long.class))
                            .bindTo(instance);
            return MethodHandles.insertArguments(read, 1, offset)
                    .asType(MethodType.methodType(long.class, Buffer.class));
        } catch (final ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        }
    }
}
