/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* What is made of an open device: protection domains, memory regions, completion channels and queues, queue pairs. */
#include "verbena.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

/* Of a work request; Java's number isn't passed on to the native. */
#define DISNI_MAX_SGE 4

/* ---- protection domains */

DISNI(jlong, allocPd)(JNIEnv *env, jobject self UNUSED, jlong context_handle) {
    struct ibv_context *context = handle_object(env, context_handle, KIND_CONTEXT);
    if (context == NULL) {
        return -1;
    }
    struct ibv_pd *domain = rdma.call_ibv_alloc_pd(context);
    if (domain == NULL) {
        throw_errno(env, "ibv_alloc_pd", errno);
        return -1;
    }
    const jlong parents[MAX_PARENTS] = {context_handle};
    jlong handle = handle_add(KIND_PD, domain, parents);
    if (handle == 0) {
        rdma.call_ibv_dealloc_pd(domain);
        throw_errno(env, "ibv_alloc_pd", ENOMEM);
        return -1;
    }
    return handle;
}

DISNI(jint, deallocPd)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_pd *domain = handle_object(env, handle, KIND_PD);
    if (domain == NULL) {
        return -1;
    }
    int error = handle_needed(handle) ? EBUSY : rdma.call_ibv_dealloc_pd(domain);
    if (error != 0) {
        return -error;
    }
    handle_remove(handle);
    return 0;
}

DISNI(jint, getPdHandle)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_pd *domain = handle_object(env, handle, KIND_PD);
    return domain == NULL ? -1 : (jint)domain->handle;
}

/* ---- memory regions */

static void throw_not_registered(JNIEnv *env, uint64_t length, int error) {
    char text[128];
    const char *reason = error_text(error, text, sizeof text);
    struct rlimit limit;
    if ((error == ENOMEM || error == EAGAIN || error == EPERM) && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY) {
        throw_io(env,
            "ibv_reg_mr: %s (%llu bytes were to be registered, and this process may lock %llu bytes in all: raise "
            "that with ulimit -l, LimitMEMLOCK= of a systemd unit, or memlock in /etc/security/limits.conf)",
            reason, (unsigned long long)length, (unsigned long long)limit.rlim_cur);
    } else {
        throw_io(env, "ibv_reg_mr: %s (%llu bytes were to be registered)", reason, (unsigned long long)length);
    }
}

/* The handle of a new region, and the region; -1: an exception has been thrown. */
static jlong register_memory(
    JNIEnv *env, jlong domain_handle, jlong start, jlong length, jint access, struct ibv_mr **region) {
    struct ibv_pd *domain = handle_object(env, domain_handle, KIND_PD);
    if (domain == NULL) {
        return -1;
    }
    if (length < 0 || start == 0) {
        throw_argument(env, "%lld bytes at address 0x%llx can't be registered", (long long)length, (long long)start);
        return -1;
    }
    *region = rdma.call_ibv_reg_mr(domain, address(start), (size_t)length, access);
    if (*region == NULL) {
        throw_not_registered(env, (uint64_t)length, errno);
        return -1;
    }
    const jlong parents[MAX_PARENTS] = {domain_handle};
    jlong handle = handle_add(KIND_MR, *region, parents);
    if (handle == 0) {
        rdma.call_ibv_dereg_mr(*region);
        throw_errno(env, "ibv_reg_mr", ENOMEM);
        return -1;
    }
    return handle;
}

DISNI(jlong, regMr)
(JNIEnv *env, jobject self UNUSED, jlong domain, jlong start, jint length, jint access, jlong lkey, jlong rkey,
    jlong kernel_handle) {
    struct ibv_mr *region = NULL;
    jlong handle = register_memory(env, domain, start, length, access, &region);
    if (handle < 0) {
        return -1;
    }
    if (lkey != 0) {
        *(uint32_t *)address(lkey) = region->lkey;
    }
    if (rkey != 0) {
        *(uint32_t *)address(rkey) = region->rkey;
    }
    if (kernel_handle != 0) {
        *(uint32_t *)address(kernel_handle) = region->handle;
    }
    return handle;
}

