// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

/** Numbers of ibv_wc_status, of ibv_wc_opcode, of errno and of the connection manager. */
public final class Status {
    /** IBV_WC_LOC_LEN_ERR. */
    public static final int LOCAL_LENGTH = 1;

    /** IBV_WC_LOC_QP_OP_ERR. */
    public static final int LOCAL_OPERATION = 2;

    /** IBV_WC_LOC_PROT_ERR. */
    public static final int LOCAL_PROTECTION = 4;

    /** IBV_WC_REM_INV_REQ_ERR. */
    public static final int REMOTE_INVALID_REQUEST = 9;

    /** IBV_WC_REM_ACCESS_ERR. */
    public static final int REMOTE_ACCESS = 10;

    /** IBV_WC_REM_OP_ERR. */
    public static final int REMOTE_OPERATION = 11;

    /** IBV_WC_RETRY_EXC_ERR. */
    public static final int RETRY_EXCEEDED = 12;

    /** IBV_WC_SEND. */
    public static final int DONE_SEND = 0;

    /** IBV_WC_RDMA_WRITE. */
    public static final int DONE_WRITE = 1;

    /** IBV_WC_RDMA_READ. */
    public static final int DONE_READ = 2;

    /** IBV_WC_RECV; in a {@link Script} also the opcode of a receive. */
    public static final int RECEIVE = 128;

    /** EIO. */
    public static final int EIO = 5;

    /** ENOMEM. */
    public static final int ENOMEM = 12;

    /** EINVAL. */
    public static final int EINVAL = 22;

    /** ENODEV. */
    public static final int ENODEV = 19;

    /** ETIMEDOUT. */
    public static final int ETIMEDOUT = 110;

    /** ENETUNREACH. */
    public static final int ENETUNREACH = 101;

    /** IB_CM_REJ_TIMEOUT. */
    public static final int REJECT_TIMEOUT = 4;

    /** IB_CM_REJ_INVALID_SERVICE_ID: nobody listens. */
    public static final int REJECT_NO_LISTENER = 8;

    /** IB_CM_REJ_CONSUMER_DEFINED: who listens has refused. */
    public static final int REJECT_CONSUMER = 28;

    private Status() {}
}
