/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for several descriptors at once, and for other threads: an epoll(7) with an eventfd(2) in it.
 *
 * wake may be called by any thread, at the very moment when the waiter is destroyed. So a waiter's memory is never
 * freed, only used again, and its lock guards the descriptor: else a wake could write to a file that has got the
 * descriptor's number since.
 */
#include "verbena.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct waiter {
    int epoll;
    int event;
    /* It was woken, and hasn't waited since: there's no need to wake it again. */
    atomic_bool woken;
    /* 0: destroyed. Guarded by the lock. */
    jlong handle;
    pthread_mutex_t lock;
    struct waiter *next_free;
};

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *pool;

/* As in Verbs.Watched. */
enum { WATCH_EVENT_CHANNEL, WATCH_COMPLETION_CHANNEL, WATCH_CONTEXT };

/* What epoll says of the eventfd, and of all others. */
enum { TAG_WAKE, TAG_WATCHED };

static struct waiter *take_waiter(void) {
    pthread_mutex_lock(&pool_lock);
    struct waiter *waiter = pool;
    if (waiter != NULL) {
        pool = waiter->next_free;
    }
    pthread_mutex_unlock(&pool_lock);
    if (waiter == NULL) {
        waiter = calloc(1, sizeof *waiter);
        if (waiter != NULL) {
            pthread_mutex_init(&waiter->lock, NULL);
        }
    }
    return waiter;
}

static void give_waiter(struct waiter *waiter) {
    pthread_mutex_lock(&pool_lock);
    waiter->next_free = pool;
    pool = waiter;
    pthread_mutex_unlock(&pool_lock);
}

/* Closes what is open, and keeps the memory. */
static void end_waiter(struct waiter *waiter) {
    pthread_mutex_lock(&waiter->lock);
    waiter->handle = 0;
    if (waiter->event >= 0) {
        close(waiter->event);
    }
    if (waiter->epoll >= 0) {
        close(waiter->epoll);
    }
    waiter->event = -1;
    waiter->epoll = -1;
    pthread_mutex_unlock(&waiter->lock);
    give_waiter(waiter);
}

VERBENA(jlong, createWaiter)(JNIEnv *env, jclass type UNUSED) {
    struct waiter *waiter = take_waiter();
    if (waiter == NULL) {
        throw_errno(env, "a waiter", ENOMEM);
        return 0;
    }
    pthread_mutex_lock(&waiter->lock);
    atomic_store(&waiter->woken, false);
    waiter->epoll = epoll_create1(EPOLL_CLOEXEC);
    waiter->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = TAG_WAKE};
    int error = waiter->epoll < 0 || waiter->event < 0 ||
                        epoll_ctl(waiter->epoll, EPOLL_CTL_ADD, waiter->event, &wanted) != 0
                    ? errno
                    : 0;
    if (error == 0) {
        waiter->handle = handle_add(KIND_WAITER, waiter, NULL);
        error = waiter->handle == 0 ? ENOMEM : 0;
    }
    jlong handle = waiter->handle;
    pthread_mutex_unlock(&waiter->lock);
    if (error != 0) {
        end_waiter(waiter);
        throw_errno(env, "a waiter", error);
        return 0;
    }
    return handle;
}

VERBENA(void, destroyWaiter)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct waiter *waiter = handle_object(env, handle, KIND_WAITER);
    if (waiter != NULL) {
        handle_remove(handle);
        end_waiter(waiter);
    }
}

/* The descriptor of what can be watched; -1: an exception has been thrown. */
static int descriptor_of(JNIEnv *env, jint kind, jlong handle) {
    if (kind == WATCH_EVENT_CHANNEL) {
        struct rdma_event_channel *channel = handle_object(env, handle, KIND_CHANNEL);
        return channel == NULL ? -1 : channel->fd;
    }
    if (kind == WATCH_COMPLETION_CHANNEL) {
        struct ibv_comp_channel *channel = handle_object(env, handle, KIND_COMP_CHANNEL);
        return channel == NULL ? -1 : channel->fd;
    }
    if (kind == WATCH_CONTEXT) {
        struct ibv_context *context = handle_object(env, handle, KIND_CONTEXT);
        return context == NULL ? -1 : context->async_fd;
    }
    throw_argument(env, "nothing of kind %d can be watched", (int)kind);
    return -1;
}

VERBENA(void, watch)(JNIEnv *env, jclass type UNUSED, jlong handle, jint kind, jlong watched) {
    struct waiter *waiter = handle_object(env, handle, KIND_WAITER);
    int descriptor = waiter == NULL ? -1 : descriptor_of(env, kind, watched);
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = TAG_WATCHED};
    if (descriptor >= 0 && epoll_ctl(waiter->epoll, EPOLL_CTL_ADD, descriptor, &wanted) != 0 && errno != EEXIST) {
        throw_errno(env, "epoll_ctl", errno);
    }
}

VERBENA(void, unwatch)(JNIEnv *env, jclass type UNUSED, jlong handle, jint kind, jlong watched) {
    struct waiter *waiter = handle_object(env, handle, KIND_WAITER);
    int descriptor = waiter == NULL ? -1 : descriptor_of(env, kind, watched);
    if (descriptor >= 0) {
        /* That it isn't watched is what was wanted. */
        struct epoll_event unused = {0};
        epoll_ctl(waiter->epoll, EPOLL_CTL_DEL, descriptor, &unused);
    }
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

VERBENA(jboolean, await)(JNIEnv *env, jclass type UNUSED, jlong handle, jint timeout_ms) {
    struct waiter *waiter = handle_object(env, handle, KIND_WAITER);
    if (waiter == NULL) {
        return JNI_FALSE;
    }
    struct epoll_event events[8];
    int64_t end = timeout_ms > 0 ? now_ms() + timeout_ms : 0;
    int remaining = timeout_ms < 0 ? -1 : timeout_ms;
    int ready;
    while ((ready = epoll_wait(waiter->epoll, events, sizeof events / sizeof events[0], remaining)) < 0) {
        if (errno != EINTR) {
            return JNI_FALSE;
        }
        if (timeout_ms > 0) {
            int64_t left = end - now_ms();
            remaining = left < 0 ? 0 : (int)left;
        }
    }
    for (int i = 0; i < ready; i++) {
        if (events[i].data.u32 == TAG_WAKE) {
            /*
             * In this order: were "woken" cleared first, a wake in between would be read away, and all later ones
             * be thought superfluous. As it is, one in between belongs to this wait.
             */
            uint64_t wakes;
            ssize_t got = read(waiter->event, &wakes, sizeof wakes);
            (void)got;
            atomic_exchange(&waiter->woken, false);
        }
    }
    return ready > 0 ? JNI_TRUE : JNI_FALSE;
}

VERBENA(void, wake)(JNIEnv *env, jclass type UNUSED, jlong handle) {
    struct waiter *waiter = handle_object(env, handle, KIND_WAITER);
    if (waiter == NULL || atomic_exchange(&waiter->woken, true)) {
        return;
    }
    pthread_mutex_lock(&waiter->lock);
    if (waiter->handle == handle) {
        const uint64_t one = 1;
        ssize_t written = write(waiter->event, &one, sizeof one);
        (void)written;
    }
    pthread_mutex_unlock(&waiter->lock);
}
