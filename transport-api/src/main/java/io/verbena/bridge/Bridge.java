// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.PortalCounters;
import io.verbena.ServerPortal;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Carries streams from where it listens to another URI, of any two transports: {@code jit://} on
 * the side of a program that speaks OpenJ9's framing, {@code auto+tls://} between two bridges.
 *
 * <p>Messages are carried as they are, unread but for the size that they begin with, and from the
 * memory that they arrived in. A stream has one message under way, as its ends take turns, so
 * neither end can make the bridge hold more than that; what it has no memory for waits in the
 * transport. An end that closes, or is lost, ends the other: in good order, behind what was sent.
 *
 * <p>Each stream is two sessions and no thread. Thread-safe.
 */
public final class Bridge implements AutoCloseable {
    private final Tally tally = new Tally();
    private final List<BridgeLoop> loops = new ArrayList<>();

    /** Of all loops but the first, which listens. */
    private final List<ServerPortal> workers = new ArrayList<>();

    private final URI to;
    private final BridgeOptions options;
    private final ServerPortal portal;

    private Bridge(final URI listen, final URI to, final BridgeOptions given) {
        this.to = to;
        options =
                given.withPortal(
                                given.portal()
                                        .withSession(
                                                session(
                                                        given.portal().session(),
                                                        given.fragmentBytes())))
                        .withConnect(
                                given.connect()
                                        .withSession(
                                                session(
                                                        given.connect().session(),
                                                        given.fragmentBytes())));
        try {
            for (int i = 0; i < options.threads(); i++) {
                final BridgeLoop loop = new BridgeLoop(options);
                loops.add(loop);
                if (i > 0) {
                    workers.add(loop.worker(handler(loop), options));
                }
            }
            portal =
                    ServerPortal.listen(
                            loops.get(0).eventQueue(),
                            listen,
                            new Door(handler(loops.get(0))),
                            options.portal());
            loops.forEach(BridgeLoop::start);
        } catch (final Throwable e) {
            loops.forEach(BridgeLoop::close);
            throw e;
        }
    }

    /**
     * One request at a time. No keepalive: the ends are streams, which may do something else for
     * long; the kernel's finds hosts that are gone.
     */
    private static SessionOptions session(final SessionOptions base, final int fragmentBytes) {
        return base.withWindow(1)
                .withMaxQueued(1)
                .withKeepaliveIntervalNs(0)
                .withMaxPayloadBytes(Math.min(base.maxPayloadBytes(), fragmentBytes));
    }

    /**
     * Opens a bridge.
     *
     * @param listen where streams come in, as for {@link ServerPortal#listen}; port 0 is any.
     * @param to where they go on to, as for {@link io.verbena.ClientSession#connect}; nobody need
     *     be there yet.
     * @param options threads, memory and how to secure both sides.
     * @return the bridge, to be closed.
     * @throws IllegalArgumentException if there is no transport for one of the two.
     * @throws io.verbena.VerbenaException if it can't listen there, or the other one's transport
     *     can't be used here.
     */
    public static Bridge open(final URI listen, final URI to, final BridgeOptions options) {
        ClientSession.requireTransport(to);
        return new Bridge(listen, to, options);
    }

    private ServerPortal.Handler handler(final BridgeLoop loop) {
        return new ServerPortal.Handler() {
            @Override
            public void onSessionNew(final SessionRequest request) {
                BridgedStream.begin(request, loop.eventQueue(), to, options, tally);
            }

            @Override
            public void onSessionRefused(
                    final String remoteAddress, final EventReason reason, final String detail) {
                tally.refused.increment();
            }
        };
    }

    /** Spreads what comes in over the loops, on the first one's thread. */
    private final class Door implements ServerPortal.Handler {
        private final ServerPortal.Handler own;
        private int next;

        Door(final ServerPortal.Handler own) {
            this.own = own;
        }

        @Override
        public void onSessionNew(final SessionRequest request) {
            final int chosen = next;
            next = chosen == workers.size() ? 0 : chosen + 1;
            if (chosen == 0) {
                own.onSessionNew(request);
            } else {
                request.forward(workers.get(chosen - 1));
            }
        }

        @Override
        public void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {
            own.onSessionRefused(remoteAddress, reason, detail);
        }
    }

    /**
     * Where it listens, with the real port.
     *
     * @return the URI.
     */
    public URI uri() {
        return portal.uri();
    }

    /**
     * Where streams go on to.
     *
     * @return the URI.
     */
    public URI to() {
        return to;
    }

    /**
     * What it has counted.
     *
     * @return the figures of this moment.
     */
    public BridgeCounters counters() {
        return tally.snapshot();
    }

    /**
     * Asks for what the portal has counted that it listens with. All threads of the bridge answer,
     * so an answer that comes says that they go on, too.
     *
     * @return the figures, in a moment; fails if the bridge is closed.
     */
    public CompletableFuture<PortalCounters> portalCounters() {
        final CompletableFuture<?>[] all =
                loops.stream().map(loop -> loop.ask(() -> loop)).toArray(CompletableFuture[]::new);
        return loops.get(0)
                .ask(portal::counters)
                .thenCombine(CompletableFuture.allOf(all), (counters, done) -> counters);
    }

    /** Listens no more, and ends all streams. Idempotent; takes little more than a second. */
    @Override
    public void close() {
        loops.forEach(BridgeLoop::close);
    }
}
