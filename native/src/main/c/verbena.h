/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of libdisni.so share.
 *
 * The library has two sets of natives: those which the class NativeDispatcher of DiSNI 2.1 declares (DISNI below), and
 * those of Verbena's own class Extensions (VERBENA). libibverbs and librdmacm are opened when they are first needed, so
 * that the library loads on a machine that doesn't have them.
 *
 * Rules that all parts keep:
 *  - A handle that Java gave is looked up (handle_object) before anything is done with it; a stale one is an
 *    IllegalStateException. Addresses of plain memory (work requests, completions) can't be checked, but 0 is refused.
 *  - An object is destroyed only once nothing depends on it: librdmacm and libibverbs don't check that in all cases.
 *  - Whatever thread calls; an object is used by one thread at a time, except where it is said otherwise.
 */
#ifndef VERBENA_H
#define VERBENA_H

#include <infiniband/verbs.h>
#include <jni.h>
#include <rdma/rdma_cma.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of Verbena's natives. Changes with the signature or meaning of any; Extensions.java has the same number. */
#define VERBENA_VERSION 2

/* The version that DiSNI 2.1's jar asks for. */
#define DISNI_VERSION 32

/* A native of com.ibm.disni.verbs.impl.NativeDispatcher. All are instance methods; their names begin with '_'. */
#define DISNI(result, name) JNIEXPORT result JNICALL Java_com_ibm_disni_verbs_impl_NativeDispatcher__1##name

/* A native of io.verbena.rdma.verbs.Extensions. All are static. */
#define VERBENA(result, name) JNIEXPORT result JNICALL Java_io_verbena_rdma_verbs_Extensions_##name

#define UNUSED __attribute__((unused))
#define COLD __attribute__((cold, noinline))

/* ---- library.c: libibverbs and librdmacm */

/* What is used of libibverbs, apart from what its header does inline. */
#define IBVERBS_SYMBOLS(SYMBOL) \
    SYMBOL(ibv_get_device_list) \
    SYMBOL(ibv_free_device_list) \
    SYMBOL(ibv_get_device_name) \
    SYMBOL(ibv_open_device) \
    SYMBOL(ibv_close_device) \
    SYMBOL(ibv_query_device) \
    SYMBOL(ibv_query_port) \
    SYMBOL(ibv_query_gid) \
    SYMBOL(ibv_port_state_str) \
    SYMBOL(ibv_get_async_event) \
    SYMBOL(ibv_ack_async_event) \
    SYMBOL(ibv_event_type_str) \
    SYMBOL(ibv_alloc_pd) \
    SYMBOL(ibv_dealloc_pd) \
    SYMBOL(ibv_reg_mr) \
    SYMBOL(ibv_dereg_mr) \
    SYMBOL(ibv_create_comp_channel) \
    SYMBOL(ibv_destroy_comp_channel) \
    SYMBOL(ibv_create_cq) \
    SYMBOL(ibv_destroy_cq) \
    SYMBOL(ibv_get_cq_event) \
    SYMBOL(ibv_ack_cq_events) \
    SYMBOL(ibv_modify_qp)

/* What is used of librdmacm. */
#define RDMACM_SYMBOLS(SYMBOL) \
    SYMBOL(rdma_create_event_channel) \
    SYMBOL(rdma_destroy_event_channel) \
    SYMBOL(rdma_create_id) \
    SYMBOL(rdma_destroy_id) \
    SYMBOL(rdma_migrate_id) \
    SYMBOL(rdma_bind_addr) \
    SYMBOL(rdma_listen) \
    SYMBOL(rdma_resolve_addr) \
    SYMBOL(rdma_resolve_route) \
    SYMBOL(rdma_connect) \
    SYMBOL(rdma_accept) \
    SYMBOL(rdma_reject) \
    SYMBOL(rdma_disconnect) \
    SYMBOL(rdma_get_cm_event) \
    SYMBOL(rdma_ack_cm_event) \
    SYMBOL(rdma_create_qp) \
    SYMBOL(rdma_destroy_qp) \
    SYMBOL(rdma_set_option)

/* A pointer for each, named call_..., as the header has macros of some of the functions' names. */
struct libraries {
#define POINTER(name) __typeof__(name) *call_##name;
    IBVERBS_SYMBOLS(POINTER)
    RDMACM_SYMBOLS(POINTER)
#undef POINTER
};

/* Filled in by library_open; valid wherever there is a handle. */
extern struct libraries rdma;

/*
 * Opens both libraries, if they aren't yet. Thread-safe. False: it failed, and problem has a line on why. It is tried
 * again at the next call.
 */
bool library_open(char *problem, size_t size);

/* library_open, or else throws an IOException. */
bool library_needed(JNIEnv *env);

/* ---- handles.c: the objects that there are */

enum kind {
    KIND_CHANNEL = 1,
    KIND_ID,
    KIND_CONTEXT,
    KIND_PD,
    KIND_MR,
    KIND_COMP_CHANNEL,
    KIND_CQ,
    KIND_QP,
    KIND_WAITER,
};

/* At most so many objects are needed by another: a queue pair's id, domain and two completion queues. */
#define MAX_PARENTS 4

/*
 * Makes a handle for an object; parents (0 is none) can't be destroyed before it. 0: no memory left.
 */
jlong handle_add(enum kind kind, void *object, const jlong parents[MAX_PARENTS]);

/* The object of a handle; NULL: it's not, or no more, a handle of this kind. A few ns, no lock. */
void *handle_find(jlong handle, enum kind kind);

/* As handle_find; NULL: an IllegalStateException has been thrown. */
void *handle_object(JNIEnv *env, jlong handle, enum kind kind);

/* Is there an object that needs this one? */
bool handle_needed(jlong handle);

/* Ends a handle. */
void handle_remove(jlong handle);

/* Gives a handle another first parent. */
void handle_move(jlong handle, jlong parent);

/* Adds to a number that is kept for each handle, and is 0 at first: a completion queue's events without an answer. */
uint32_t handle_count(jlong handle, int32_t add);

/* The handle of an open device, the same for the same device; 0: no memory left. */
jlong handle_of_context(struct ibv_context *context);

/* ---- errors.c */

/* Throws an IOException: what: the error's text. */
COLD void throw_errno(JNIEnv *env, const char *what, int error);

/* Throws an IOException with a text of its own. */
COLD void throw_io(JNIEnv *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Throws an IllegalStateException. */
COLD void throw_state(JNIEnv *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Throws an IllegalArgumentException. */
COLD void throw_argument(JNIEnv *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text of an error's number. */
const char *error_text(int error, char *buffer, size_t size);

/* ---- small things */

static inline void *address(jlong value) { return (void *)(intptr_t)value; }

static inline jlong number(const void *pointer) { return (jlong)(intptr_t)pointer; }

/* Makes a descriptor non-blocking; false: errno says why not. */
bool make_nonblocking(int descriptor);

/* Waits until a descriptor has something to read. 1: it has; 0: it hasn't, in so many milliseconds; -1: errno. */
int wait_readable(int descriptor, int timeout_ms);

#endif
