// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.concurrent.locks.ReentrantLock;

/** A lock that is held for so short a time that to sleep for it would cost much more. */
final class FakeLock extends ReentrantLock {
    private static final int SPINS = 200;
    private static final int YIELDS = 50;

    @Override
    public void lock() {
        for (int i = 0; i < SPINS + YIELDS; i++) {
            if (tryLock()) {
                return;
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        super.lock();
    }
}
