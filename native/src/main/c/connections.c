/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* The connection manager: event channels, ids, and their events. See rdma_cm(7). */
#include "verbena.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define RDMA_CM_DEVICE "/dev/infiniband/rdma_cm"

/* What goes to Java of an event, in the machine's byte order: DisniExtendedVerbs.java reads the same. */
struct event_head {
    int32_t type;
    int32_t status;
    int64_t id;
    int64_t listen_id;
    int32_t responder_resources;
    int32_t initiator_depth;
};
_Static_assert(sizeof(struct event_head) == 32, "DisniExtendedVerbs.java reads an event's head");

/* ---- channels */

static void throw_no_channel(JNIEnv *env, int error) {
    const char *hint = "";
    if (access(RDMA_CM_DEVICE, F_OK) != 0) {
        hint = " (there is no " RDMA_CM_DEVICE ": is there an RDMA device? Else: modprobe rdma_ucm)";
    } else if (access(RDMA_CM_DEVICE, R_OK | W_OK) != 0) {
        hint = " (no permission for " RDMA_CM_DEVICE ")";
    }
    char text[128];
    throw_io(env, "rdma_create_event_channel: %s%s", error_text(error, text, sizeof text), hint);
}

DISNI(jlong, createEventChannel)(JNIEnv *env, jobject self UNUSED) {
    if (!library_needed(env)) {
        return -1;
    }
    /* librdmacm would write a line to the standard error stream, and give a less telling error. */
    if (access(RDMA_CM_DEVICE, F_OK) != 0) {
        throw_no_channel(env, ENODEV);
        return -1;
    }
    struct rdma_event_channel *channel = rdma.call_rdma_create_event_channel();
    if (channel == NULL) {
        throw_no_channel(env, errno);
        return -1;
    }
    jlong handle = 0;
    if (!make_nonblocking(channel->fd)) {
        throw_errno(env, "fcntl of an event channel", errno);
    } else {
        handle = handle_add(KIND_CHANNEL, channel, NULL);
        if (handle == 0) {
            throw_errno(env, "rdma_create_event_channel", ENOMEM);
        }
    }
    if (handle == 0) {
        rdma.call_rdma_destroy_event_channel(channel);
        return -1;
    }
    return handle;
}

DISNI(jint, destroyEventChannel)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_event_channel *channel = handle_object(env, handle, KIND_CHANNEL);
    if (channel == NULL) {
        return -1;
    }
    /* librdmacm would free it, and its ids would go on using it. */
    if (handle_needed(handle)) {
        return -EBUSY;
    }
    handle_remove(handle);
    rdma.call_rdma_destroy_event_channel(channel);
    return 0;
}

/* ---- events */

/* The handle of an event's id, which is its context; a connection request's id is new, and gets one. */
static jlong id_of_event(const struct rdma_cm_event *event, jlong channel) {
    struct rdma_cm_id *id = event->id;
    if (id == NULL) {
        return 0;
    }
    if (event->event != RDMA_CM_EVENT_CONNECT_REQUEST) {
        return number(id->context);
    }
    const jlong parents[MAX_PARENTS] = {channel};
    jlong handle = handle_add(KIND_ID, id, parents);
    id->context = address(handle);
    return handle;
}

/*
 * Takes and acknowledges an event. 1: there was one; 0: none; -1: errno says what is wrong. Private data (at most 255
 * bytes) is copied, as it ends with the event.
 */
