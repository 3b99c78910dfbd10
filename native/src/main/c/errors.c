/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* From C's errors to Java's exceptions. */
#include "verbena.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void throw_new(JNIEnv *env, const char *class_name, const char *message) {
    if ((*env)->ExceptionCheck(env)) {
        return;
    }
    jclass type = (*env)->FindClass(env, class_name);
    /* Without the class, its own failure is the exception. */
    if (type != NULL) {
        (*env)->ThrowNew(env, type, message);
        (*env)->DeleteLocalRef(env, type);
    }
}

#define THROW_FORMATTED(env, class_name, format) \
    do { \
        char message[1024]; \
        va_list arguments; \
        va_start(arguments, format); \
        vsnprintf(message, sizeof message, format, arguments); \
        va_end(arguments); \
        throw_new(env, class_name, message); \
    } while (0)

void throw_io(JNIEnv *env, const char *format, ...) { THROW_FORMATTED(env, "java/io/IOException", format); }

void throw_state(JNIEnv *env, const char *format, ...) {
    THROW_FORMATTED(env, "java/lang/IllegalStateException", format);
}

void throw_argument(JNIEnv *env, const char *format, ...) {
    THROW_FORMATTED(env, "java/lang/IllegalArgumentException", format);
}

const char *error_text(int error, char *buffer, size_t size) {
    /* glibc's own strerror_r, which needn't use the buffer. */
    return strerror_r(error, buffer, size);
}

void throw_errno(JNIEnv *env, const char *what, int error) {
    char text[128];
    throw_io(env, "%s: %s", what, error_text(error, text, sizeof text));
}

VERBENA(jstring, errorText)(JNIEnv *env, jclass type UNUSED, jint error) {
    char text[128];
    return (*env)->NewStringUTF(env, error_text(error, text, sizeof text));
}

bool make_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && ((flags & O_NONBLOCK) != 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0);
}

int wait_readable(int descriptor, int timeout_ms) {
    struct pollfd waited = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&waited, 1, timeout_ms);
    /* A signal ends the wait early, which the caller can't tell from its end. */
    return ready < 0 && errno == EINTR ? 0 : ready;
}
