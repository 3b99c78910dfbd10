// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

/** When the fabric executes what was posted. */
public enum Delivery {
    /** At once, before the post returns. */
    IMMEDIATE,

    /**
     * When either end polls its completion queue, or anyone awaits. Memory that is used again
     * before its completion shows in what arrives.
     */
    ON_POLL
}
