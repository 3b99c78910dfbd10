// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.testkit.Event;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pump;
import io.verbena.testkit.RecordingServer;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("What sessions of one event queue share")
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
class SharedMemoryTest {
    private static final int SMALL = 64;
    private static final int LARGE = 8192;
    private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(1);

    @Parameter Net net;

    private final Pump pump = new Pump();
    private final RecordingServer server = new RecordingServer();
    private EventQueueHandler queue;
    private MsgPool small;
    private MsgPool large;
    private ServerPortal portal;

    @BeforeEach
    void open() {
        queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(IdlePolicy.SPIN)
                                .withCloseTimeoutNs(CLOSE_NS));
        pump.add(queue);
        small = Leaks.pool(1, SMALL, SMALL);
        large = Leaks.pool(1, LARGE, LARGE);
        queue.bind(small, PoolUse.SERVER);
        queue.bind(large, PoolUse.SERVER);
        portal = ServerPortal.listen(queue, net.listenUri(), request -> request.accept(server));
    }

    @AfterEach
    void close() {
        queue.close();
        server.discardHeld();
        small.close();
        large.close();
        server.assertSound();
    }

    private RawPeer join() throws IOException {
        final RawPeer peer = RawPeer.connect(net, portal.uri());
        peer.send(Frames.hello("/"));
        final int before = queueSessions();
        pump.until("another session", () -> queueSessions() > before);
        assertThat(peer.receive().type()).isEqualTo(FrameType.HELLO);
        return peer;
    }

    private int queueSessions() {
        return portal.sessions();
    }

    @Test
    void aSmallMessageThatIsFreeIsGivenToWhoNeedsOneThoughAnotherWaitsForALargeOne()
            throws IOException {
        server.hold();
        try (RawPeer holdsAll = join();
                RawPeer wantsLarge = join();
                RawPeer wantsSmall = join()) {
            holdsAll.send(Frames.request(1, SMALL, LARGE));
            pump.until("the large one is taken", () -> large.available() == 0);
            holdsAll.send(Frames.request(2, SMALL, SMALL));
            pump.until("the small one is taken", () -> small.available() == 0);
            wantsLarge.send(Frames.request(1, SMALL, LARGE));
            pump.until("the wait for a large one", () -> queue.counters().poolStalls() == 1);
            wantsSmall.send(Frames.request(1, SMALL, SMALL));
            pump.until("the wait for a small one", () -> queue.counters().poolStalls() == 2);
            server.held().remove(1).echo();

            pump.until("the small request", () -> server.requests() == 3);
            assertThat(large.available()).as("large messages that are free").isZero();
            server.discardHeld();
            pump.until("the large request", () -> server.requests() == 4);
            server.discardHeld();
        }
        pump.until("the end of all", () -> server.closedSessions() == 3);
    }

    @Test
    void aMessageIsNotHeldByAClientThatVanishesInTheMiddleOfItsRequest() throws IOException {
        final byte[] request = Frames.request(1, SMALL, LARGE);
        try (RawPeer vanishes = join()) {
            vanishes.send(Arrays.copyOf(request, LARGE / 2));
            pump.until("the message is taken", () -> large.available() == 0);
        }
        pump.until("the end", () -> server.closedSessions() == 1);

        assertThat(large.available()).isEqualTo(1);
        assertThat(server.requests()).isZero();
    }

    @Test
    void anEventQueueIsClosedInTimeThoughAClientNeverReads() throws IOException {
        try (RawPeer peer = join()) {
            large.close();
            large = Leaks.pool(32, LARGE * 8, LARGE * 8);
            queue.bind(large, PoolUse.SERVER);
            // Until no more of them are read, as their answers are in the way.
            int sent;
            int length;
            do {
                final byte[] request = Frames.request(server.requests(), LARGE * 8, LARGE * 8);
                length = request.length;
                sent = peer.sendWhatFits(request);
                pump.once();
            } while (sent == length);
            pump.until("an answer that waits", () -> large.available() < 32);
            final long start = System.nanoTime();
            queue.close();

            assertThat(System.nanoTime() - start).isLessThan(3 * CLOSE_NS);
            server.assertClosed(EventReason.EVENT_QUEUE_CLOSED);
            assertThat(large.available()).isEqualTo(32);
        }
    }

    @Test
    void anAnswerThatFailedIsToldBeforeTheEndThoughTheClientVanishesInTheSameMoment()
            throws IOException {
        server.whenRequest(
                (session, msg) -> {
                    msg.out().clear().position(SMALL);
                    session.sendResponse(msg);
                });
        try (RawPeer peer = join()) {
            // No room for an answer, and nobody there to be told so.
            peer.send(Frames.request(1, 0, SMALL));
        }
        pump.until("the end", () -> server.closedSessions() == 1);

        // A client that is gone may be noticed before its request is looked at.
        assertThat(server.events(Event.Kind.MSG_ERROR))
                .extracting(Event::reason)
                .isEqualTo(
                        server.requests() == 0
                                ? List.of()
                                : List.of(EventReason.RESPONSE_TOO_LARGE));
        assertThat(server.events().get(server.events().size() - 1).kind())
                .isEqualTo(Event.Kind.CLOSED);
        assertThat(small.available()).isEqualTo(1);
    }
}
