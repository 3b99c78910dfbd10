/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that there are.
 *
 * A handle isn't an address, which could be that of another object by now, but a slot's index with the slot's
 * generation and the object's kind: a stale handle is known as such for good (but for 2^32 objects later, in the same
 * slot). Slots are in chunks that stay where they are, so that finding an object takes no lock: two loads and a
 * comparison. Adding and removing take one.
 *
 * Whoever destroys an object while another thread uses it breaks the rule that an object is one thread's, and no table
 * can help.
 */
#include "verbena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Handles: kind (5 bits) | generation (32) | index (24). Never negative, never 0. */
#define INDEX_BITS 24
#define KIND_SHIFT 56
#define CHUNK_BITS 10
#define CHUNK_SLOTS (1u << CHUNK_BITS)
#define CHUNKS (1u << (INDEX_BITS - CHUNK_BITS))

struct slot {
    /* 0: free. */
    _Atomic(jlong) handle;
    _Atomic(void *) object;
    /* From here on under the lock. */
    uint32_t generation;
    uint32_t index;
    uint32_t children;
    uint32_t count;
    jlong parents[MAX_PARENTS];
    struct slot *next_free;
};

static _Atomic(struct slot *) chunks[CHUNKS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *free_slots;
static uint32_t chunk_count;

/* Open devices. They are librdmacm's, which keeps them open, so there are never more than devices. */
struct known_context {
    struct ibv_context *context;
    jlong handle;
    struct known_context *next;
};

static struct known_context *contexts;

static inline struct slot *slot_of(jlong handle) {
    uint32_t index = (uint32_t)handle & ((1u << INDEX_BITS) - 1);
    struct slot *chunk = atomic_load_explicit(&chunks[index >> CHUNK_BITS], memory_order_acquire);
    return chunk == NULL ? NULL : &chunk[index & (CHUNK_SLOTS - 1)];
}

/* The slot of a live handle, under the lock. */
static struct slot *live_slot(jlong handle) {
    struct slot *slot = handle == 0 ? NULL : slot_of(handle);
    return slot != NULL && atomic_load_explicit(&slot->handle, memory_order_relaxed) == handle ? slot : NULL;
}

void *handle_find(jlong handle, enum kind kind) {
    if ((handle >> KIND_SHIFT) != (jlong)kind) {
        return NULL;
    }
    struct slot *slot = slot_of(handle);
    if (slot == NULL || atomic_load_explicit(&slot->handle, memory_order_acquire) != handle) {
        return NULL;
    }
    return atomic_load_explicit(&slot->object, memory_order_relaxed);
}

static const char *const kind_names[] = {
    [KIND_CHANNEL] = "event channel",
    [KIND_ID] = "id",
    [KIND_CONTEXT] = "open device",
    [KIND_PD] = "protection domain",
    [KIND_MR] = "memory region",
    [KIND_COMP_CHANNEL] = "completion channel",
    [KIND_CQ] = "completion queue",
    [KIND_QP] = "queue pair",
    [KIND_WAITER] = "waiter",
};

static COLD void throw_stale(JNIEnv *env, jlong handle, enum kind kind) {
    jlong claimed = handle >> KIND_SHIFT;
    if (claimed == (jlong)kind) {
        throw_state(env, "the %s 0x%llx doesn't exist any more", kind_names[kind], (unsigned long long)handle);
    } else if (claimed >= KIND_CHANNEL && claimed <= KIND_WAITER) {
        throw_state(env, "not a handle of a %s but of a %s: 0x%llx", kind_names[kind], kind_names[claimed],
            (unsigned long long)handle);
    } else {
        throw_state(env, "not a handle of a %s: 0x%llx", kind_names[kind], (unsigned long long)handle);
    }
}

void *handle_object(JNIEnv *env, jlong handle, enum kind kind) {
    void *object = handle_find(handle, kind);
    if (__builtin_expect(object == NULL, 0)) {
        throw_stale(env, handle, kind);
    }
    return object;
}

static bool add_chunk(void) {
    if (chunk_count == CHUNKS) {
        return false;
    }
    struct slot *chunk = calloc(CHUNK_SLOTS, sizeof *chunk);
    if (chunk == NULL) {
        return false;
    }
    for (uint32_t i = CHUNK_SLOTS; i-- > 0;) {
        chunk[i].index = chunk_count * CHUNK_SLOTS + i;
        chunk[i].next_free = free_slots;
        free_slots = &chunk[i];
    }
    atomic_store_explicit(&chunks[chunk_count], chunk, memory_order_release);
    chunk_count++;
    return true;
}

static void count_child(jlong parent, int add) {
    struct slot *slot = live_slot(parent);
    if (slot != NULL) {
        slot->children += (uint32_t)add;
    }
}

static jlong add_locked(enum kind kind, void *object, const jlong parents[MAX_PARENTS]) {
    if (free_slots == NULL && !add_chunk()) {
        return 0;
    }
    struct slot *slot = free_slots;
    free_slots = slot->next_free;
    slot->generation++;
    slot->children = 0;
    slot->count = 0;
    for (int i = 0; i < MAX_PARENTS; i++) {
        slot->parents[i] = parents == NULL ? 0 : parents[i];
        count_child(slot->parents[i], 1);
    }
    jlong handle = ((jlong)kind << KIND_SHIFT) | ((jlong)slot->generation << INDEX_BITS) | slot->index;
    atomic_store_explicit(&slot->object, object, memory_order_relaxed);
    atomic_store_explicit(&slot->handle, handle, memory_order_release);
    return handle;
}

jlong handle_add(enum kind kind, void *object, const jlong parents[MAX_PARENTS]) {
    pthread_mutex_lock(&lock);
    jlong handle = add_locked(kind, object, parents);
    pthread_mutex_unlock(&lock);
    return handle;
}

void handle_remove(jlong handle) {
    pthread_mutex_lock(&lock);
    struct slot *slot = live_slot(handle);
    if (slot != NULL) {
        atomic_store_explicit(&slot->handle, 0, memory_order_release);
        atomic_store_explicit(&slot->object, NULL, memory_order_relaxed);
        for (int i = 0; i < MAX_PARENTS; i++) {
            count_child(slot->parents[i], -1);
        }
        slot->next_free = free_slots;
        free_slots = slot;
    }
    pthread_mutex_unlock(&lock);
}

bool handle_needed(jlong handle) {
    pthread_mutex_lock(&lock);
    struct slot *slot = live_slot(handle);
    bool needed = slot != NULL && slot->children > 0;
    pthread_mutex_unlock(&lock);
    return needed;
}

void handle_move(jlong handle, jlong parent) {
    pthread_mutex_lock(&lock);
    struct slot *slot = live_slot(handle);
    if (slot != NULL) {
        count_child(slot->parents[0], -1);
        slot->parents[0] = parent;
        count_child(parent, 1);
    }
    pthread_mutex_unlock(&lock);
}

uint32_t handle_count(jlong handle, int32_t add) {
    pthread_mutex_lock(&lock);
    struct slot *slot = live_slot(handle);
    uint32_t count = slot == NULL ? 0 : (slot->count += (uint32_t)add);
    pthread_mutex_unlock(&lock);
    return count;
}

jlong handle_of_context(struct ibv_context *context) {
    pthread_mutex_lock(&lock);
    struct known_context *known = contexts;
    while (known != NULL && known->context != context) {
        known = known->next;
    }
    if (known == NULL) {
        known = calloc(1, sizeof *known);
        if (known != NULL) {
            known->context = context;
            known->handle = add_locked(KIND_CONTEXT, context, NULL);
            if (known->handle == 0) {
                free(known);
                known = NULL;
            } else {
                known->next = contexts;
                contexts = known;
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return known == NULL ? 0 : known->handle;
}
