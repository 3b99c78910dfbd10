// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * An event of the connection manager: rdma_get_cm_event(3).
 *
 * @param type what has happened.
 * @param status 0; a negative errno; or for REJECTED the reason's code. -1 where it can't be known.
 * @param id the connection's id; for CONNECT_REQUEST a new one, which the receiver owns.
 * @param listenId for CONNECT_REQUEST the listener's id, else 0.
 * @param privateData what the peer gave with it, padded with zeros by the fabric; empty if none.
 * @param responderResources reads that the peer may have under way towards this end.
 * @param initiatorDepth reads that this end may have under way towards the peer.
 */
public record CmEvent(
        Type type,
        int status,
        long id,
        long listenId,
        byte[] privateData,
        int responderResources,
        int initiatorDepth) {

    /** The types, in the order of rdma_cm_event_type. */
    public enum Type {
        /** rdma_resolve_addr(3) is done. */
        ADDR_RESOLVED,
        /** rdma_resolve_addr(3) has failed. */
        ADDR_ERROR,
        /** rdma_resolve_route(3) is done. */
        ROUTE_RESOLVED,
        /** rdma_resolve_route(3) has failed. */
        ROUTE_ERROR,
        /** A peer wants to connect to a listener. */
        CONNECT_REQUEST,
        /** The peer has answered, on an id without a queue pair. */
        CONNECT_RESPONSE,
        /** The connection could not be made. */
        CONNECT_ERROR,
        /** The peer can't be reached, or doesn't answer. */
        UNREACHABLE,
        /** The peer, or nobody at its address, has refused. */
        REJECTED,
        /** The connection is made. */
        ESTABLISHED,
        /** The connection has ended. */
        DISCONNECTED,
        /** The device is gone. */
        DEVICE_REMOVAL,
        /** Multicast; not used. */
        MULTICAST_JOIN,
        /** Multicast; not used. */
        MULTICAST_ERROR,
        /** The network's address has changed. */
        ADDR_CHANGE,
        /** The connection's last wait is over, and its queue pair could be used again. */
        TIMEWAIT_EXIT
    }
}