/* The keys go to an array of two. */
VERBENA(jlong, register)
(JNIEnv *env, jclass type UNUSED, jlong domain, jlong start, jlong length, jint access, jintArray keys) {
    struct ibv_mr *region = NULL;
    jlong handle = register_memory(env, domain, start, length, access, &region);
    if (handle >= 0) {
        const jint values[2] = {(jint)region->lkey, (jint)region->rkey};
        (*env)->SetIntArrayRegion(env, keys, 0, 2, values);
    }
    return handle;
}

DISNI(void, deregMr)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_mr *region = handle_object(env, handle, KIND_MR);
    if (region == NULL) {
        return;
    }
    int error = rdma.call_ibv_dereg_mr(region);
    if (error != 0) {
        throw_errno(env, "ibv_dereg_mr", error);
        return;
    }
    handle_remove(handle);
}

/* What RC queue pairs can do with memory that isn't pinned: enum ibv_odp_transport_cap_bits. -1: nothing. */
DISNI(jint, queryOdpSupport)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
    if (context == NULL) {
        return -1;
    }
    struct verbs_context *extended = verbs_get_ctx_op(context, query_device_ex);
    struct ibv_device_attr_ex attributes = {0};
    if (extended == NULL || extended->query_device_ex(context, NULL, &attributes, sizeof attributes) != 0 ||
        (attributes.odp_caps.general_caps & IBV_ODP_SUPPORT) == 0) {
        return -1;
    }
    return (jint)attributes.odp_caps.per_transport_caps.rc_odp_caps;
}

DISNI(jint, expPrefetchMr)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong start, jint length) {
    struct ibv_mr *region = handle_object(env, handle, KIND_MR);
    if (region == NULL) {
        return -1;
    }
    struct verbs_context *extended = verbs_get_ctx_op(region->context, advise_mr);
    struct ibv_sge part = {.addr = (uint64_t)start, .length = (uint32_t)length, .lkey = region->lkey};
    int error = extended == NULL
                    ? EOPNOTSUPP
                    : extended->advise_mr(region->pd, IBV_ADVISE_MR_ADVICE_PREFETCH_WRITE, 0, &part, 1);
    if (error != 0) {
        throw_errno(env, "ibv_advise_mr", error);
        return -1;
    }
    return 0;
}

/* ---- completion channels and queues */

DISNI(jlong, createCompChannel)(JNIEnv *env, jobject self UNUSED, jlong context_handle) {
    struct ibv_context *context = handle_object(env, context_handle, KIND_CONTEXT);
    if (context == NULL) {
        return -1;
    }
    struct ibv_comp_channel *channel = rdma.call_ibv_create_comp_channel(context);
    if (channel == NULL) {
        throw_errno(env, "ibv_create_comp_channel", errno);
        return -1;
    }
    jlong handle = 0;
    int error = ENOMEM;
    if (!make_nonblocking(channel->fd)) {
        error = errno;
    } else {
        const jlong parents[MAX_PARENTS] = {context_handle};
        handle = handle_add(KIND_COMP_CHANNEL, channel, parents);
    }
    if (handle == 0) {
        rdma.call_ibv_destroy_comp_channel(channel);
        throw_errno(env, "ibv_create_comp_channel", error);
        return -1;
    }
    return handle;
}

DISNI(jint, destroyCompChannel)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_comp_channel *channel = handle_object(env, handle, KIND_COMP_CHANNEL);
    if (channel == NULL) {
        return -1;
    }
    int error = handle_needed(handle) ? EBUSY : rdma.call_ibv_destroy_comp_channel(channel);
    if (error != 0) {
        return -error;
    }
    handle_remove(handle);
    return 0;
}

