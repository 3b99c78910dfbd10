/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* The data path: posting and polling. Nothing here allocates, locks, or calls back into Java but to throw. */
#include "verbena.h"

#include <errno.h>

/* ---- the structs that Java reads and writes in place: Layout.java has the same numbers */

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)

SIZE(struct ibv_send_wr, 128);
AT(struct ibv_send_wr, wr_id, 0);
AT(struct ibv_send_wr, next, 8);
AT(struct ibv_send_wr, sg_list, 16);
AT(struct ibv_send_wr, num_sge, 24);
AT(struct ibv_send_wr, opcode, 28);
AT(struct ibv_send_wr, send_flags, 32);
AT(struct ibv_send_wr, imm_data, 36);
AT(struct ibv_send_wr, wr.rdma.remote_addr, 40);
AT(struct ibv_send_wr, wr.rdma.rkey, 48);
SIZE(struct ibv_recv_wr, 32);
AT(struct ibv_recv_wr, wr_id, 0);
AT(struct ibv_recv_wr, next, 8);
AT(struct ibv_recv_wr, sg_list, 16);
AT(struct ibv_recv_wr, num_sge, 24);
SIZE(struct ibv_sge, 16);
AT(struct ibv_sge, addr, 0);
AT(struct ibv_sge, length, 8);
AT(struct ibv_sge, lkey, 12);
SIZE(struct ibv_wc, 48);
AT(struct ibv_wc, wr_id, 0);
AT(struct ibv_wc, status, 8);
AT(struct ibv_wc, opcode, 12);
AT(struct ibv_wc, vendor_err, 16);
AT(struct ibv_wc, byte_len, 20);
AT(struct ibv_wc, imm_data, 24);
AT(struct ibv_wc, qp_num, 28);
AT(struct ibv_wc, src_qp, 32);
AT(struct ibv_wc, wc_flags, 36);

_Static_assert(IBV_WR_RDMA_WRITE == 0 && IBV_WR_SEND == 2 && IBV_WR_RDMA_READ == 4, "opcodes");
_Static_assert(IBV_SEND_FENCE == 1 && IBV_SEND_SIGNALED == 2 && IBV_SEND_INLINE == 8, "flags of sends");
_Static_assert(IBV_WC_SUCCESS == 0 && IBV_WC_WR_FLUSH_ERR == 5 && IBV_WC_RECV == 128, "work completions");
_Static_assert(IBV_ACCESS_LOCAL_WRITE == 1 && IBV_ACCESS_REMOTE_WRITE == 2 && IBV_ACCESS_REMOTE_READ == 4, "access");

/* What there is to do for a queue pair, in postAndPoll. */
struct post {
    int64_t queue_pair;
    uint64_t receive;
    uint64_t send;
    int64_t error;
};
SIZE(struct post, 32);
AT(struct post, receive, 8);
AT(struct post, send, 16);
AT(struct post, error, 24);

/* ---- DiSNI's; the error is what the call returns, not errno */

DISNI(void, postSend)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong request) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    if (queue_pair == NULL) {
        return;
    }
    struct ibv_send_wr *bad = NULL;
    int error = request == 0 ? EINVAL : ibv_post_send(queue_pair, address(request), &bad);
    if (error != 0) {
        throw_errno(env, "ibv_post_send", error < 0 ? -error : error);
    }
}

DISNI(void, postRecv)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong request) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    if (queue_pair == NULL) {
        return;
    }
    struct ibv_recv_wr *bad = NULL;
    int error = request == 0 ? EINVAL : ibv_post_recv(queue_pair, address(request), &bad);
    if (error != 0) {
        throw_errno(env, "ibv_post_recv", error < 0 ? -error : error);
    }
}

DISNI(jint, pollCQ)(JNIEnv *env, jobject self UNUSED, jlong handle, jint count, jlong completions) {
    struct ibv_cq *queue = handle_object(env, handle, KIND_CQ);
    if (queue == NULL || count <= 0 || completions == 0) {
        return 0;
    }
    int polled = ibv_poll_cq(queue, count, address(completions));
    if (polled < 0) {
        throw_io(env, "ibv_poll_cq: the completion queue is broken (%d)", polled);
    }
    return polled;
}

/* ---- Verbena's: numbers instead of exceptions, but for stale handles */

/* A positive number, whatever the provider gives. */
static inline jint positive(int error) { return error < 0 ? -error : error; }

VERBENA(jint, postSend)(JNIEnv *env, jclass type UNUSED, jlong handle, jlong request) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    if (queue_pair == NULL || request == 0) {
        return EINVAL;
    }
    struct ibv_send_wr *bad = NULL;
    return positive(ibv_post_send(queue_pair, address(request), &bad));
}

VERBENA(jint, postReceive)(JNIEnv *env, jclass type UNUSED, jlong handle, jlong request) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    if (queue_pair == NULL || request == 0) {
        return EINVAL;
    }
    struct ibv_recv_wr *bad = NULL;
    return positive(ibv_post_recv(queue_pair, address(request), &bad));
}

VERBENA(jint, poll)(JNIEnv *env, jclass type UNUSED, jlong handle, jint count, jlong completions) {
    struct ibv_cq *queue = handle_object(env, handle, KIND_CQ);
    if (queue == NULL || count <= 0 || completions == 0) {
        return 0;
    }
    return ibv_poll_cq(queue, count, address(completions));
}

VERBENA(jint, postAndPoll)
(JNIEnv *env, jclass type UNUSED, jlong posts, jint post_count, jlong queue_handle, jint count, jlong completions) {
    struct ibv_cq *queue = NULL;
    if (queue_handle != 0) {
        queue = handle_object(env, queue_handle, KIND_CQ);
        if (queue == NULL) {
            return 0;
        }
    }
    struct post *entries = address(posts);
    for (jint i = 0; entries != NULL && i < post_count; i++) {
        struct post *post = &entries[i];
        struct ibv_qp *queue_pair = handle_find(post->queue_pair, KIND_QP);
        if (__builtin_expect(queue_pair == NULL, 0)) {
            /* The others are posted all the same, and the exception is thrown at the end. */
            post->error = EINVAL;
            handle_object(env, post->queue_pair, KIND_QP);
            continue;
        }
        /* Receives first, so that they are there when the sends' answers come. */
        struct ibv_recv_wr *bad_receive = NULL;
        struct ibv_send_wr *bad_send = NULL;
        int error = post->receive == 0 ? 0 : ibv_post_recv(queue_pair, address((jlong)post->receive), &bad_receive);
        if (error == 0 && post->send != 0) {
            error = ibv_post_send(queue_pair, address((jlong)post->send), &bad_send);
        }
        post->error = positive(error);
    }
    return queue == NULL || count <= 0 || completions == 0 ? 0 : ibv_poll_cq(queue, count, address(completions));
}

/* Of index 0, wherever the buffer's position is. */
VERBENA(jlong, addressOf)(JNIEnv *env, jclass type UNUSED, jobject buffer) {
    void *start = buffer == NULL ? NULL : (*env)->GetDirectBufferAddress(env, buffer);
    if (start == NULL) {
        throw_argument(env, "not a direct buffer");
        return 0;
    }
    return number(start);
}
