// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.SessionClosed;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pump;
import io.verbena.testkit.RecordingServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Event queues on threads of their own, with work from others: guarantee 8 under load. */
public interface ThreadsContract extends Part {
    /** A client's end that lives on another thread, and counts. */
    final class Counting implements ClientSession.Handler {
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final Queue<SessionClosed> ends = new ConcurrentLinkedQueue<>();

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            final boolean right = msg.in().limit() == msg.out().position();
            msg.release();
            ended.incrementAndGet();
            if (!right) {
                throw new AssertionError("a response of the wrong length");
            }
        }

        @Override
        public void onMsgError(
                final ClientSession session, final Msg msg, final EventReason reason) {
            msg.release();
            ended.incrementAndGet();
        }

        @Override
        public void onClosed(final ClientSession session, final SessionClosed event) {
            ends.add(event);
        }

        void sendSome(final ClientSession session, final MsgPool pool, final int count) {
            for (int i = 0; i < count; i++) {
                final Msg msg = pool.tryTake();
                if (msg != null) {
                    msg.out().position(i);
                    session.sendRequest(msg);
                    sent.incrementAndGet();
                }
            }
        }
    }

    private LoopThread loop(final IdlePolicy policy) {
        final EventQueueHandler queue =
                scene().ownQueue(
                                scene().realTimeOptions()
                                        .withIdlePolicy(policy)
                                        .withCloseTimeoutNs(Pump.LIMIT_NS));
        return new LoopThread(queue);
    }

    private void play(
            final LoopThread loop, final MsgPool pool, final URI uri, final Counting counting) {
        final SplittableRandom random = new SplittableRandom(uri.hashCode());
        for (int i = 0; i < 12; i++) {
            final ClientSession session =
                    loop.call(
                            () ->
                                    ClientSession.connect(
                                            loop.queue(),
                                            uri,
                                            counting,
                                            transport().connectOptions()));
            for (int burst = 0; burst < 8; burst++) {
                final int count = random.nextInt(30);
                loop.queue().execute(() -> counting.sendSome(session, pool, count));
                if (random.nextBoolean()) {
                    loop.queue().wakeup();
                }
            }
            if (random.nextBoolean()) {
                loop.queue().breakEventLoop();
            }
            if (random.nextInt(4) != 0) {
                // else it is closed in the middle of it all, if not before it began
                Awaitility.await()
                        .pollInterval(100, TimeUnit.MICROSECONDS)
                        .atMost(Pump.LIMIT_NS, TimeUnit.NANOSECONDS)
                        .until(() -> loop.call(session::inFlight) == 0);
            }
            loop.queue().execute(session::close);
        }
    }

    /** Listens, and forwards to each of the workers in turn. */
    private URI listen(final EventQueueHandler queue, final List<ServerPortal> workers) {
        final AtomicInteger turn = new AtomicInteger();
        return ServerPortal.listen(
                        queue,
                        transport().listenUri(),
                        request ->
                                request.forward(
                                        workers.get(turn.getAndIncrement() % workers.size())),
                        transport().portalOptions())
                .uri();
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void sessionsComeAndGoOnManyThreadsAndEveryRequestEndsOnce(final IdlePolicy policy)
            throws InterruptedException {
        final List<LoopThread> loops = new ArrayList<>();
        final List<RecordingServer> servers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            loops.add(loop(policy));
        }
        final List<ServerPortal> workers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final LoopThread loop = loops.get(i);
            final RecordingServer server = scene().server();
            servers.add(server);
            loop.run(
                    () -> {
                        scene().pool(loop.queue(), 8, 64, 64, PoolUse.SERVER);
                        workers.add(
                                ServerPortal.worker(
                                        loop.queue(),
                                        request -> request.accept(server),
                                        transport().portalOptions()));
                    });
        }
        final URI uri = loops.get(0).call(() -> listen(loops.get(0).queue(), workers));
        final Counting counting = new Counting();
        final List<Thread> players = new ArrayList<>();
        for (final LoopThread loop : loops.subList(2, 4)) {
            final MsgPool pool =
                    loop.call(() -> scene().pool(loop.queue(), 64, 64, 64, PoolUse.CLIENT));
            final Thread player = new Thread(() -> play(loop, pool, uri, counting), "player");
            player.start();
            players.add(player);
        }
        for (final Thread player : players) {
            player.join();
        }
        Awaitility.await()
                .atMost(Pump.LIMIT_NS, TimeUnit.NANOSECONDS)
                .until(() -> counting.ends.size() == 24);
        assertThat(counting.ends)
                .extracting(SessionClosed::reason)
                .containsOnly(EventReason.CLOSED_BY_SELF);
        assertThat(counting.ended.get()).isEqualTo(counting.sent.get());
        for (int i = loops.size() - 1; i >= 0; i--) {
            loops.get(i).close();
        }
        assertThat(servers.stream().mapToInt(RecordingServer::closedSessions).sum())
                .isBetween(1, 24);
    }
}
