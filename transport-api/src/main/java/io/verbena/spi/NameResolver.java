// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks names up where that may block: getaddrinfo(3) waits for name servers for many seconds if it
 * likes, and can't be interrupted. A few daemon threads do it for the whole process, and are gone
 * when there is nothing to do; so name servers that don't answer cost no more than those threads.
 * What waits behind them fails when its time is over.
 *
 * <p>Thread-safe.
 */
public final class NameResolver {
    /** As many lookups at a time; a resolver that answers takes milliseconds. */
    private static final int THREADS = 8;

    /** As many more may wait. */
    private static final int WAITING = 1024;

    /** How long an idle thread stays. */
    private static final long IDLE_S = 2;

    private static final NameResolver SHARED =
            new NameResolver(THREADS, WAITING, HostPort::resolve);

    private final ThreadPoolExecutor threads;
    private final Lookup lookup;

    /** Who asks. */
    public interface Answer {
        /**
         * The name is known.
         *
         * @param addresses at least one, in the resolver's order.
         */
        void onFound(List<InetSocketAddress> addresses);

        /**
         * It isn't, or nobody can tell.
         *
         * @param cause an {@link UnknownHostException} if there is no such host; a {@link
         *     SocketTimeoutException} if its time was over before it was asked for.
         */
        void onFailed(IOException cause);
    }

    /** What blocks. */
    interface Lookup {
        List<InetSocketAddress> resolve(HostPort address) throws UnknownHostException;
    }

    NameResolver(final int threads, final int waiting, final Lookup lookup) {
        this.lookup = lookup;
        this.threads =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_S,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(waiting),
                        task -> {
                            final Thread thread = new Thread(task, "verbena-resolver");
                            thread.setDaemon(true);
                            return thread;
                        });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The one of this process.
     *
     * @return always the same.
     */
    public static NameResolver shared() {
        return SHARED;
    }

    /**
     * Looks a host up. An address is one at once; for a name, the time that is given decides
     * whether it is still begun, and doesn't end what has begun: who waits has a deadline of its
     * own.
     *
     * @param address host and port.
     * @param timeoutNs how long the answer is of use, in nanoseconds.
     * @param answer is told, once, by the thread that looked it up or by this one.
     */
    public void lookUp(final HostPort address, final long timeoutNs, final Answer answer) {
        if (address.isLiteral()) {
            look(address, answer);
            return;
        }
        final long startNs = System.nanoTime();
        try {
            threads.execute(
                    () -> {
                        if (System.nanoTime() - startNs < timeoutNs) {
                            look(address, answer);
                        } else {
                            answer.onFailed(
                                    new SocketTimeoutException(
                                            "looking %s up timed out, behind others that got no answer"
                                                    .formatted(address.host())));
                        }
                    });
        } catch (final RejectedExecutionException e) {
            answer.onFailed(
                    new IOException(
                            "%d names are being looked up, and there is no answer: is a name server there?"
                                    .formatted(threads.getPoolSize() + threads.getQueue().size()),
                            e));
        }
    }

    private void look(final HostPort address, final Answer answer) {
        final List<InetSocketAddress> found;
        try {
            found = lookup.resolve(address);
        } catch (final UnknownHostException e) {
            answer.onFailed(e);
            return;
        } catch (final RuntimeException e) {
            answer.onFailed(
                    new IOException("looking %s up failed: %s".formatted(address.host(), e), e));
            return;
        }
        answer.onFound(found);
    }
}
