// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * RDMA: each session is a reliable connected queue pair.
 *
 * <p>A frame is a SEND into one of the receives that the peer has posted and granted. A payload of
 * up to the eager limit travels in it. A longer request stays where it is: its SEND says where, and
 * the server READs it straight into a message. A longer response is written straight into the
 * client's message, with the SEND chained behind the WRITE.
 *
 * <p>{@link io.verbena.rdma.RdmaPoller} is the duty cycle of an event queue: completions in,
 * call-backs, everything they wrote out with one crossing into the natives. {@link
 * io.verbena.rdma.RdmaConnection} is a queue pair's life, from its {@link
 * io.verbena.rdma.Handshake} to its {@link io.verbena.rdma.Teardown}; {@link
 * io.verbena.rdma.Outgoing} and {@link io.verbena.rdma.Incoming} are its halves. docs/RDMA.md tells
 * the protocol.
 */
@NullMarked
package io.verbena.rdma;

import org.jspecify.annotations.NullMarked;
