// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/**
 * What a portal has counted since it was opened: those it let in, and for each of its limits, how
 * often it was reached.
 *
 * @param connections connections that came, or were forwarded to it.
 * @param sessions sessions of them.
 * @param rejected clients that the application turned away.
 * @param sessionLimits connections refused because of {@link PortalOptions#maxSessions()}.
 * @param hostLimits connections refused because of {@link PortalOptions#maxPerHost()}.
 * @param pendingLimits connections that made room because of {@link PortalOptions#maxPending()}.
 * @param rateRefusals connections refused because of {@link PortalOptions#maxAcceptsPerSecond()},
 *     where the transport can't let them wait.
 * @param ratePauses times that accepting was put off because of it, where the transport can.
 * @param helloTimeouts connections that were not a session within {@link
 *     PortalOptions#helloTimeoutNs()}.
 * @param authenticationFailures connections whose client has not proved to know a secret of {@link
 *     PortalOptions#secrets()}.
 * @param protocolErrors connections that broke the protocol before they were sessions, or spoke
 *     other versions.
 * @param oversizedPayloads sessions that ended because of {@link SessionOptions#maxPayloadBytes()}.
 * @param slowPayloads sessions that ended because of {@link
 *     SessionOptions#minPayloadBytesPerSecond()}.
 * @param memoryPauses times that a session was not read because of {@link
 *     SessionOptions#maxHeldBytes()}.
 */
public record PortalCounters(
        long connections,
        long sessions,
        long rejected,
        long sessionLimits,
        long hostLimits,
        long pendingLimits,
        long rateRefusals,
        long ratePauses,
        long helloTimeouts,
        long authenticationFailures,
        long protocolErrors,
        long oversizedPayloads,
        long slowPayloads,
        long memoryPauses) {}
