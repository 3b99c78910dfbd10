/* Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0 */
/* Versions, the sizes that DiSNI asks for, and the affinity of threads. */
#include "verbena.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>

VERBENA(jint, version)(JNIEnv *env UNUSED, jclass type UNUSED) { return VERBENA_VERSION; }

DISNI(jint, getVersion)(JNIEnv *env UNUSED, jobject self UNUSED) { return DISNI_VERSION; }

DISNI(jint, getSockAddrInSize)(JNIEnv *env UNUSED, jobject self UNUSED) { return sizeof(struct sockaddr_in); }

DISNI(jint, getIbvRecvWRSize)(JNIEnv *env UNUSED, jobject self UNUSED) { return sizeof(struct ibv_recv_wr); }

DISNI(jint, getIbvSendWRSize)(JNIEnv *env UNUSED, jobject self UNUSED) { return sizeof(struct ibv_send_wr); }

DISNI(jint, getIbvSgeSize)(JNIEnv *env UNUSED, jobject self UNUSED) { return sizeof(struct ibv_sge); }

DISNI(jint, getIbvWCSize)(JNIEnv *env UNUSED, jobject self UNUSED) { return sizeof(struct ibv_wc); }

DISNI(jint, getRemoteAddressOffset)(JNIEnv *env UNUSED, jobject self UNUSED) {
    return offsetof(struct ibv_send_wr, wr.rdma.remote_addr);
}

DISNI(jint, getRKeyOffset)(JNIEnv *env UNUSED, jobject self UNUSED) {
    return offsetof(struct ibv_send_wr, wr.rdma.rkey);
}

/* ---- com.ibm.disni.util.NativeAffinity, whose natives are static: a bit for each of the first 64 processors */

JNIEXPORT void JNICALL Java_com_ibm_disni_util_NativeAffinity__1setAffinity(
    JNIEnv *env UNUSED, jclass type UNUSED, jlong processors) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < 64; i++) {
        if (((uint64_t)processors >> i & 1) != 0) {
            CPU_SET(i, &set);
        }
    }
    /* The native declares no exception: a set that isn't possible leaves the thread where it is. */
    sched_setaffinity(0, sizeof set, &set);
}

JNIEXPORT jlong JNICALL Java_com_ibm_disni_util_NativeAffinity__1getAffinity(JNIEnv *env UNUSED, jclass type UNUSED) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 0;
    }
    uint64_t processors = 0;
    for (int i = 0; i < 64; i++) {
        if (CPU_ISSET(i, &set)) {
            processors |= (uint64_t)1 << i;
        }
    }
    return (jlong)processors;
}