static int take_event(struct rdma_event_channel *channel, jlong channel_handle, struct event_head *head,
    uint8_t private_data[static 256], uint8_t *private_length) {
    struct rdma_cm_event *event = NULL;
    if (rdma.call_rdma_get_cm_event(channel, &event) != 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
    }
    const struct rdma_conn_param *parameters = &event->param.conn;
    head->type = (int32_t)event->event;
    head->status = event->status;
    head->responder_resources = parameters->responder_resources;
    head->initiator_depth = parameters->initiator_depth;
    head->listen_id = event->listen_id == NULL ? 0 : number(event->listen_id->context);
    head->id = id_of_event(event, channel_handle);
    *private_length = 0;
    if (parameters->private_data != NULL && parameters->private_data_len > 0) {
        *private_length = parameters->private_data_len;
        memcpy(private_data, parameters->private_data, *private_length);
    }
    struct rdma_cm_id *unknown = event->event == RDMA_CM_EVENT_CONNECT_REQUEST && head->id == 0 ? event->id : NULL;
    rdma.call_rdma_ack_cm_event(event);
    if (unknown != NULL) {
        /* No memory for its handle. The peer is told that it isn't wanted. */
        rdma.call_rdma_destroy_id(unknown);
        errno = ENOMEM;
        return -1;
    }
    return 1;
}

/* An event's ordinal, with the listener's and the event's id written to two addresses; -1: none. */
DISNI(jint, getCmEvent)
(JNIEnv *env, jobject self UNUSED, jlong handle, jlong listen_out, jlong id_out, jint timeout_ms) {
    struct rdma_event_channel *channel = handle_object(env, handle, KIND_CHANNEL);
    if (channel == NULL || wait_readable(channel->fd, timeout_ms) <= 0) {
        return -1;
    }
    struct event_head head;
    uint8_t private_data[256];
    uint8_t private_length;
    if (take_event(channel, handle, &head, private_data, &private_length) <= 0) {
        return -1;
    }
    if (listen_out != 0) {
        *(int64_t *)address(listen_out) = head.listen_id == 0 ? -1 : head.listen_id;
    }
    if (id_out != 0) {
        *(int64_t *)address(id_out) = head.id == 0 ? -1 : head.id;
    }
    return head.type;
}

/* Events are acknowledged as they are taken: this is told of a type only, not of an event. */
DISNI(jint, ackCmEvent)(JNIEnv *env UNUSED, jobject self UNUSED, jint type UNUSED) { return 0; }

/* Null: none. Else a struct event_head, and the private data behind it. */
VERBENA(jbyteArray, cmEvent)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct rdma_event_channel *channel = handle_object(env, handle, KIND_CHANNEL);
    if (channel == NULL) {
        return NULL;
    }
    struct event_head head;
    uint8_t private_data[256];
    uint8_t private_length;
    int taken = take_event(channel, handle, &head, private_data, &private_length);
    if (taken <= 0) {
        if (taken < 0) {
            throw_errno(env, "rdma_get_cm_event", errno);
        }
        return NULL;
    }
    jbyteArray bytes = (*env)->NewByteArray(env, (jsize)(sizeof head) + private_length);
    if (bytes != NULL) {
        (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)sizeof head, (const jbyte *)&head);
        (*env)->SetByteArrayRegion(env, bytes, (jsize)sizeof head, private_length, (const jbyte *)private_data);
    }
    return bytes;
}

/* ---- ids */

DISNI(jlong, createId)(JNIEnv *env, jobject self UNUSED, jlong channel_handle, jshort port_space) {
    struct rdma_event_channel *channel = handle_object(env, channel_handle, KIND_CHANNEL);
    if (channel == NULL) {
        return -1;
    }
    struct rdma_cm_id *id = NULL;
    if (rdma.call_rdma_create_id(channel, &id, NULL, (enum rdma_port_space)port_space) != 0) {
        throw_errno(env, "rdma_create_id", errno);
        return -1;
    }
    const jlong parents[MAX_PARENTS] = {channel_handle};
    jlong handle = handle_add(KIND_ID, id, parents);
    if (handle == 0) {
        rdma.call_rdma_destroy_id(id);
        throw_errno(env, "rdma_create_id", ENOMEM);
        return -1;
    }
    id->context = address(handle);
    return handle;
}

DISNI(jint, destroyCmId)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL) {
        return -1;
    }
    if (handle_needed(handle)) {
        return -EBUSY;
    }
    if (rdma.call_rdma_destroy_id(id) != 0) {
        return -errno;
    }
    handle_remove(handle);
    return 0;
}

