// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a session that are on the wire, each in a slot. A transaction id is the slot in
 * its low 32 bits and a sequence number in the high ones, so that a response finds its request by
 * an index, and an id that isn't open is known.
 *
 * <p>A slot keeps its last message when it is free, because that is most often the next one, too: a
 * reference that doesn't change need not be stored, and the garbage collector hears nothing of it.
 */
final class InFlightTable {
    /** No id has all bits set, as there are not so many slots. */
    private static final long CLOSED = -1;

    private @Nullable EngineMsg[] slots = new EngineMsg[16];

    /** The id that is open in each slot, or {@link #CLOSED}. */
    private long[] ids = new long[16];

    private int[] freeSlots = new int[16];
    private int free;
    private int sequence;

    InFlightTable() {
        addFree(0, 16);
    }

    private void addFree(final int from, final int to) {
        for (int slot = to - 1; slot >= from; slot--) {
            freeSlots[free++] = slot;
            ids[slot] = CLOSED;
        }
    }

    int size() {
        return slots.length - free;
    }

    /** Gives a message a slot and a transaction id. */
    void add(final EngineMsg msg) {
        if (free == 0) {
            grow();
        }
        final int slot = freeSlots[--free];
        if (slots[slot] != msg) {
            slots[slot] = msg;
        }
        final long id = (long) ++sequence << 32 | slot;
        ids[slot] = id;
        msg.slot = slot;
        msg.transactionId = id;
    }

    /** The table is as large as credits ever let it be, which is at most 65535. */
    private void grow() {
        final int length = slots.length;
        slots = Arrays.copyOf(slots, length * 2);
        ids = Arrays.copyOf(ids, length * 2);
        freeSlots = Arrays.copyOf(freeSlots, length * 2);
        addFree(length, length * 2);
    }

    /** The message of a transaction id, null if the id isn't open. */
    @Nullable EngineMsg find(final long transactionId) {
        final int slot = (int) transactionId;
        return slot >= 0 && slot < ids.length && ids[slot] == transactionId ? slots[slot] : null;
    }

    void remove(final EngineMsg msg) {
        ids[msg.slot] = CLOSED;
        freeSlots[free++] = msg.slot;
    }

    /** How many slots there are, free or not: for a walk through all. */
    int slots() {
        return slots.length;
    }

    /** The message in a slot, null if it is free. */
    @Nullable EngineMsg at(final int slot) {
        return ids[slot] == CLOSED ? null : slots[slot];
    }
}