DISNI(jlong, createCQ)
(JNIEnv *env, jobject self UNUSED, jlong context_handle, jlong channel_handle, jint entries, jint vector) {
    struct ibv_context *context = handle_object(env, context_handle, KIND_CONTEXT);
    if (context == NULL) {
        return -1;
    }
    struct ibv_comp_channel *channel = NULL;
    if (channel_handle > 0) {
        channel = handle_object(env, channel_handle, KIND_COMP_CHANNEL);
        if (channel == NULL) {
            return -1;
        }
    }
    struct ibv_cq *queue = rdma.call_ibv_create_cq(context, entries, NULL, channel, vector);
    if (queue == NULL) {
        char text[128];
        int error = errno;
        throw_io(env, "ibv_create_cq: %s (%d entries, completion vector %d of %d)", error_text(error, text, sizeof text),
            (int)entries, (int)vector, context->num_comp_vectors);
        return -1;
    }
    const jlong parents[MAX_PARENTS] = {context_handle, channel == NULL ? 0 : channel_handle};
    jlong handle = handle_add(KIND_CQ, queue, parents);
    if (handle == 0) {
        rdma.call_ibv_destroy_cq(queue);
        throw_errno(env, "ibv_create_cq", ENOMEM);
        return -1;
    }
    /* So that an event's queue can be told. */
    queue->cq_context = address(handle);
    return handle;
}

DISNI(jint, destroyCQ)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_cq *queue = handle_object(env, handle, KIND_CQ);
    if (queue == NULL) {
        return -1;
    }
    if (handle_needed(handle)) {
        return -EBUSY;
    }
    /* ibv_destroy_cq waits, for ever, until each event that was taken is acknowledged. */
    uint32_t taken = handle_count(handle, 0);
    if (taken > 0) {
        rdma.call_ibv_ack_cq_events(queue, taken);
        handle_count(handle, -(int32_t)taken);
    }
    int error = rdma.call_ibv_destroy_cq(queue);
    if (error != 0) {
        return -error;
    }
    handle_remove(handle);
    return 0;
}

/* Takes one event. The queue's handle; 0: none, or errno says why not. */
static jlong take_cq_event(struct ibv_comp_channel *channel) {
    struct ibv_cq *queue = NULL;
    void *queue_context = NULL;
    errno = 0;
    if (rdma.call_ibv_get_cq_event(channel, &queue, &queue_context) != 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
            errno = 0;
        }
        return 0;
    }
    jlong handle = number(queue_context);
    handle_count(handle, 1);
    return handle;
}

/* 0: there was an event; -1: none. */
DISNI(jint, getCqEvent)(JNIEnv *env, jobject self UNUSED, jlong handle, jint timeout_ms) {
    struct ibv_comp_channel *channel = handle_object(env, handle, KIND_COMP_CHANNEL);
    if (channel == NULL || wait_readable(channel->fd, timeout_ms) <= 0) {
        return -1;
    }
    if (take_cq_event(channel) == 0) {
        if (errno != 0) {
            throw_errno(env, "ibv_get_cq_event", errno);
        }
        return -1;
    }
    return 0;
}

/* Acknowledges what was taken, and no more: with more the queue could never be destroyed. */
static void acknowledge(struct ibv_cq *queue, jlong handle, uint32_t events) {
    uint32_t taken = handle_count(handle, 0);
    uint32_t count = events < taken ? events : taken;
    if (count > 0) {
        rdma.call_ibv_ack_cq_events(queue, count);
        handle_count(handle, -(int32_t)count);
    }
}

DISNI(jint, ackCqEvent)(JNIEnv *env, jobject self UNUSED, jlong handle, jint events) {
    struct ibv_cq *queue = handle_object(env, handle, KIND_CQ);
    if (queue == NULL) {
        return -1;
    }
    if (events > 0) {
        acknowledge(queue, handle, (uint32_t)events);
    }
    return 0;
}

/* Takes and acknowledges all events that are there; how many there were. */
VERBENA(jint, takeNotifications)(JNIEnv *env, jclass type UNUSED, jlong channel_handle, jlong queue_handle) {
    struct ibv_comp_channel *channel = handle_object(env, channel_handle, KIND_COMP_CHANNEL);
    struct ibv_cq *queue = channel == NULL ? NULL : handle_object(env, queue_handle, KIND_CQ);
    if (queue == NULL) {
        return 0;
    }
    jint events = 0;
    while (take_cq_event(channel) != 0) {
        events++;
    }
    acknowledge(queue, queue_handle, UINT32_MAX);
    return events;
}

