// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pump;
import io.verbena.testkit.RecordingServer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A client that sends too early and is forwarded twice")
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
class ForwardedPeerTest {
    @Parameter Net net;

    private final Pump pump = new Pump();
    private final RecordingServer server = new RecordingServer();

    private EventQueueHandler queue() {
        final EventQueueHandler queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.SPIN));
        pump.add(queue);
        return queue;
    }

    @Test
    void isLeftAloneByTheEventQueueThatItOnlyPassedThrough() throws IOException {
        final MsgPool pool = Leaks.pool(1, 1024, 1024);
        try (EventQueueHandler door = queue();
                EventQueueHandler corridor = queue();
                EventQueueHandler room = queue()) {
            room.bind(pool, PoolUse.SERVER);
            // No message is free: each time that it is asked for one is counted.
            final Msg taken = pool.take();
            final ServerPortal inTheRoom =
                    ServerPortal.worker(
                            room, request -> request.accept(server), PortalOptions.defaults());
            final ServerPortal inTheCorridor =
                    ServerPortal.worker(
                            corridor,
                            request -> {
                                request.forward(inTheRoom);
                                // As if the other thread were that fast.
                                room.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                                room.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                            },
                            PortalOptions.defaults());
            final ServerPortal listening =
                    ServerPortal.listen(
                            door, net.listenUri(), request -> request.forward(inTheCorridor));
            try (RawPeer peer = RawPeer.connect(net, listening.uri())) {
                peer.send(Frames.concat(Frames.hello("/"), Frames.request(1, 100, 100)));
                pump.until("the request's arrival", () -> room.counters().poolStalls() > 0);
                for (int i = 0; i < 10; i++) {
                    pump.once();
                }

                assertThat(room.counters().poolStalls())
                        .as("times that the room was asked for a message")
                        .isEqualTo(1);
                taken.release();
                pump.until("the request", () -> server.requests() == 1);
                pump.until("its answer", () -> pool.available() == 1);
            }
            pump.until("the end", () -> server.closedSessions() == 1);
        }
        pool.close();
        server.assertSound();
    }
}
