// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

/**
 * What a {@link Bridge} has counted since it was opened. A message that goes in pieces counts once
 * for each, and each empty transaction between them, too.
 *
 * @param accepted streams that came in and were carried on.
 * @param refused connections that came in and were not: no session, or nobody at the other side.
 * @param open streams that are open now.
 * @param lost streams that ended otherwise than by a close of either end.
 * @param requests messages from those who connect.
 * @param requestBytes their bytes.
 * @param responses messages to those who connect.
 * @param responseBytes their bytes.
 */
public record BridgeCounters(
        long accepted,
        long refused,
        long open,
        long lost,
        long requests,
        long requestBytes,
        long responses,
        long responseBytes) {}
