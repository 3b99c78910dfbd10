/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* Devices: what they can do, and what happens to them. */
#include "verbena.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(IBV_EVENT_CQ_ERR == 0 && IBV_EVENT_QP_FATAL == 1 && IBV_EVENT_QP_REQ_ERR == 2 &&
                   IBV_EVENT_QP_ACCESS_ERR == 3 && IBV_EVENT_DEVICE_FATAL == 8 && IBV_EVENT_PORT_ACTIVE == 9 &&
                   IBV_EVENT_PORT_ERR == 10,
    "AsyncEvent.java has these numbers");

/* A text that grows. */
struct text {
    char *characters;
    size_t length;
    size_t capacity;
    bool failed;
};

static void print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print(struct text *text, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int printed = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t length = printed < 0 ? 0 : (size_t)printed < sizeof line ? (size_t)printed : sizeof line - 1;
    if (text->length + length + 1 > text->capacity) {
        size_t capacity = 2 * text->capacity + sizeof line;
        char *larger = realloc(text->characters, capacity);
        if (larger == NULL) {
            text->failed = true;
            return;
        }
        text->characters = larger;
        text->capacity = capacity;
    }
    memcpy(text->characters + text->length, line, length + 1);
    text->length += length;
}

/* The text as a Java string; it is freed. */
static jstring java_text(JNIEnv *env, struct text *text) {
    jstring result = NULL;
    if (text->failed) {
        throw_errno(env, "the description of devices", ENOMEM);
    } else {
        result = (*env)->NewStringUTF(env, text->characters == NULL ? "" : text->characters);
    }
    free(text->characters);
    return result;
}

static int smaller(int one, int other) { return one < other ? one : other; }

/* device, name, queue pairs, work requests, completions, regions, bytes of a region, reads, firmware */
static int print_limits(struct text *text, struct ibv_context *context) {
    struct ibv_device_attr attributes = {0};
    int error = rdma.call_ibv_query_device(context, &attributes);
    if (error != 0) {
        return error;
    }
    uint64_t region = attributes.max_mr_size > INT64_MAX ? INT64_MAX : attributes.max_mr_size;
    print(text, "device\t%s\t%d\t%d\t%d\t%d\t%llu\t%d\t%.64s\n", rdma.call_ibv_get_device_name(context->device),
        attributes.max_qp, attributes.max_qp_wr, attributes.max_cqe, attributes.max_mr, (unsigned long long)region,
        smaller(attributes.max_qp_rd_atom, attributes.max_qp_init_rd_atom), attributes.fw_ver);
    return 0;
}

static int mtu_bytes(enum ibv_mtu mtu) { return mtu >= IBV_MTU_256 && mtu <= IBV_MTU_4096 ? 128 << mtu : 0; }

/* port, number, state, link layer, MTU; then a line for each gid */
static void print_port(struct text *text, struct ibv_context *context, uint8_t port) {
    struct ibv_port_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    /* The library's function takes an older, shorter struct, which this one begins with. */
    if (rdma.call_ibv_query_port(context, port, (struct _compat_ibv_port_attr *)&attributes) != 0) {
        return;
    }
    print(text, "port\t%u\t%s\t%s\t%d\n", port, rdma.call_ibv_port_state_str(attributes.state),
        attributes.link_layer == IBV_LINK_LAYER_ETHERNET ? "Ethernet" : "InfiniBand", mtu_bytes(attributes.active_mtu));
    for (int i = 0; i < attributes.gid_tbl_len; i++) {
        union ibv_gid gid;
        static const union ibv_gid none;
        char shown[INET6_ADDRSTRLEN];
        if (rdma.call_ibv_query_gid(context, port, i, &gid) == 0 && memcmp(&gid, &none, sizeof gid) != 0 &&
            inet_ntop(AF_INET6, &gid, shown, sizeof shown) != NULL) {
            print(text, "gid\t%s\n", shown);
        }
    }
}

