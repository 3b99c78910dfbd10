// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * What connect and accept take: struct rdma_conn_param.
 *
 * @param privateData for the peer; may be empty.
 * @param responderResources reads from the peer that this end serves at a time. Without {@link
 *     Extension#CONNECTION} the library chooses.
 * @param initiatorDepth reads that this end may have under way. As above.
 * @param retryCount 0 to 7: attempts to send a packet again. Never 0: one lost packet would end the
 *     connection.
 * @param rnrRetryCount 0 to 7: attempts where the peer has no receive posted; 7 is for ever.
 */
public record ConnectionParameters(
        byte[] privateData,
        int responderResources,
        int initiatorDepth,
        int retryCount,
        int rnrRetryCount) {}
