// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * Sessions, portals, pools and the loop that drives them; blind to what carries their frames.
 *
 * <p>{@link io.verbena.engine.Engine} is the door through which {@code io.verbena} enters, and
 * there is no other. {@link io.verbena.engine.EventQueue} is the duty cycle of one thread. A
 * session is a state machine ({@link io.verbena.engine.AbstractSession}, with a client's and a
 * server's half) that a transport calls as its {@link io.verbena.spi.ConnectionHandler}; what comes
 * before it is a handshake, and at a portal a {@link io.verbena.engine.PendingSession}. Nothing in
 * here is shared between threads but for what {@link io.verbena.engine.EventQueue} says.
 */
@NullMarked
package io.verbena.engine;

import org.jspecify.annotations.NullMarked;
