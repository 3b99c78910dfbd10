// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/** What our own natives can do and a stock libdisni can't. */
public enum Extension {
    /** RNR timer and ACK timeout. */
    TIMERS,

    /** Private data and status of events, private data of accept, reject, migrate, break. */
    CONNECTION,

    /** Limits of a device, and the list of devices. */
    DEVICE,

    /** Asynchronous events. */
    ASYNC_EVENTS,

    /** The port of a device that a connection uses. */
    PORT,

    /** Addresses of IPv6. */
    IPV6,

    /** Post and poll in one crossing. */
    PROGRESS,

    /** The granted inline size. */
    GRANTED,

    /** Waiting for several channels at once. */
    WAITING,

    /** The address of a direct buffer. */
    ADDRESS
}
