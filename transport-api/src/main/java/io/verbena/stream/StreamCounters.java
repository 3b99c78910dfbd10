// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/**
 * What a {@link StreamListener} has counted.
 *
 * @param accepted streams that were accepted, since it was opened.
 * @param refused connections that were dropped before they became a stream.
 * @param open streams that are open now.
 * @param handedOver times that a stream was handed over.
 * @param handOversFailed times that nobody took it, or who served it threw.
 */
public record StreamCounters(
        long accepted, long refused, int open, long handedOver, long handOversFailed) {}