DISNI(jint, reqNotifyCQ)(JNIEnv *env, jobject self UNUSED, jlong handle, jint solicited_only) {
    struct ibv_cq *queue = handle_object(env, handle, KIND_CQ);
    if (queue == NULL) {
        return -1;
    }
    int error = ibv_req_notify_cq(queue, solicited_only);
    if (error != 0) {
        throw_errno(env, "ibv_req_notify_cq", error < 0 ? errno : error);
        return -1;
    }
    return 0;
}

/* ---- queue pairs */

struct queue_pair_parents {
    struct rdma_cm_id *id;
    struct ibv_pd *domain;
    struct ibv_cq *send_queue;
    struct ibv_cq *receive_queue;
};

/* id, domain, queue of sends, queue of receives; false: an exception has been thrown. */
static bool find_parents(JNIEnv *env, const jlong handles[MAX_PARENTS], struct queue_pair_parents *found) {
    found->id = handle_object(env, handles[0], KIND_ID);
    found->domain = found->id == NULL ? NULL : handle_object(env, handles[1], KIND_PD);
    found->send_queue = found->domain == NULL ? NULL : handle_object(env, handles[2], KIND_CQ);
    found->receive_queue = found->send_queue == NULL ? NULL : handle_object(env, handles[3], KIND_CQ);
    if (found->receive_queue == NULL) {
        return false;
    }
    if (found->id->verbs == NULL) {
        throw_io(env, "rdma_create_qp: the id has no device yet; its address isn't resolved");
        return false;
    }
    if (found->id->qp != NULL) {
        throw_io(env, "rdma_create_qp: the id has a queue pair already");
        return false;
    }
    return true;
}

static void throw_no_queue_pair(JNIEnv *env, struct ibv_context *context, const struct ibv_qp_cap *asked, int error) {
    char text[128];
    struct ibv_device_attr attributes = {0};
    rdma.call_ibv_query_device(context, &attributes);
    throw_io(env, "rdma_create_qp: %s (%u sends, %u receives, %u bytes inline; the device allows %d work requests)",
        error_text(error, text, sizeof text), asked->max_send_wr, asked->max_recv_wr, asked->max_inline_data,
        attributes.max_qp_wr);
}

/* The handle of the id's new queue pair; -1: an exception has been thrown. */
static jlong add_queue_pair(JNIEnv *env, struct rdma_cm_id *id, const jlong parents[MAX_PARENTS]) {
    jlong handle = handle_add(KIND_QP, id->qp, parents);
    if (handle == 0) {
        rdma.call_rdma_destroy_qp(id);
        throw_errno(env, "rdma_create_qp", ENOMEM);
        return -1;
    }
    id->qp->qp_context = address(handle);
    return handle;
}

DISNI(jlong, createQP)
(JNIEnv *env, jobject self UNUSED, jlong id, jlong domain, jlong send_queue, jlong receive_queue, jint type,
    jint max_sends, jint max_receives, jint max_inline) {
    const jlong parents[MAX_PARENTS] = {id, domain, send_queue, receive_queue};
    struct queue_pair_parents found;
    if (!find_parents(env, parents, &found)) {
        return -1;
    }
    struct ibv_qp_init_attr attributes = {
        .send_cq = found.send_queue,
        .recv_cq = found.receive_queue,
        .cap = {.max_send_wr = (uint32_t)max_sends,
            .max_recv_wr = (uint32_t)max_receives,
            .max_send_sge = DISNI_MAX_SGE,
            .max_recv_sge = DISNI_MAX_SGE,
            .max_inline_data = (uint32_t)max_inline},
        .qp_type = (enum ibv_qp_type)type,
        .sq_sig_all = 0,
    };
    const struct ibv_qp_cap asked = attributes.cap;
    if (rdma.call_rdma_create_qp(found.id, found.domain, &attributes) != 0) {
        throw_no_queue_pair(env, found.id->verbs, &asked, errno);
        return -1;
    }
    return add_queue_pair(env, found.id, parents);
}

