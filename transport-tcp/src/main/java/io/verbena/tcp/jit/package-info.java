// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * OpenJ9's own framing on a socket, for peers that know nothing of sessions: {@code jit://} and
 * {@code jit+tls://}.
 *
 * <p>To the engine a {@link io.verbena.tcp.jit.JitLink} reads and writes frames as every link does.
 * On its way there are only messages, each of which begins with its size: the frames are made here,
 * out of the two facts that the two ends take turns and that a message knows how long it is.
 * docs/STREAMS.md has what becomes of what.
 */
@NullMarked
package io.verbena.tcp.jit;

import org.jspecify.annotations.NullMarked;
