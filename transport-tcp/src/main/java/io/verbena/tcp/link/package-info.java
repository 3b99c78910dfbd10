// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What carries a connection's bytes: a socket as it is ({@link io.verbena.tcp.link.PlainLink}), or
 * TLS over it ({@link io.verbena.tcp.link.TlsLink}); and where a thread serves one connection, a
 * link that blocks over either ({@link io.verbena.tcp.link.DedicatedLink}). The halves of a
 * connection read from a {@link io.verbena.tcp.link.Link} and write to it, and don't know which it
 * is.
 */
@NullMarked
package io.verbena.tcp.link;

import org.jspecify.annotations.NullMarked;