static void destroy_queue_pair(struct rdma_cm_id *id) {
    if (id->qp != NULL) {
        handle_remove(number(id->qp->qp_context));
        rdma.call_rdma_destroy_qp(id);
    }
}

/* Takes the id, not the queue pair. */
DISNI(jint, destroyQP)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL) {
        return -1;
    }
    destroy_queue_pair(id);
    return 0;
}

/* The id, with its queue pair. */
DISNI(jint, destroyEp)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL) {
        return -1;
    }
    destroy_queue_pair(id);
    if (rdma.call_rdma_destroy_id(id) != 0) {
        return -errno;
    }
    handle_remove(handle);
    return 0;
}

VERBENA(void, migrate)(JNIEnv *env, jclass type UNUSED, jlong handle, jlong channel_handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    struct rdma_event_channel *channel = id == NULL ? NULL : handle_object(env, channel_handle, KIND_CHANNEL);
    if (channel == NULL) {
        return;
    }
    if (rdma.call_rdma_migrate_id(id, channel) != 0) {
        throw_errno(env, "rdma_migrate_id", errno);
        return;
    }
    handle_move(handle, channel_handle);
}

/* ---- addresses */

static socklen_t family_size(int family) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

/* A copy of an address that DiSNI's Java wrote; false: an exception has been thrown. */
static bool disni_address(JNIEnv *env, const char *what, jlong from, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    if (from == 0) {
        throw_errno(env, what, EFAULT);
        return false;
    }
    sa_family_t family;
    memcpy(&family, address(from), sizeof family);
    if (family_size(family) == 0) {
        throw_errno(env, what, EAFNOSUPPORT);
        return false;
    }
    memcpy(to, address(from), family_size(family));
    return true;
}

/* From the 4 or 16 bytes of a Java address. */
static bool java_address(JNIEnv *env, jbyteArray bytes, jint scope, jint port, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    jsize length = bytes == NULL ? 0 : (*env)->GetArrayLength(env, bytes);
    if (port < 0 || port > UINT16_MAX) {
        throw_argument(env, "not a port: %d", (int)port);
        return false;
    }
    if (length == 4) {
        struct sockaddr_in *address4 = (struct sockaddr_in *)to;
        address4->sin_family = AF_INET;
        address4->sin_port = htons((uint16_t)port);
        (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)&address4->sin_addr);
    } else if (length == 16) {
        struct sockaddr_in6 *address6 = (struct sockaddr_in6 *)to;
        address6->sin6_family = AF_INET6;
        address6->sin6_port = htons((uint16_t)port);
        address6->sin6_scope_id = (uint32_t)scope;
        (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)&address6->sin6_addr);
    } else {
        throw_argument(env, "an address of %d bytes", (int)length);
        return false;
    }
    return true;
}

static void throw_address(JNIEnv *env, const char *what, const struct sockaddr_storage *at, int error) {
    char host[INET6_ADDRSTRLEN] = "?";
    const void *bytes = at->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)at)->sin_addr
                                                 : (const void *)&((const struct sockaddr_in6 *)at)->sin6_addr;
    inet_ntop(at->ss_family, bytes, host, sizeof host);
    /* sin_port and sin6_port are at the same place. */
    unsigned port = ntohs(((const struct sockaddr_in *)at)->sin_port);
    char text[128];
    throw_io(env, "%s: %s (%s, port %u)%s", what, error_text(error, text, sizeof text), host, port,
        error == EADDRNOTAVAIL || error == ENODEV ? ": no RDMA device has this address" : "");
}

static void bind_id(JNIEnv *env, struct rdma_cm_id *id, struct sockaddr_storage *to) {
    const struct sockaddr_in6 *address6 = (const struct sockaddr_in6 *)to;
    if (to->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address6->sin6_addr)) {
        /* "Any" is any of IPv4 too, as with Java's sockets, however the machine is set. A kernel that can't isn't one. */
        int only6 = 0;
        rdma.call_rdma_set_option(id, RDMA_OPTION_ID, RDMA_OPTION_ID_AFONLY, &only6, sizeof only6);
    }
    if (rdma.call_rdma_bind_addr(id, (struct sockaddr *)to) != 0) {
        throw_address(env, "rdma_bind_addr", to, errno);
    }
}

