// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/** Rights on a memory region: ibv_access_flags. */
public final class Access {
    /** None but to send from it, or write from it to a peer. */
    public static final int LOCAL_READ = 0;

    /** To receive into it, or read from a peer into it: IBV_ACCESS_LOCAL_WRITE. */
    public static final int LOCAL_WRITE = 1;

    /** A peer may write it: IBV_ACCESS_REMOTE_WRITE, which needs {@link #LOCAL_WRITE} as well. */
    public static final int REMOTE_WRITE = 1 << 1;

    /** A peer may read it: IBV_ACCESS_REMOTE_READ. */
    public static final int REMOTE_READ = 1 << 2;

    private Access() {}
}
