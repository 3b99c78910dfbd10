// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * Where the fields of the verbs' structs are, in bytes, on a machine of 64 bits: see
 * ibv_post_send(3) and ibv_poll_cq(3). The natives are compiled with assertions of the same
 * numbers.
 */
public final class Layout {
    /** sizeof(struct ibv_send_wr). */
    public static final int SEND_WR_BYTES = 128;

    /** sizeof(struct ibv_recv_wr). */
    public static final int RECV_WR_BYTES = 32;

    /** The id that its completion carries, in both kinds of work request; 8 bytes. */
    public static final int WR_ID = 0;

    /** The address of the next work request of the chain, in both kinds; 8 bytes. */
    public static final int WR_NEXT = 8;

    /** The address of the scatter/gather list, in both kinds; 8 bytes. */
    public static final int WR_SG_LIST = 16;

    /** Its length, in both kinds; 4 bytes. */
    public static final int WR_NUM_SGE = 24;

    /** One of {@link #OP_WRITE}, {@link #OP_SEND}, {@link #OP_READ}; 4 bytes. */
    public static final int WR_OPCODE = 28;

    /** The sum of {@link #FENCE}, {@link #SIGNALED} and {@link #INLINE}; 4 bytes. */
    public static final int WR_FLAGS = 32;

    /** The peer's memory, for WRITE and READ; 8 bytes. */
    public static final int WR_REMOTE_ADDRESS = 40;

    /** Its key; 4 bytes. */
    public static final int WR_RKEY = 48;

    /** sizeof(struct ibv_sge). */
    public static final int SGE_BYTES = 16;

    /** The address; 8 bytes. */
    public static final int SGE_ADDRESS = 0;

    /** The length; 4 bytes. */
    public static final int SGE_LENGTH = 8;

    /** The local key; 4 bytes. */
    public static final int SGE_LKEY = 12;

    /** sizeof(struct ibv_wc). */
    public static final int WC_BYTES = 48;

    /** The id of the work request; 8 bytes. */
    public static final int WC_ID = 0;

    /** 0 for success; 4 bytes. */
    public static final int WC_STATUS = 8;

    /** IBV_WC_RECV is 128; not valid where the status isn't 0; 4 bytes. */
    public static final int WC_OPCODE = 12;

    /** What the vendor has to say about an error; 4 bytes. */
    public static final int WC_VENDOR_ERROR = 16;

    /** Bytes received; 4 bytes. */
    public static final int WC_BYTE_LENGTH = 20;

    /** One entry of {@link Verbs#postAndPoll}. */
    public static final int POST_BYTES = 32;

    /** The queue pair; 8 bytes. */
    public static final int POST_QUEUE_PAIR = 0;

    /** The first receive, or 0; 8 bytes. */
    public static final int POST_RECEIVE = 8;

    /** The first send, or 0; 8 bytes. */
    public static final int POST_SEND = 16;

    /** Written back: 0 or the error's number; 8 bytes. */
    public static final int POST_ERROR = 24;

    /** IBV_WR_RDMA_WRITE. */
    public static final int OP_WRITE = 0;

    /** IBV_WR_SEND. */
    public static final int OP_SEND = 2;

    /** IBV_WR_RDMA_READ. */
    public static final int OP_READ = 4;

    /** IBV_SEND_FENCE. */
    public static final int FENCE = 1;

    /** IBV_SEND_SIGNALED. */
    public static final int SIGNALED = 1 << 1;

    /** IBV_SEND_INLINE. */
    public static final int INLINE = 1 << 3;

    /** IBV_WC_SUCCESS. */
    public static final int STATUS_SUCCESS = 0;

    /** IBV_WC_WR_FLUSH_ERR: the queue pair was in the error state before. */
    public static final int STATUS_FLUSHED = 5;

    private Layout() {}
}