DISNI(void, bindAddr)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong from) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    struct sockaddr_storage to;
    if (id != NULL && disni_address(env, "rdma_bind_addr", from, &to)) {
        bind_id(env, id, &to);
    }
}

VERBENA(void, bind)(JNIEnv *env, jclass type UNUSED, jlong handle, jbyteArray bytes, jint scope, jint port) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    struct sockaddr_storage to;
    if (id != NULL && java_address(env, bytes, scope, port, &to)) {
        bind_id(env, id, &to);
    }
}

DISNI(void, listen)(JNIEnv *env, jobject self UNUSED, jlong handle, jint backlog) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id != NULL && rdma.call_rdma_listen(id, backlog) != 0) {
        throw_errno(env, "rdma_listen", errno);
    }
}

DISNI(void, resolveAddr)
(JNIEnv *env, jobject self UNUSED, jlong handle, jlong source, jlong target, jint timeout_ms) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    struct sockaddr_storage from;
    struct sockaddr_storage to;
    if (id == NULL || !disni_address(env, "rdma_resolve_addr", target, &to) ||
        (source != 0 && !disni_address(env, "rdma_resolve_addr", source, &from))) {
        return;
    }
    if (rdma.call_rdma_resolve_addr(
            id, source == 0 ? NULL : (struct sockaddr *)&from, (struct sockaddr *)&to, timeout_ms) != 0) {
        throw_address(env, "rdma_resolve_addr", &to, errno);
    }
}

VERBENA(void, resolveAddress)
(JNIEnv *env, jclass type UNUSED, jlong handle, jbyteArray bytes, jint scope, jint port, jint timeout_ms) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    struct sockaddr_storage to;
    if (id == NULL || !java_address(env, bytes, scope, port, &to)) {
        return;
    }
    if (rdma.call_rdma_resolve_addr(id, NULL, (struct sockaddr *)&to, timeout_ms) != 0) {
        throw_address(env, "rdma_resolve_addr", &to, errno);
    }
}

/* An id that has found its device; librdmacm doesn't check that in all calls. NULL: an exception has been thrown. */
static struct rdma_cm_id *resolved_id(JNIEnv *env, jlong handle, const char *what) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id != NULL && id->verbs == NULL) {
        throw_io(env, "%s: the id has no device yet; its address isn't resolved", what);
        return NULL;
    }
    return id;
}

DISNI(void, resolveRoute)(JNIEnv *env, jobject self UNUSED, jlong handle, jint timeout_ms) {
    struct rdma_cm_id *id = resolved_id(env, handle, "rdma_resolve_route");
    if (id != NULL && rdma.call_rdma_resolve_route(id, timeout_ms) != 0) {
        throw_errno(env, "rdma_resolve_route", errno);
    }
}

/* DiSNI's addresses are struct sockaddr_in; one of IPv6 has no room there and is given as zeros. */
static jint disni_address_of(JNIEnv *env, jlong handle, jlong out, bool local) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL || out == 0) {
        return -1;
    }
    const struct sockaddr *at = local ? rdma_get_local_addr(id) : rdma_get_peer_addr(id);
    if (at->sa_family != AF_INET) {
        memset(address(out), 0, sizeof(struct sockaddr_in));
        return -EAFNOSUPPORT;
    }
    memcpy(address(out), at, sizeof(struct sockaddr_in));
    return 0;
}

DISNI(jint, getSrcAddr)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong out) {
    return disni_address_of(env, handle, out, true);
}

DISNI(jint, getDstAddr)(JNIEnv *env, jobject self UNUSED, jlong handle, jlong out) {
    return disni_address_of(env, handle, out, false);
}

