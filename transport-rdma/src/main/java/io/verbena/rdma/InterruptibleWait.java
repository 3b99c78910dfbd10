// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * A wait for what a waiter watches, which ends when its thread is interrupted, too. To those who
 * sleep in natives of their own the JDK tells that in one way only, {@link AbstractSelector#begin}:
 * so this is a selector, which selects nothing.
 */
final class InterruptibleWait extends AbstractSelector {
    private final Verbs verbs;
    private final long waiter;

    InterruptibleWait(final Verbs verbs, final long waiter) {
        super(SelectorProvider.provider());
        this.verbs = verbs;
        this.waiter = waiter;
    }

    /**
     * Waits.
     *
     * @param timeoutMs milliseconds; -1: for ever.
     * @return whether there may be something: it was woken, or its thread interrupted.
     */
    boolean await(final int timeoutMs) {
        begin();
        try {
            return verbs.await(waiter, timeoutMs);
        } finally {
            end();
        }
    }

    /** Called by whoever interrupts the thread that is between begin and end. */
    @Override
    public Selector wakeup() {
        verbs.wake(waiter);
        return this;
    }

    // ---- what it isn't

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(
            final AbstractSelectableChannel channel, final int ops, final Object attachment) {
        throw new UnsupportedOperationException("nothing is selected here");
    }

    @Override
    public Set<SelectionKey> keys() {
        return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return Set.of();
    }

    @Override
    public int selectNow() {
        return 0;
    }

    @Override
    public int select(final long timeout) {
        return 0;
    }

    @Override
    public int select() {
        return 0;
    }
}
