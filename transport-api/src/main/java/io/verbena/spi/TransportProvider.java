// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.util.Set;

/**
 * A kind of transport, found by {@link java.util.ServiceLoader}.
 *
 * <p>A provider loads on every machine. What it needs and the machine lacks is told by {@link
 * #availability(String)}, as data; neither the constructor nor that method throws.
 */
public interface TransportProvider {
    /**
     * The URI schemes that this provider serves, in lower case.
     *
     * @return for example {@code tcp} and {@code unix}.
     */
    Set<String> schemes();

    /**
     * Can a scheme be used here, and if not, why not and what would mend it?
     *
     * @param scheme one of {@link #schemes()}.
     * @return the answer; looked up anew at each call, or kept where it can't change.
     */
    Availability availability(String scheme);

    /**
     * Makes the poller of one event queue, when the queue first uses one of the schemes.
     *
     * @param context what the poller may ask of its event queue.
     * @return a poller that belongs to the event queue, which closes it.
     */
    Poller open(PollerContext context);
}
