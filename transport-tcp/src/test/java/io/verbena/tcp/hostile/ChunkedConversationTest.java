// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import io.verbena.tcp.hostile.ChunkingProxy.Chunks;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A conversation whose bytes come in pieces")
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
class ChunkedConversationTest {
    private static final int[] ALL_SIZES = {0, 10, 513, 5000, 200 * 1024, 1};
    private static final int[] SMALL_SIZES = {0, 10, 513, 5000, 1};
    private static final int[] FEW_SIZES = {10, 513};
    private static final int MSG_BYTES = 256 * 1024;
    private static final int MESSAGES = 8;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int FIRST_BYTES = 200;

    @Parameter Net net;

    private EventQueueHandler serverQueue;
    private EventQueueHandler clientQueue;
    private MsgPool serverPool;
    private MsgPool clientPool;
    private ServerPortal portal;
    private ChunkingProxy proxy;
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
        portal =
                ServerPortal.listen(
                        serverQueue,
                        net.listenUri(),
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
                        });
        proxy = new ChunkingProxy(net, portal.uri());
    }

    @AfterEach
    void close() throws Exception {
        Closing.all(proxy, serverQueue, clientQueue, serverPool, clientPool);
    }

    // ---- whole ones

    @Test
    void passesIdenticalByteByByte() throws IOException {
        proxy.chunks(Chunks.of(1), Chunks.of(1));
        converse(SMALL_SIZES);
    }

    @Test
    void passesIdenticalByteByByteThoughItIsLong() throws IOException {
        // The kernel may join some of them: both ends look only now and then.
        proxy.chunks(Chunks.of(1), Chunks.of(1));
        new Conversation(ALL_SIZES, 32).run();
    }

    @Test
    void passesIdenticalInPiecesOfEachSmallSize() throws IOException {
        for (int bytes = 2; bytes <= 64; bytes++) {
            proxy.chunks(Chunks.of(bytes), Chunks.of(65 - bytes));
            converse(SMALL_SIZES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4095, 4096, 4127, 4128, 4129, 32768, 65535})
    void passesIdenticalInLargePieces(final int bytes) throws IOException {
        proxy.chunks(Chunks.of(bytes), Chunks.of(bytes));
        converse(ALL_SIZES);
    }

    @Test
    void passesIdenticalInPiecesOfAnySize() throws IOException {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < 30; i++) {
                proxy.chunks(
                        Chunks.random(seed + i, i < 15 ? 97 : 9000),
                        Chunks.random(seed - i, i < 15 ? 89 : 7000));
                converse(i < 15 ? SMALL_SIZES : ALL_SIZES);
            }
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    @Test
    void passesIdenticalWhereverItIsSplitInItsFirstBytes() throws IOException {
        for (int place = 1; place <= FIRST_BYTES; place++) {
            proxy.chunks(Chunks.splitAt(place, 5), Chunks.splitAt(place, 5));
            converse(SMALL_SIZES);
        }
    }

    // ---- cut ones

    @Test
    void thatIsCutAnywhereOnTheWayToTheServerEndsForTheTrueReason() throws IOException {
        cutEverywhere(true, false);
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheClientEndsForTheTrueReason() throws IOException {
        cutEverywhere(false, false);
    }

    @Test
    void thatIsResetAnywhereOnTheWayToTheServerEndsForTheTrueReason() throws IOException {
        cutEverywhere(true, true);
    }

    @Test
    void thatIsResetAnywhereOnTheWayToTheClientEndsForTheTrueReason() throws IOException {
        cutEverywhere(false, true);
    }

    private void cutEverywhere(final boolean towardsTheServer, final boolean reset)
            throws IOException {
        proxy.chunks(Chunks.asTheyCome(), Chunks.asTheyCome());
        final Conversation whole = new Conversation(FEW_SIZES, 1);
        whole.run();
        final int length = (int) (towardsTheServer ? whole.bytesThere : whole.bytesBack);
        assertThat(length).as("bytes of the whole conversation").isGreaterThan(600);
        proxy.resets(reset);
        for (int place = 0; place < length; place++) {
            final Chunks cut = Chunks.cutAt(place);
            proxy.chunks(
                    towardsTheServer ? cut : Chunks.asTheyCome(),
                    towardsTheServer ? Chunks.asTheyCome() : cut);
            new Conversation(FEW_SIZES, 1).runUntilItIsCut(place);
        }
    }

    private void converse(final int... sizes) throws IOException {
        new Conversation(sizes, 1).run();
    }

    /**
     * Requests of several sizes, all at once, answered with a copy of each; then a close in good
     * order.
     */
    private final class Conversation {
        private final int[] sizes;
        private final int stepsPerTurn;
        private final RecordingClient client = new RecordingClient();
        private final List<String> wrong = new ArrayList<>();
        private boolean closing;
        private long bytesThere;
        private long bytesBack;

        Conversation(final int[] sizes, final int stepsPerTurn) {
            this.sizes = sizes;
            this.stepsPerTurn = stepsPerTurn;
            refused.clear();
            server = new RecordingServer();
            client.whenResponse(this::check);
        }

        private void check(final ClientSession session, final Msg msg) {
            try {
                final int number = client.responses() - 1;
                Payload.check(msg, sizes[number], number);
            } catch (final AssertionError e) {
                wrong.add(e.getMessage());
            }
            if (client.responses() == sizes.length) {
                closing = true;
                session.close();
            }
        }

        private void start() throws IOException {
            final ClientSession session = ClientSession.connect(clientQueue, proxy.uri(), client);
            for (int i = 0; i < sizes.length; i++) {
                client.send(session, Payload.fill(clientPool.take(), sizes[i], i));
            }
        }

        void run() throws IOException {
            start();
            until(
                    "the end of the conversation",
                    () -> client.isClosed() && server.closedSessions() == 1);

            assertThat(wrong).as("what was wrong with the responses").isEmpty();
            assertThat(client.responses()).isEqualTo(sizes.length);
            client.assertClosed(EventReason.CLOSED_BY_SELF);
            server.assertClosed(EventReason.CLOSED_BY_PEER);
            assertSound();
        }

        void runUntilItIsCut(final int place) throws IOException {
            start();
            until(
                    "the end of the conversation that is cut at " + place,
                    () -> client.isClosed() && server.closedSessions() + refused.size() == 1);

            assertThat(wrong).as("what was wrong with the responses").isEmpty();
            client.assertClosed(closing ? EventReason.CLOSED_BY_SELF : EventReason.TRANSPORT_ERROR);
            assertThat(client.responses() + client.errors()).isEqualTo(sizes.length);
            if (server.closedSessions() == 1) {
                // Who has closed can only be known by who has heard it.
                final EventReason end = server.events().get(server.events().size() - 1).reason();
                assertThat(end)
                        .isIn(
                                closing
                                        ? List.of(
                                                EventReason.CLOSED_BY_PEER,
                                                EventReason.TRANSPORT_ERROR)
                                        : List.of(EventReason.TRANSPORT_ERROR));
            } else {
                assertThat(refused).containsExactly(EventReason.CLOSED_BY_PEER);
            }
            assertSound();
        }

        private void assertSound() {
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
                for (int i = 0; i < stepsPerTurn; i++) {
                    proxy.step();
                }
                bytesThere = Math.max(bytesThere, proxy.passed(true));
                bytesBack = Math.max(bytesBack, proxy.passed(false));
                clientQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                serverQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
            }
        }
    }
}