/* Describes all devices, in lines of fields with tabs between. Empty: none. */
VERBENA(jstring, devices)(JNIEnv *env, jclass type UNUSED) {
    if (!library_needed(env)) {
        return NULL;
    }
    struct text text = {0};
    if (access("/sys/class/infiniband", F_OK) != 0) {
        /* A kernel without RDMA: that's no error. */
        return java_text(env, &text);
    }
    int count = 0;
    struct ibv_device **devices = rdma.call_ibv_get_device_list(&count);
    if (devices == NULL) {
        if (errno != ENOSYS && errno != ENODEV) {
            throw_errno(env, "ibv_get_device_list", errno);
            return NULL;
        }
        return java_text(env, &text);
    }
    int error = 0;
    const char *failed = NULL;
    for (int i = 0; i < count && error == 0; i++) {
        struct ibv_context *context = rdma.call_ibv_open_device(devices[i]);
        if (context == NULL) {
            error = errno == 0 ? EIO : errno;
            failed = "ibv_open_device";
            break;
        }
        struct ibv_device_attr attributes = {0};
        error = print_limits(&text, context);
        if (error == 0) {
            error = rdma.call_ibv_query_device(context, &attributes);
        }
        failed = "ibv_query_device";
        for (int port = 1; error == 0 && port <= attributes.phys_port_cnt; port++) {
            print_port(&text, context, (uint8_t)port);
        }
        rdma.call_ibv_close_device(context);
    }
    rdma.call_ibv_free_device_list(devices);
    if (error != 0) {
        free(text.characters);
        throw_errno(env, failed, error);
        return NULL;
    }
    return java_text(env, &text);
}

/* The first line of the same, of one device. */
VERBENA(jstring, limits)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
    if (context == NULL) {
        return NULL;
    }
    struct text text = {0};
    int error = print_limits(&text, context);
    if (error != 0) {
        free(text.characters);
        throw_errno(env, "ibv_query_device", error);
        return NULL;
    }
    return java_text(env, &text);
}

DISNI(jint, getContextFd)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
    return context == NULL ? -1 : context->cmd_fd;
}

DISNI(jint, getContextNumCompVectors)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
    return context == NULL ? -1 : context->num_comp_vectors;
}

/* ---- asynchronous events */

/* The handle that an object's context is; 0: it isn't one of ours. */
static jlong ours(void *context, enum kind kind) {
    jlong handle = number(context);
    return handle_find(handle, kind) == NULL ? 0 : handle;
}

static jlong element_of(const struct ibv_async_event *event) {
    switch (event->event_type) {
        case IBV_EVENT_CQ_ERR:
            return ours(event->element.cq->cq_context, KIND_CQ);
        case IBV_EVENT_QP_FATAL:
        case IBV_EVENT_QP_REQ_ERR:
        case IBV_EVENT_QP_ACCESS_ERR:
        case IBV_EVENT_COMM_EST:
        case IBV_EVENT_SQ_DRAINED:
        case IBV_EVENT_PATH_MIG:
        case IBV_EVENT_PATH_MIG_ERR:
        case IBV_EVENT_QP_LAST_WQE_REACHED:
            return ours(event->element.qp->qp_context, KIND_QP);
        case IBV_EVENT_PORT_ACTIVE:
        case IBV_EVENT_PORT_ERR:
        case IBV_EVENT_LID_CHANGE:
        case IBV_EVENT_PKEY_CHANGE:
        case IBV_EVENT_SM_CHANGE:
        case IBV_EVENT_CLIENT_REREGISTER:
        case IBV_EVENT_GID_CHANGE:
            return event->element.port_num;
        default:
            return 0;
    }
}

/* Null: none. Else its type, and what it concerns. */
VERBENA(jlongArray, asyncEvent)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
    if (context == NULL) {
        return NULL;
    }
    if (!make_nonblocking(context->async_fd)) {
        throw_errno(env, "fcntl of a device's events", errno);
        return NULL;
    }
    struct ibv_async_event event;
    if (rdma.call_ibv_get_async_event(context, &event) != 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            throw_errno(env, "ibv_get_async_event", errno);
        }
        return NULL;
    }
    const jlong values[2] = {event.event_type, element_of(&event)};
    /* At once: whoever destroys what the event concerns would wait for it. */
    rdma.call_ibv_ack_async_event(&event);
    jlongArray result = (*env)->NewLongArray(env, 2);
    if (result != NULL) {
        (*env)->SetLongArrayRegion(env, result, 0, 2, values);
    }
    return result;
}

VERBENA(jstring, asyncEventName)(JNIEnv *env, jclass type UNUSED, jint event) {
    if (!library_needed(env)) {
        return NULL;
    }
    return (*env)->NewStringUTF(env, rdma.call_ibv_event_type_str((enum ibv_event_type)event));
}