/*
 * A reliable connected queue pair. The number and the granted inline bytes go to an array of two. A device that can't
 * do as much inline as is asked for refuses, and doesn't say what it can, so less is tried.
 */
VERBENA(jlong, createQueuePair)
(JNIEnv *env, jclass type UNUSED, jlong id, jlong domain, jlong queue, jint max_sends, jint max_receives,
    jint max_inline, jintArray granted) {
    const jlong parents[MAX_PARENTS] = {id, domain, queue, queue};
    struct queue_pair_parents found;
    if (!find_parents(env, parents, &found)) {
        return -1;
    }
    if (max_sends < 0 || max_receives < 0 || max_inline < 0) {
        throw_argument(env, "a queue pair of %d sends, %d receives, %d bytes inline", (int)max_sends,
            (int)max_receives, (int)max_inline);
        return -1;
    }
    const struct ibv_qp_cap asked = {
        .max_send_wr = (uint32_t)max_sends,
        .max_recv_wr = (uint32_t)max_receives,
        .max_send_sge = 1,
        .max_recv_sge = 1,
        .max_inline_data = (uint32_t)max_inline,
    };
    struct ibv_qp_init_attr attributes;
    uint32_t inline_bytes = asked.max_inline_data;
    for (;;) {
        attributes = (struct ibv_qp_init_attr){
            .send_cq = found.send_queue,
            .recv_cq = found.receive_queue,
            .cap = asked,
            .qp_type = IBV_QPT_RC,
            .sq_sig_all = 0,
        };
        attributes.cap.max_inline_data = inline_bytes;
        if (rdma.call_rdma_create_qp(found.id, found.domain, &attributes) == 0) {
            break;
        }
        int error = errno;
        if ((error != EINVAL && error != ENOMEM) || inline_bytes == 0) {
            throw_no_queue_pair(env, found.id->verbs, &asked, error);
            return -1;
        }
        inline_bytes = inline_bytes < 32 ? 0 : inline_bytes / 2;
    }
    jlong handle = add_queue_pair(env, found.id, parents);
    if (handle >= 0) {
        const jint values[2] = {(jint)found.id->qp->qp_num, (jint)attributes.cap.max_inline_data};
        (*env)->SetIntArrayRegion(env, granted, 0, 2, values);
    }
    return handle;
}

DISNI(jint, getQpNum)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    return queue_pair == NULL ? -1 : (jint)queue_pair->qp_num;
}

/* DiSNI's Java passes no attributes, so there is nothing that could be done. */
DISNI(jint, modifyQP)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong attributes UNUSED) {
    if (handle_object(env, handle, KIND_QP) != NULL) {
        throw_errno(env, "ibv_modify_qp without attributes", EOPNOTSUPP);
    }
    return -1;
}

static void modify(JNIEnv *env, jlong handle, struct ibv_qp_attr *attributes, int mask, const char *what) {
    struct ibv_qp *queue_pair = handle_object(env, handle, KIND_QP);
    if (queue_pair == NULL) {
        return;
    }
    int error = rdma.call_ibv_modify_qp(queue_pair, attributes, mask);
    if (error != 0) {
        throw_errno(env, what, error < 0 ? errno : error);
    }
}

VERBENA(void, setMinRnrTimer)(JNIEnv *env, jclass type UNUSED, jlong handle, jint code) {
    if (code < 0 || code > 31) {
        throw_argument(env, "the RNR timer's code is %d; it may be 0 to 31", (int)code);
        return;
    }
    struct ibv_qp_attr attributes = {.min_rnr_timer = (uint8_t)code};
    modify(env, handle, &attributes, IBV_QP_MIN_RNR_TIMER, "ibv_modify_qp of the RNR timer");
}

VERBENA(void, breakQueuePair)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct ibv_qp_attr attributes = {.qp_state = IBV_QPS_ERR};
    modify(env, handle, &attributes, IBV_QP_STATE, "ibv_modify_qp to the error state");
}
