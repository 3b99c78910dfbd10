// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The peers that Verbena is compared with: the same request/response workload over a hand-written
 * pair of NIO channels, over Netty, and over Verbena itself. A peer is a server end and a client
 * end, each with one thread of its own, and both check every message that they are sent, as a wrong
 * peer is a fast peer.
 */
@NullMarked
package io.verbena.perf.peer;

import org.jspecify.annotations.NullMarked;
