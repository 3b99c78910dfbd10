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
import io.verbena.testkit.Leaks;
import io.verbena.testkit.LoopThread;
import io.verbena.wire.FrameType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A client that wants to hear the server every millisecond")
@ExtendWith(NothingLeft.class)
class ImpatientPeerTest {
    private static final long WHILE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    @Test
    void keepsTheServerAwakeNoLongerThanItIsThere() throws Exception {
        // Whoever runs asks for the time at each turn: so this counts turns.
        final AtomicLong looks = new AtomicLong();
        final EventQueueHandler queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(IdlePolicy.BLOCK)
                                .withNanoClock(
                                        () -> {
                                            looks.incrementAndGet();
                                            return System.nanoTime();
                                        }));
        final MsgPool pool = Leaks.pool(4, 64, 64);
        queue.bind(pool, PoolUse.SERVER);
        final ServerPortal portal =
                ServerPortal.listen(
                        queue,
                        Net.TCP.listenUri(),
                        request -> request.accept((session, msg) -> session.sendResponse(msg)));
        final LoopThread loop = new LoopThread(queue);
        try (RawPeer quiet = RawPeer.connect(Net.TCP, portal.uri())) {
            quiet.send(Frames.hello("/"));
            quiet.receive();
            try (RawPeer impatient = RawPeer.connect(Net.TCP, portal.uri())) {
                impatient.send(Frames.hello("/", 1));
                impatient.receive();
                assertThat(count(looks)).as("turns while it is there").isGreaterThan(100);
                impatient.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));
                assertThat(impatient.receive().type()).isEqualTo(FrameType.GOODBYE);
            }
            Wait.until("its end", () -> loop.call(portal::sessions) == 1);
            count(looks);

            assertThat(count(looks)).as("turns when it has gone").isLessThan(50);
        } finally {
            loop.close();
            pool.close();
        }
    }

    private static long count(final AtomicLong looks) {
        final long before = looks.get();
        final long end = System.nanoTime() + WHILE_NS;
        Wait.until("a while", () -> System.nanoTime() - end > 0);
        return looks.get() - before;
    }
}
