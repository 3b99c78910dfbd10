// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A client and a server on one thread, each with its event queue, and a {@link ChunkingProxy}
 * between them.
 */
final class ChunkedPair implements AutoCloseable {
    private static final int[] FEW_SIZES = {10, 513};
    private static final int MESSAGES = 8;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    /**
     * What the ends may hear when a link is cut in the middle of a conversation.
     *
     * @param byClient the end of the client's session.
     * @param byPortal why there is no session, if it is too early for one.
     */
    private record Heard(Set<EventReason> byClient, Set<EventReason> byPortal) {}

    private static final Heard IN_CLEAR =
            new Heard(Set.of(EventReason.TRANSPORT_ERROR), Set.of(EventReason.CLOSED_BY_PEER));

    private static final Heard OVER_TLS =
            new Heard(
                    Set.of(EventReason.TLS_FAILED, EventReason.TRANSPORT_ERROR),
                    Set.of(
                            EventReason.TLS_FAILED,
                            EventReason.TRANSPORT_ERROR,
                            EventReason.CLOSED_BY_PEER));

    private final ConnectOptions connectOptions;
    private final Heard heard;
    private final EventQueueHandler serverQueue;
    private final EventQueueHandler clientQueue;
    private final MsgPool serverPool;
    private final MsgPool clientPool;
    private final ChunkingProxy proxy;
    private final URI uri;
    private final List<EventReason> refused = new ArrayList<>();
    private RecordingServer server = new RecordingServer();

    private ChunkedPair(
            final Net net,
            final URI listenUri,
            final int msgBytes,
            final PortalOptions portalOptions,
            final ConnectOptions connectOptions,
            final Heard heard)
            throws IOException {
        this.connectOptions = connectOptions;
        this.heard = heard;
        final EventQueueOptions options =
                EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.SPIN);
        serverQueue = EventQueueHandler.open(options);
        clientQueue = EventQueueHandler.open(options);
        serverPool = Leaks.pool(MESSAGES, msgBytes, msgBytes);
        clientPool = Leaks.pool(MESSAGES, msgBytes, msgBytes);
        serverQueue.bind(serverPool, PoolUse.SERVER);
        clientQueue.bind(clientPool, PoolUse.CLIENT);
        final URI portal =
                ServerPortal.listen(serverQueue, listenUri, new PortalHandler(), portalOptions)
                        .uri();
        proxy = new ChunkingProxy(net, portal);
        // Where the proxy listens, and by the portal's scheme.
        uri = URI.create(portal.getScheme() + ":" + proxy.uri().getRawSchemeSpecificPart());
    }

    static ChunkedPair inClear(final Net net, final int msgBytes) throws IOException {
        return new ChunkedPair(
                net,
                net.listenUri(),
                msgBytes,
                PortalOptions.defaults(),
                ConnectOptions.defaults(),
                IN_CLEAR);
    }

    static ChunkedPair overTls(final int msgBytes) throws IOException {
        final TestCertificates certificates = TestCertificates.ec();
        return new ChunkedPair(
                Net.TCP,
                URI.create("tls://127.0.0.1:0"),
                msgBytes,
                PortalOptions.defaults().withTls(certificates.serverOptions()),
                ConnectOptions.defaults().withTls(certificates.clientOptions()),
                OVER_TLS);
    }

    private final class PortalHandler implements ServerPortal.Handler {
        @Override
        public void onSessionNew(final SessionRequest request) {
            request.accept(server);
        }

        @Override
        public void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {
            refused.add(reason);
        }
    }

    /** How the conversations that come next are cut into pieces. */
    void chunks(final Chunks toTheServer, final Chunks toTheClient) {
        proxy.chunks(toTheServer, toTheClient);
    }

    /** Requests of these sizes, all at once, answered with a copy of each; then a close. */
    void converse(final int[] sizes) {
        converseLookingOnceIn(1, sizes);
    }

    /** The same, and both ends look only once in so many pieces. */
    void converseLookingOnceIn(final int pieces, final int[] sizes) {
        new Conversation(sizes, pieces).run();
    }

    /**
     * A conversation for each place where it can be cut.
     *
     * @param towardsTheServer in which direction.
     * @param reset not in good order, where there is such a thing.
     * @param step how far the places are apart, in bytes.
     */
    void cutEverywhere(final boolean towardsTheServer, final boolean reset, final int step) {
        proxy.chunks(Chunks.asTheyCome(), Chunks.asTheyCome());
        final Conversation whole = new Conversation(FEW_SIZES, 1);
        whole.run();
        final int length = (int) (towardsTheServer ? whole.bytesThere : whole.bytesBack);
        assertThat(length).as("bytes of the whole conversation").isGreaterThan(600);
        proxy.resets(reset);
        for (int place = 0; place < length; place += step) {
            final Chunks cut = Chunks.cutAt(place);
            proxy.chunks(
                    towardsTheServer ? cut : Chunks.asTheyCome(),
                    towardsTheServer ? Chunks.asTheyCome() : cut);
            new Conversation(FEW_SIZES, 1).runUntilItIsCut(place);
        }
    }

    @Override
    public void close() throws Exception {
        Closing.all(proxy, serverQueue, clientQueue, serverPool, clientPool);
    }

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

        private void start() {
            final ClientSession session =
                    ClientSession.connect(clientQueue, uri, client, connectOptions);
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
                    .as("cut at %d: %s", place, client.closed())
                    .isIn(closing ? Set.of(EventReason.CLOSED_BY_SELF) : heard.byClient);
            assertThat(client.responses() + client.errors()).isEqualTo(sizes.length);
            if (server.closedSessions() == 1) {
                // Who has closed can only be known by who has heard it.
                assertThat(server.events().get(server.events().size() - 1).reason())
                        .isIn(
                                closing
                                        ? Set.of(
                                                EventReason.CLOSED_BY_PEER,
                                                EventReason.TRANSPORT_ERROR)
                                        : Set.of(EventReason.TRANSPORT_ERROR));
            } else {
                assertThat(refused.get(0)).isIn(heard.byPortal);
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
