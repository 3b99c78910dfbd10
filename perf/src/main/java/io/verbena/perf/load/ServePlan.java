// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.IdlePolicy;
import io.verbena.PortalOptions;
import java.net.URI;
import java.util.List;

/**
 * How to serve.
 *
 * @param uris where to listen, one or more.
 * @param threads event queues, each on a thread of its own; sessions go to one after the other.
 * @param idlePolicy what they do when there is nothing to do.
 * @param messages messages in the pool of each event queue.
 * @param inBytes the longest request.
 * @param outBytes the longest response.
 * @param cpus the CPU of each thread, from the first again where there are more threads; empty:
 *     any.
 * @param once whether to end when the last session has closed.
 * @param portalOptions how to listen; TLS is used where the URI says so.
 */
public record ServePlan(
        List<URI> uris,
        int threads,
        IdlePolicy idlePolicy,
        int messages,
        int inBytes,
        int outBytes,
        List<Integer> cpus,
        boolean once,
        PortalOptions portalOptions) {
    private static final int MAX_THREADS = 1024;

    /**
     * Checks what isn't checked where it is used.
     *
     * @throws IllegalArgumentException if a value is out of range.
     */
    public ServePlan {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "the number of threads must be from 1 to %d, is %d"
                            .formatted(MAX_THREADS, threads));
        }
        if (uris.isEmpty()) {
            throw new IllegalArgumentException("name a URI to listen on");
        }
        Pools.check("messages with an IN", messages, inBytes);
        Pools.check("messages with an OUT", messages, outBytes);
        uris = List.copyOf(uris);
        cpus = List.copyOf(cpus);
    }

    /**
     * One thread that takes messages of up to 4 KiB.
     *
     * @param uri where to listen.
     * @return the plan.
     */
    public static ServePlan small(final URI uri) {
        return new ServePlan(
                List.of(uri),
                1,
                IdlePolicy.ADAPTIVE,
                1024,
                4096,
                4096,
                List.of(),
                false,
                PortalOptions.defaults());
    }
}