/* Null: none. Else the port (2 bytes), the scope (4), both in network order, and the address (4 or 16). */
VERBENA(jbyteArray, address)(JNIEnv *env, jclass type UNUSED, jlong handle, jboolean local) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL) {
        return NULL;
    }
    const struct sockaddr *at = local ? rdma_get_local_addr(id) : rdma_get_peer_addr(id);
    uint8_t bytes[22] = {0};
    jsize length;
    if (at->sa_family == AF_INET) {
        const struct sockaddr_in *address4 = (const struct sockaddr_in *)at;
        memcpy(bytes, &address4->sin_port, 2);
        memcpy(bytes + 6, &address4->sin_addr, 4);
        length = 10;
    } else if (at->sa_family == AF_INET6) {
        const struct sockaddr_in6 *address6 = (const struct sockaddr_in6 *)at;
        uint32_t scope = htonl(address6->sin6_scope_id);
        memcpy(bytes, &address6->sin6_port, 2);
        memcpy(bytes + 2, &scope, 4);
        memcpy(bytes + 6, &address6->sin6_addr, 16);
        length = 22;
    } else {
        return NULL;
    }
    jbyteArray result = (*env)->NewByteArray(env, length);
    if (result != NULL) {
        (*env)->SetByteArrayRegion(env, result, 0, length, (const jbyte *)bytes);
    }
    return result;
}

/* ---- connecting */

DISNI(void, connect)
(JNIEnv *env, jobject self UNUSED, jlong handle, jint retry, jint rnr_retry, jlong private_data, jbyte private_length) {
    struct rdma_cm_id *id = resolved_id(env, handle, "rdma_connect");
    if (id == NULL) {
        return;
    }
    struct rdma_conn_param parameters = {
        .private_data = private_data == 0 || private_length <= 0 ? NULL : address(private_data),
        .private_data_len = private_data == 0 || private_length <= 0 ? 0 : (uint8_t)private_length,
        /* as many as the device can */
        .responder_resources = RDMA_MAX_RESP_RES,
        .initiator_depth = RDMA_MAX_INIT_DEPTH,
        .flow_control = 1,
        .retry_count = (uint8_t)retry,
        .rnr_retry_count = (uint8_t)rnr_retry,
    };
    if (rdma.call_rdma_connect(id, &parameters) != 0) {
        throw_errno(env, "rdma_connect", errno);
    }
}

/* The first number is for the peer only. */
DISNI(void, accept)(JNIEnv *env, jobject self UNUSED, jlong handle, jint retry, jint rnr_retry) {
    struct rdma_cm_id *id = resolved_id(env, handle, "rdma_accept");
    if (id == NULL) {
        return;
    }
    struct rdma_conn_param parameters = {
        /* as many as the device can, and the peer asks for */
        .responder_resources = RDMA_MAX_RESP_RES,
        .initiator_depth = RDMA_MAX_INIT_DEPTH,
        .flow_control = 1,
        .retry_count = (uint8_t)retry,
        .rnr_retry_count = (uint8_t)rnr_retry,
    };
    if (rdma.call_rdma_accept(id, &parameters) != 0) {
        throw_errno(env, "rdma_accept", errno);
    }
}

/* Reads private data from Java; its length, or -1: an exception has been thrown. */
static int private_data_of(JNIEnv *env, jbyteArray bytes, uint8_t to[static 256]) {
    jsize length = bytes == NULL ? 0 : (*env)->GetArrayLength(env, bytes);
    if (length > UINT8_MAX) {
        throw_argument(env, "private data of %d bytes", (int)length);
        return -1;
    }
    if (length > 0) {
        (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)to);
    }
    return length;
}

static bool fits(JNIEnv *env, jint value, jint limit, const char *what) {
    if (value < 0 || value > limit) {
        throw_argument(env, "%s is %d; it may be 0 to %d", what, (int)value, (int)limit);
        return false;
    }
    return true;
}

