// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

/** What a poller polls: a connection or a listener. */
abstract class MemEndpoint {
    /** Is it in its poller's queue? Guarded by the poller's lock. */
    boolean queued;

    /** Does what is ready, on the poller's thread; signals itself if there is more. */
    abstract int process();

    /** The poller is closing. */
    abstract void pollerClosed();
}
