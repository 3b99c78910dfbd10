/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the libdisni.so that is named, as a JVM does, and calls natives of DiSNI's and of Verbena's that need no device.
 * NativesOfPlatformsTest compiles and runs it, also for platforms that the build machine can only emulate. Says a line for
 * each call.
 */
#include <dlfcn.h>
#include <jni.h>
#include <stdio.h>
#include <stdlib.h>

#define DISNI "Java_com_ibm_disni_verbs_impl_NativeDispatcher__1"
#define VERBENA "Java_io_verbena_rdma_verbs_Extensions_"

static void *library;

static void *native(const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return found;
}

/* A native without arguments that returns a number. */
static void number(const char *name) {
    jint (*function)(JNIEnv *, void *) = (jint(*)(JNIEnv *, void *))native(name);
    printf("%s %d\n", name, (int)function(NULL, NULL));
}

/* All of a JVM that the natives which are called here ask for. */
static jstring new_string(JNIEnv *env, const char *characters) {
    (void)env;
    return (jstring)characters;
}

int main(int count, char **arguments) {
    library = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", count == 2 ? dlerror() : "usage: natives LIBRARY");
        return 1;
    }
    number(DISNI "getVersion");
    number(DISNI "getIbvSendWRSize");
    number(DISNI "getIbvRecvWRSize");
    number(DISNI "getIbvSgeSize");
    number(DISNI "getIbvWCSize");
    number(DISNI "getSockAddrInSize");
    number(DISNI "getRemoteAddressOffset");
    number(DISNI "getRKeyOffset");
    number(VERBENA "version");

    struct JNINativeInterface_ functions = {.NewStringUTF = new_string};
    JNIEnv env = &functions;
    jstring (*problem)(JNIEnv *, jclass) = (jstring(*)(JNIEnv *, jclass))native(VERBENA "libraryProblem");
    const char *text = (const char *)problem(&env, NULL);
    printf(VERBENA "libraryProblem %s\n", text == NULL ? "none" : text);
    jstring (*describe)(JNIEnv *, jclass, jint) = (jstring(*)(JNIEnv *, jclass, jint))native(VERBENA "errorText");
    printf(VERBENA "errorText %s\n", (const char *)describe(&env, NULL, 12));
    return 0;
}