/* connect and accept, which differ in one call. */
static void conclude(JNIEnv *env, const char *what, int (*call)(struct rdma_cm_id *, struct rdma_conn_param *),
    struct rdma_cm_id *id, jbyteArray private_data, jint responder_resources, jint initiator_depth, jint retry,
    jint rnr_retry) {
    uint8_t bytes[256];
    if (!fits(env, responder_resources, UINT8_MAX, "responder resources") ||
        !fits(env, initiator_depth, UINT8_MAX, "initiator depth") || !fits(env, retry, 7, "retry count") ||
        !fits(env, rnr_retry, 7, "RNR retry count")) {
        return;
    }
    int length = private_data_of(env, private_data, bytes);
    if (length < 0) {
        return;
    }
    struct rdma_conn_param parameters = {
        .private_data = length == 0 ? NULL : bytes,
        .private_data_len = (uint8_t)length,
        .responder_resources = (uint8_t)responder_resources,
        .initiator_depth = (uint8_t)initiator_depth,
        .flow_control = 1,
        .retry_count = (uint8_t)retry,
        .rnr_retry_count = (uint8_t)rnr_retry,
    };
    if (call(id, &parameters) != 0) {
        char text[128];
        int error = errno;
        throw_io(env, "%s: %s (%d bytes of private data, %d responder resources, initiator depth %d)", what,
            error_text(error, text, sizeof text), length, (int)responder_resources, (int)initiator_depth);
    }
}

VERBENA(void, connect)
(JNIEnv *env, jclass type UNUSED, jlong handle, jbyteArray private_data, jint responder_resources, jint initiator_depth,
    jint retry, jint rnr_retry) {
    struct rdma_cm_id *id = resolved_id(env, handle, "rdma_connect");
    if (id != NULL) {
        conclude(env, "rdma_connect", rdma.call_rdma_connect, id, private_data, responder_resources, initiator_depth,
            retry, rnr_retry);
    }
}

VERBENA(void, accept)
(JNIEnv *env, jclass type UNUSED, jlong handle, jbyteArray private_data, jint responder_resources, jint initiator_depth,
    jint retry, jint rnr_retry) {
    struct rdma_cm_id *id = resolved_id(env, handle, "rdma_accept");
    if (id != NULL) {
        conclude(env, "rdma_accept", rdma.call_rdma_accept, id, private_data, responder_resources, initiator_depth,
            retry, rnr_retry);
    }
}

VERBENA(void, reject)(JNIEnv *env, jclass type UNUSED, jlong handle, jbyteArray private_data) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    uint8_t bytes[256];
    int length = id == NULL ? -1 : private_data_of(env, private_data, bytes);
    if (length >= 0 && rdma.call_rdma_reject(id, length == 0 ? NULL : bytes, (uint8_t)length) != 0) {
        throw_errno(env, "rdma_reject", errno);
    }
}

DISNI(jint, disconnect)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL) {
        return -1;
    }
    if (id->verbs == NULL) {
        return -ENOTCONN;
    }
    return rdma.call_rdma_disconnect(id) == 0 ? 0 : -errno;
}

VERBENA(void, setAckTimeout)(JNIEnv *env, jclass type UNUSED, jlong handle, jint code) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL || !fits(env, code, 31, "the ACK timeout")) {
        return;
    }
    uint8_t value = (uint8_t)code;
    if (rdma.call_rdma_set_option(id, RDMA_OPTION_ID, RDMA_OPTION_ID_ACK_TIMEOUT, &value, sizeof value) != 0) {
        throw_errno(env, "rdma_set_option of RDMA_OPTION_ID_ACK_TIMEOUT", errno);
    }
}

/* -1: the id has no device yet. */
DISNI(jlong, getContext)(JNIEnv *env, jobject self UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    if (id == NULL || id->verbs == NULL) {
        return -1;
    }
    jlong context = handle_of_context(id->verbs);
    if (context == 0) {
        throw_errno(env, "the handle of an open device", ENOMEM);
        return -1;
    }
    return context;
}

/* The port of its device that it uses; 0: none yet. */
VERBENA(jint, port)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct rdma_cm_id *id = handle_object(env, handle, KIND_ID);
    return id == NULL ? 0 : id->port_num;
}
