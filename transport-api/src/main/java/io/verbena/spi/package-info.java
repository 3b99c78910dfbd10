// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What a transport implements: a {@link io.verbena.spi.TransportProvider} found by {@link
 * java.util.ServiceLoader}, which makes one {@link io.verbena.spi.Poller} per event queue, which
 * makes {@link io.verbena.spi.Listener}s and {@link io.verbena.spi.Connection}s.
 *
 * <p>The engine knows nothing of sockets or verbs, and a transport knows nothing of sessions,
 * credits or time-outs: it moves frames in order, tells where each payload came to lie, and ends
 * with a reason.
 *
 * <p><strong>Threads.</strong> Everything is called on the thread of the event queue, and
 * everything that a transport calls back is called there too, but for what is documented as
 * thread-safe ({@link io.verbena.spi.Poller#wakeup()}, {@link
 * io.verbena.spi.PollerContext#execute}). A transport calls back from within {@link
 * io.verbena.spi.Poller#poll()} and {@link io.verbena.spi.Poller#await}, and from {@link
 * io.verbena.spi.Connection#resume()}, never from within another call: so a session never finds
 * itself changed by its own {@code send}.
 */
@NullMarked
package io.verbena.spi;

import org.jspecify.annotations.NullMarked;
