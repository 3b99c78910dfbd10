// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.Verbs.Watched;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Notifications, and waiting for them. */
@Timeout(60)
class FakeWaiterTest {
    private static final int MESSAGES = 5_000;

    private final FakeFabric fabric = new FakeFabric();
    private final Verbs verbs = fabric.verbs();
    private FakePair pair;
    private FakeEnd client;
    private FakeEnd server;
    private long waiter;

    @BeforeEach
    void connect() throws IOException {
        pair = new FakePair(fabric);
        client = pair.client;
        server = pair.server;
        waiter = verbs.createWaiter();
        verbs.watch(waiter, Watched.COMPLETION_CHANNEL, server.channel);
        verbs.watch(waiter, Watched.EVENT_CHANNEL, server.events);
        verbs.watch(waiter, Watched.CONTEXT, server.context);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        verbs.destroyWaiter(waiter);
        pair.destroy();
        fabric.assertNothingLeft();
    }

    private void message() {
        server.receive(1, 0, 8);
        client.send(2, 0, 1);
    }

    @Test
    void onlyWhatComesAfterwardsIsNotifiedAndOnce() throws IOException {
        message();
        verbs.requestNotification(server.queue);
        assertThat(verbs.await(waiter, 0)).isFalse();
        message();
        message();
        assertThat(verbs.await(waiter, -1)).isTrue();
        assertThat(verbs.await(waiter, -1)).isTrue();
        assertThat(verbs.takeNotifications(server.channel, server.queue)).isEqualTo(1);
        assertThat(verbs.await(waiter, 0)).isFalse();
        message();
        assertThat(verbs.takeNotifications(server.channel, server.queue)).isZero();
        assertThat(server.poll()).hasSize(4);
    }

    @Test
    void eventsEndTheWait() throws IOException {
        verbs.disconnect(client.id);
        assertThat(verbs.await(waiter, -1)).isTrue();
        assertThat(server.event()).isNotNull();
        assertThat(verbs.await(waiter, 1)).isFalse();
        fabric.asyncEvent("fake0", new AsyncEvent(AsyncEvent.PORT_ERR, "port error", 1));
        assertThat(verbs.await(waiter, -1)).isTrue();
    }

    @Test
    void wakeIsRememberedOnce() {
        verbs.wake(waiter);
        verbs.wake(waiter);
        assertThat(verbs.await(waiter, -1)).isTrue();
        assertThat(verbs.await(waiter, 0)).isFalse();
    }

    @Test
    void whatIsWatchedIsNotDestroyed() throws IOException {
        final long channel = verbs.createEventChannel();
        verbs.watch(waiter, Watched.EVENT_CHANNEL, channel);
        assertThatThrownBy(() -> verbs.destroyEventChannel(channel))
                .isInstanceOf(IllegalStateException.class);
        verbs.unwatch(waiter, Watched.EVENT_CHANNEL, channel);
        verbs.destroyEventChannel(channel);
        assertThat(fabric.takeViolations()).hasSize(1);
    }

    @Test
    void twoThreadsAtOnce() throws Exception {
        talk();
    }

    @Test
    void twoThreadsOnPoll() throws Exception {
        fabric.delivery(Delivery.ON_POLL);
        talk();
    }

    @Test
    void twoThreadsWithDelays() throws Exception {
        fabric.delivery(Delivery.ON_POLL).delays(1, 3);
        talk();
    }

    /** The server sleeps between messages; the client sends one when the last is answered. */
    private void talk() throws Exception {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        server.receive(0, 0, 8);
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                serve();
                            } catch (final Throwable unexpected) {
                                failure.set(unexpected);
                            }
                        });
        thread.start();
        for (int i = 0; i < MESSAGES; i++) {
            client.receive(i, 0, 8);
            client.send(i, 100, 4);
            int left = 2;
            while (left > 0 && failure.get() == null) {
                left -= client.poll().size();
                Thread.yield();
            }
        }
        thread.join();
        assertThat(failure.get()).isNull();
        assertThat(fabric.receiverNotReady()).isZero();
    }

    private void serve() throws IOException {
        int received = 0;
        int completed = 0;
        boolean armed = false;
        while (completed < 2 * MESSAGES) {
            final List<FakeEnd.Done> polled = server.poll();
            for (final FakeEnd.Done one : polled) {
                assertThat(one.status()).isZero();
                completed++;
                if (one.opcode() == Status.RECEIVE) {
                    received++;
                    server.receive(received, 0, 8);
                    server.send(received, 200, 4);
                }
            }
            if (polled.isEmpty() && armed) {
                verbs.await(waiter, -1);
                verbs.takeNotifications(server.channel, server.queue);
                armed = false;
            } else if (polled.isEmpty()) {
                verbs.requestNotification(server.queue);
                armed = true;
            }
        }
    }
}
