// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What an application touches: an {@link io.verbena.EventQueueHandler} on a thread, {@link
 * io.verbena.ServerPortal}s and {@link io.verbena.ClientSession}s on it, and {@link
 * io.verbena.Msg}s of a {@link io.verbena.MsgPool} that travel between them.
 *
 * <p>Sessions are asynchronous, with call-backs. Beside them stand {@link io.verbena.AsyncClient},
 * with a {@link java.util.concurrent.CompletableFuture} for each call, and {@link
 * io.verbena.BlockingClient}; both may be called from any thread. What is guaranteed, in which
 * order and on which thread, is docs/SEMANTICS.md.
 *
 * <p>What can fail at once throws at once, with a message that says what to do. What fails later
 * arrives as an event with an {@link io.verbena.EventReason}.
 */
@NullMarked
package io.verbena;

import org.jspecify.annotations.NullMarked;
