// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * TCP and Unix-domain sockets, by NIO: one non-blocking socket per connection, one selector per
 * event queue.
 *
 * <p>{@link io.verbena.tcp.NioPoller} is the duty cycle. A {@link io.verbena.tcp.NioConnection} is
 * an {@link io.verbena.tcp.Inbound} and an {@link io.verbena.tcp.Outbound} half: small frames are
 * cut from one buffer that all connections read into, and gathered in another that leaves in one
 * write; large payloads are read into, and written from, the message's own memory.
 */
@NullMarked
package io.verbena.tcp;

import org.jspecify.annotations.NullMarked;
