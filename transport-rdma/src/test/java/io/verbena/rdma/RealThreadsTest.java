// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Event queues and their threads on real verbs")
class RealThreadsTest extends RealTest {
    private static final int BYTES = 4096;

    /**
     * A HELLO with up to 28 bytes of path comes with the connection request; a longer one when the
     * queue pair is there, which moves to the other event queue with its completion queue.
     */
    @ParameterizedTest
    @ValueSource(strings = {"/short", "/a/path/that/is/too/long/for/a/connection/request?or=two"})
    void passASessionToEachOther(final String path) {
        final EventQueueHandler workerQueue = scene().ownQueue(scene().realTimeOptions());
        scene().pool(workerQueue, 16, BYTES, BYTES, PoolUse.SERVER);
        final RecordingServer server = scene().server();
        final List<String> paths = new ArrayList<>();
        final ServerPortal worker =
                ServerPortal.worker(
                        workerQueue,
                        request -> {
                            paths.add(request.pathAndQuery());
                            request.accept(server);
                        },
                        PortalOptions.defaults());
        final LoopThread thread = new LoopThread(workerQueue);
        final Pair pair =
                livePair()
                        .pools(16, BYTES)
                        .pathAndQuery(path)
                        .decides((self, request) -> request.forward(worker))
                        .listening();
        pair.client.whenResponse(
                (session, msg) ->
                        Payload.check(msg, msg.out().position(), (Long) msg.userContext()));
        pair.connect();
        for (int i = 0; i < 400; i++) {
            until("a free message", () -> pair.clientPool.available() > 0);
            pair.send(i * 37 % BYTES);
        }
        until("the answers", () -> pair.client.responses() == 400);
        pair.session().close();
        until("CLOSED", pair.client::isClosed);
        until("CLOSED at the worker", () -> server.closedSessions() == 1);
        thread.end();
        assertThat(thread.failure()).isNull();
        assertThat(paths).containsExactly(path);
        assertThat(server.requests()).isEqualTo(400);
        assertThat(pair.server.requests()).isZero();
    }

    @Test
    void passManySessionsToEachOther() {
        final List<RecordingServer> servers = new ArrayList<>();
        final List<ServerPortal> workers = new ArrayList<>();
        final List<LoopThread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final EventQueueHandler queue = scene().ownQueue(scene().realTimeOptions());
            scene().pool(queue, 16, BYTES, BYTES, PoolUse.SERVER);
            final RecordingServer server = scene().server();
            servers.add(server);
            workers.add(
                    ServerPortal.worker(
                            queue, request -> request.accept(server), PortalOptions.defaults()));
            threads.add(new LoopThread(queue));
        }
        final int[] next = new int[1];
        final Pair pair =
                livePair()
                        .pools(64, BYTES)
                        .decides((self, request) -> request.forward(workers.get(next[0]++ % 2)))
                        .listening();
        final List<RecordingClient> clients = new ArrayList<>();
        final List<ClientSession> sessions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(scene().client());
            final String path = i % 4 < 2 ? "" : "/a/path/that/is/too/long/for/a/request/" + i;
            sessions.add(
                    ClientSession.connect(
                            pair.clientQueue,
                            URI.create(pair.portal.uri() + path),
                            clients.get(i)));
        }
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 20; i++) {
                until("a free message", () -> pair.clientPool.available() > 0);
                clients.get(i).send(sessions.get(i), pair.request(round % 2 == 0 ? 50 : BYTES));
            }
        }
        until("the answers", () -> clients.stream().allMatch(each -> each.responses() == 10));
        threads.forEach(LoopThread::end);
        assertThat(threads).allMatch(each -> each.failure() == null);
        assertThat(servers).allMatch(each -> each.requests() == 100);
    }

    @Test
    void sleepWhileTheyServeTcpAndRdmaAndNobodyAsks() {
        final long idleNs = TimeUnit.SECONDS.toNanos(2);
        final var options = scene().realTimeOptions().withIdlePolicy(IdlePolicy.BLOCK);
        final EventQueueHandler serverQueue = scene().ownQueue(options);
        scene().pool(serverQueue, 8, BYTES, BYTES, PoolUse.SERVER);
        final RecordingServer server = scene().server();
        final EventQueueHandler clientQueue = scene().ownQueue(options);
        final MsgPool pool = scene().pool(clientQueue, 8, BYTES, BYTES, PoolUse.CLIENT);
        final List<URI> uris = new ArrayList<>();
        for (final String uri :
                List.of("tcp://127.0.0.1:0", "rdma://%s:0".formatted(RealVerbs.address()))) {
            uris.add(
                    ServerPortal.listen(
                                    serverQueue, URI.create(uri), request -> request.accept(server))
                            .uri());
        }
        try (LoopThread serving = new LoopThread(serverQueue);
                LoopThread asking = new LoopThread(clientQueue)) {
            final long[] threads = {
                serving.call(() -> Thread.currentThread().getId()),
                asking.call(() -> Thread.currentThread().getId())
            };
            final List<RecordingClient> clients = new ArrayList<>();
            final List<ClientSession> sessions = new ArrayList<>();
            for (final URI uri : uris) {
                final RecordingClient client = scene().client();
                clients.add(client);
                sessions.add(asking.call(() -> ClientSession.connect(clientQueue, uri, client)));
                ask(asking, pool, client, sessions.get(sessions.size() - 1), 20);
            }
            // Each is woken by either transport.
            for (int i = 0; i < 50; i++) {
                ask(asking, pool, clients.get(i % 2), sessions.get(i % 2), i % 4 < 2 ? 20 : BYTES);
            }
            // The connection manager's news are expected for a second after the last.
            serving.run(server::hold);
            for (int i = 0; i < 2; i++) {
                idle(asking, pool, clients.get(i), sessions.get(i), idleNs / 2);
            }
            final long start = System.nanoTime();
            final long before = cpuNs(threads);
            idle(asking, pool, clients.get(0), sessions.get(0), idleNs);
            final long usedNs = cpuNs(threads) - before;
            final long passedNs = System.nanoTime() - start;
            assertThat(passedNs).isGreaterThanOrEqualTo(idleNs);
            assertThat(usedNs)
                    .as("CPU time of two idle threads in %d ms", passedNs / 1_000_000)
                    .isLessThan(passedNs / 5);
            serving.run(
                    () -> {
                        server.echo();
                        server.discardHeld();
                    });
            for (int i = 0; i < 2; i++) {
                ask(asking, pool, clients.get(i), sessions.get(i), BYTES);
            }
        }
    }

    private static long cpuNs(final long... threads) {
        long sum = 0;
        for (final long thread : threads) {
            sum += ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
        }
        return sum;
    }

    private void ask(
            final LoopThread asking,
            final MsgPool pool,
            final RecordingClient client,
            final ClientSession session,
            final int length) {
        final int before = client.responses();
        asking.run(() -> client.send(session, Payload.fill(pool.take(), length, length)));
        until("an answer", () -> client.responses() > before);
    }

    /** Nothing happens until the deadline of a request that nobody answers. */
    private void idle(
            final LoopThread asking,
            final MsgPool pool,
            final RecordingClient client,
            final ClientSession session,
            final long timeoutNs) {
        final int before = client.errors();
        asking.run(() -> client.send(session, pool.take(), timeoutNs));
        until("the deadline", () -> client.errors() > before);
    }
}
