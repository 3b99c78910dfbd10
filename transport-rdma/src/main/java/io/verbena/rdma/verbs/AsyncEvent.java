// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * An asynchronous event of a device: ibv_get_async_event(3).
 *
 * @param type the number of ibv_event_type.
 * @param name its name, as ibv_event_type_str(3) has it.
 * @param element what it concerns: a queue pair's or completion queue's handle, or a port's number.
 */
public record AsyncEvent(int type, String name, long element) {
    /** IBV_EVENT_CQ_ERR: a completion queue is broken; all its queue pairs are. */
    public static final int CQ_ERR = 0;

    /** IBV_EVENT_QP_FATAL. */
    public static final int QP_FATAL = 1;

    /** IBV_EVENT_QP_REQ_ERR. */
    public static final int QP_REQ_ERR = 2;

    /** IBV_EVENT_QP_ACCESS_ERR. */
    public static final int QP_ACCESS_ERR = 3;

    /** IBV_EVENT_DEVICE_FATAL. */
    public static final int DEVICE_FATAL = 8;

    /** IBV_EVENT_PORT_ACTIVE. */
    public static final int PORT_ACTIVE = 9;

    /** IBV_EVENT_PORT_ERR: a port is down. */
    public static final int PORT_ERR = 10;
}
