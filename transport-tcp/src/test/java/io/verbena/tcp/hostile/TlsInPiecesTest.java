// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import io.verbena.tcp.hostile.ChunkingProxy.Chunks;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import io.verbena.testkit.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A conversation over TLS whose bytes come in pieces")
@ExtendWith(NothingLeft.class)
class TlsInPiecesTest {
    private static final int[] SIZES = {0, 10, 5000, 1};
    private static final int[] FEW_SIZES = {10, 513};
    private static final int MSG_BYTES = 8 * 1024;
    private static final int MESSAGES = 8;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    /**
     * A handshake takes milliseconds, so not every place is tried: but each is likely to be that
     * does something else, as records and their parts are longer than this. That a client's first
     * words may end anywhere, {@link HostileTlsTest} shows.
     */
    private static final int STEP = 13;

    private EventQueueHandler serverQueue;
    private EventQueueHandler clientQueue;
    private MsgPool serverPool;
    private MsgPool clientPool;
    private ChunkingProxy proxy;
    private URI uri;
    private RecordingServer server;
    private final List<EventReason> refused = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        final EventQueueOptions options =
                EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.SPIN);
        serverQueue = EventQueueHandler.open(options);
        clientQueue = EventQueueHandler.open(options);
        serverPool = Leaks.pool(MESSAGES, MSG_BYTES, MSG_BYTES);
        clientPool = Leaks.pool(MESSAGES, MSG_BYTES, MSG_BYTES);
        serverQueue.bind(serverPool, PoolUse.SERVER);
        clientQueue.bind(clientPool, PoolUse.CLIENT);
        final ServerPortal portal =
                ServerPortal.listen(
                        serverQueue,
                        URI.create("tls://127.0.0.1:0"),
                        new ServerPortal.Handler() {
                            @Override
                            public void onSessionNew(final SessionRequest request) {
                                request.accept(server);
                            }

                            @Override
                            public void onSessionRefused(
                                    final String remoteAddress,
                                    final EventReason reason,
                                    final String detail) {
                                refused.add(reason);
                            }
                        },
                        PortalOptions.defaults().withTls(TestCertificates.ec().serverOptions()));
        proxy = new ChunkingProxy(Net.TCP, portal.uri());
        uri = URI.create("tls://127.0.0.1:" + proxy.uri().getPort());
    }

    @AfterEach
    void close() throws Exception {
        Closing.all(proxy, serverQueue, clientQueue, serverPool, clientPool);
    }

    @Test
    void passesIdenticalByteByByte() throws IOException {
        proxy.chunks(Chunks.of(1), Chunks.of(1));
        new Conversation(SIZES).run();
    }

    @Test
    void passesIdenticalInPiecesOfAnySize() throws IOException {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < 10; i++) {
                proxy.chunks(Chunks.random(seed + i, 300), Chunks.random(seed - i, 500));
                new Conversation(SIZES).run();
            }
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheServerEnds() throws IOException {
        cutEverywhere(true);
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheClientEnds() throws IOException {
        cutEverywhere(false);
    }

    private void cutEverywhere(final boolean towardsTheServer) throws IOException {
        proxy.chunks(Chunks.asTheyCome(), Chunks.asTheyCome());
        final Conversation whole = new Conversation(FEW_SIZES);
        whole.run();
        final int length = (int) (towardsTheServer ? whole.bytesThere : whole.bytesBack);
        assertThat(length).as("bytes of the whole conversation").isGreaterThan(1000);
        for (int place = 0; place < length; place += STEP) {
            final Chunks cut = Chunks.cutAt(place);
            proxy.chunks(
                    towardsTheServer ? cut : Chunks.asTheyCome(),
                    towardsTheServer ? Chunks.asTheyCome() : cut);
            new Conversation(FEW_SIZES).runUntilItIsCut(place);
        }
    }

    /** Requests of several sizes, all at once, and a close in good order. */
    private final class Conversation {
        private final int[] sizes;
        private final RecordingClient client = new RecordingClient();
        private final List<String> wrong = new ArrayList<>();
        private boolean closing;
        private long bytesThere;
        private long bytesBack;

        Conversation(final int[] sizes) {
            this.sizes = sizes;
            refused.clear();
            server = new RecordingServer();
            client.whenResponse(
                    (session, msg) -> {
                        final int number = client.responses() - 1;
                        try {
                            Payload.check(msg, sizes[number], number);
                        } catch (final AssertionError e) {
                            wrong.add(e.getMessage());
                        }
                        if (client.responses() == sizes.length) {
                            closing = true;
                            session.close();
                        }
                    });
        }

        private void start() {
            final ClientSession session =
                    ClientSession.connect(
                            clientQueue,
                            uri,
                            client,
                            ConnectOptions.defaults()
                                    .withTls(TestCertificates.ec().clientOptions()));
            for (int i = 0; i < sizes.length; i++) {
                client.send(session, Payload.fill(clientPool.take(), sizes[i], i));
            }
        }

        void run() {
            start();
            until(
                    "the end of the conversation",
                    () -> client.isClosed() && server.closedSessions() == 1);
            assertThat(client.responses()).isEqualTo(sizes.length);
            client.assertClosed(EventReason.CLOSED_BY_SELF);
            server.assertClosed(EventReason.CLOSED_BY_PEER);
            assertSound();
        }

        void runUntilItIsCut(final int place) {
            start();
            until(
                    "the end of the conversation that is cut at " + place,
                    () -> client.isClosed() && server.closedSessions() + refused.size() == 1);
            assertThat(client.closed().reason())
                    .as("%d: %s", place, client.closed())
                    .isIn(
                            closing
                                    ? List.of(EventReason.CLOSED_BY_SELF)
                                    : List.of(EventReason.TLS_FAILED, EventReason.TRANSPORT_ERROR));
            assertThat(client.responses() + client.errors()).isEqualTo(sizes.length);
            if (server.closedSessions() == 1) {
                // Who has closed can only be known by who has heard it.
                assertThat(server.events().get(server.events().size() - 1).reason())
                        .isIn(
                                closing
                                        ? List.of(
                                                EventReason.CLOSED_BY_PEER,
                                                EventReason.TRANSPORT_ERROR)
                                        : List.of(EventReason.TRANSPORT_ERROR));
            } else {
                assertThat(refused.get(0))
                        .isIn(
                                EventReason.TLS_FAILED,
                                EventReason.TRANSPORT_ERROR,
                                EventReason.CLOSED_BY_PEER);
            }
            assertSound();
        }

        private void assertSound() {
            assertThat(wrong).as("what was wrong with the responses").isEmpty();
            client.assertSound();
            server.assertSound();
            assertThat(clientPool.available()).as("the client's free messages").isEqualTo(MESSAGES);
            assertThat(serverPool.available()).as("the server's free messages").isEqualTo(MESSAGES);
        }

        private void until(final String what, final BooleanSupplier condition) {
            final long start = System.nanoTime();
            while (!condition.getAsBoolean()) {
                assertThat(System.nanoTime() - start)
                        .as(() -> what + ": " + client + ", " + server)
                        .isLessThan(LIMIT_NS);
                proxy.step();
                bytesThere = Math.max(bytesThere, proxy.passed(true));
                bytesBack = Math.max(bytesBack, proxy.passed(false));
                clientQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                serverQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
            }
        }
    }
}
