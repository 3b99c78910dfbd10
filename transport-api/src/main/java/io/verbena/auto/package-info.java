// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * {@code auto://} and {@code auto+tls://}: a transport made of two others. A session begins on the
 * one that is everywhere, and is carried by the fast one where both ends have it.
 *
 * <p>The <em>control connection</em> (TCP or TLS) comes first. The client's HELLO on it says that
 * it would upgrade; the server keeps that HELLO, and offers an address and a one-time token
 * (OFFER). The client presents the token on a <em>data connection</em> (RDMA). Only then, or when
 * it is settled that there will be none, does the server's engine see the HELLO, on the connection
 * that carries the session. The client alone settles what the session is carried by, with one frame
 * on the control connection: UPGRADE or DECLINE; so the two ends always agree. What the server's
 * engine has said before is said again on the control connection if it was DECLINE.
 *
 * <p>On a session that was upgraded the control connection stays, as the liveness channel: both
 * ends beat on it, and its end is the session's.
 *
 * <p>Everything is done by the two transports' own pollers, which the {@link
 * io.verbena.spi.PollerContext} gives access to: what is here knows the SPI and nothing else.
 */
@NullMarked
package io.verbena.auto;

import org.jspecify.annotations.NullMarked;
