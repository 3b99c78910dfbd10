/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* Opens libibverbs and librdmacm at run time, and says what is missing. */
#include "verbena.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IBVERBS "libibverbs.so.1"
#define RDMACM "librdmacm.so.1"

/*
 * glibc 2.34 moved these from libdl into libc, with a new version. Bound to the old one, which it still has, the library
 * loads on older systems too (compile checks which); they find it in libdl.
 */
#if defined __x86_64__
#define OLD "GLIBC_2.2.5"
#elif defined __aarch64__
#define OLD "GLIBC_2.17"
#endif
#ifdef OLD
__asm__(".symver dlopen,dlopen@" OLD);
__asm__(".symver dlsym,dlsym@" OLD);
__asm__(".symver dlerror,dlerror@" OLD);
__asm__(".symver dlclose,dlclose@" OLD);
__asm__(".symver dladdr,dladdr@" OLD);
#endif

struct libraries rdma;

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool opened;

struct symbol {
    const char *name;
    size_t offset;
};

#define ROW(name) {#name, offsetof(struct libraries, call_##name)},
static const struct symbol ibverbs_symbols[] = {IBVERBS_SYMBOLS(ROW)};
static const struct symbol rdmacm_symbols[] = {RDMACM_SYMBOLS(ROW)};
#undef ROW

/* Puts a text behind the one that is there, as far as there is room. */
static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
}

/* Resolves all symbols of one library; all that are missing are named, not only the first. */
static bool resolve(const char *file, const struct symbol *symbols, size_t count, char *problem, size_t size) {
    /* Stays open for good: a provider's threads and destructors may still use it at the end. */
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *reason = dlerror();
        append(problem, size, "%s%s", problem[0] == '\0' ? "" : "; ", reason == NULL ? file : reason);
        return false;
    }
    bool complete = true;
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(library, symbols[i].name);
        if (found == NULL) {
            append(problem, size, complete ? "%s%s lacks %s" : "%s%s%s", problem[0] == '\0' ? "" : complete ? "; " : ", ",
                complete ? file : "", symbols[i].name);
            complete = false;
        } else {
            memcpy((char *)&rdma + symbols[i].offset, &found, sizeof found);
        }
    }
    return complete;
}

bool library_open(char *problem, size_t size) {
    problem[0] = '\0';
    if (atomic_load_explicit(&opened, memory_order_acquire)) {
        return true;
    }
    pthread_mutex_lock(&opening);
    if (!atomic_load_explicit(&opened, memory_order_relaxed)) {
        bool ibverbs = resolve(
            IBVERBS, ibverbs_symbols, sizeof ibverbs_symbols / sizeof ibverbs_symbols[0], problem, size);
        bool rdmacm =
            resolve(RDMACM, rdmacm_symbols, sizeof rdmacm_symbols / sizeof rdmacm_symbols[0], problem, size);
        if (ibverbs && rdmacm) {
            atomic_store_explicit(&opened, true, memory_order_release);
        }
    }
    pthread_mutex_unlock(&opening);
    return atomic_load_explicit(&opened, memory_order_acquire);
}

bool library_needed(JNIEnv *env) {
    char problem[900];
    if (library_open(problem, sizeof problem)) {
        return true;
    }
    throw_io(env, "%s", problem);
    return false;
}

/* Null: both libraries are there, and whole. */
VERBENA(jstring, libraryProblem)(JNIEnv *env, jclass type UNUSED) {
    char problem[1024];
    return library_open(problem, sizeof problem) ? NULL : (*env)->NewStringUTF(env, problem);
}

/*
 * The version of an opened library, from the name of its file, as neither library tells its version otherwise:
 * libibverbs.so.1.14.44.0 is 1.14.44.0.
 */
static void append_version(char *text, size_t size, const char *file) {
    size_t stem = strlen(file) - 2; /* without the ".1" */
    append(text, size, "%s%.*s", text[0] == '\0' ? "" : ", ", (int)(stem - 3), file);
    void *library = dlopen(file, RTLD_NOW | RTLD_NOLOAD);
    if (library == NULL) {
        return;
    }
    char where[PATH_MAX];
    char target[PATH_MAX];
    Dl_info info;
    void *some = dlsym(library, strcmp(file, IBVERBS) == 0 ? "ibv_get_device_list" : "rdma_create_id");
    if (some != NULL && dladdr(some, &info) != 0 && info.dli_fname != NULL) {
        snprintf(where, sizeof where, "%s", info.dli_fname);
        const char *resolved = realpath(where, target);
        const char *name = resolved == NULL ? NULL : strrchr(resolved, '/');
        if (name != NULL && strncmp(name + 1, file, stem) == 0) {
            append(text, size, " %s", name + 1 + stem + 1);
        }
    }
    dlclose(library);
}

/* For people: libibverbs 1.14.44.0, librdmacm 1.3.44.0. */
VERBENA(jstring, libraries)(JNIEnv *env, jclass type UNUSED) {
    char text[256] = "";
    append_version(text, sizeof text, IBVERBS);
    append_version(text, sizeof text, RDMACM);
    return (*env)->NewStringUTF(env, text);
}
