// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The verbs over a real device, whose address is the system property {@code
 * io.verbena.rdma.address}.
 *
 * <p>Its assumptions are JUnit's: AssertJ's make classes as they go, for which an emulated machine
 * takes many seconds.
 */
@Tag("rdma")
@Timeout(120)
class DisniVerbsRdmaTest {
    private static final byte[] NONE = new byte[0];
    private static final Path STOCK =
            Path.of("../native/target/natives/stock/libdisni.so").toAbsolutePath().normalize();

    private static Verbs verbs;
    private static InetSocketAddress host;

    @BeforeAll
    static void load() throws IOException {
        verbs = VerbsLibrary.get();
        final String address = System.getProperty("io.verbena.rdma.address");
        assertThat(address).as("-Dio.verbena.rdma.address").isNotNull();
        host = new InetSocketAddress(InetAddress.getByName(address), 0);
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(final ByteBuffer buffer, final int at, final int length) {
        final byte[] copy = new byte[length];
        buffer.get(at, copy);
        return new String(copy, StandardCharsets.US_ASCII);
    }

    private static RdmaPair connected() throws IOException {
        final RdmaPair pair = new RdmaPair(verbs, host);
        pair.ask(NONE);
        pair.answer(NONE);
        return pair;
    }

    @Test
    void listsDevicesWithTheirPorts() throws IOException {
        final List<Device> devices = verbs.devices();
        assertThat(devices).isNotEmpty();
        assertThat(devices)
                .allSatisfy(
                        device -> {
                            assertThat(device.name()).isNotEmpty();
                            assertThat(device.limits().maxQueuePairs()).isPositive();
                            assertThat(device.limits().maxRegionBytes()).isPositive();
                            assertThat(device.limits().maxReads()).isPositive();
                            assertThat(device.ports()).isNotEmpty();
                            assertThat(device.ports().get(0).number()).isEqualTo(1);
                            assertThat(device.ports().get(0).activeMtu())
                                    .isIn(256, 512, 1024, 2048, 4096);
                            assertThat(device.ports().get(0).gids()).isNotEmpty();
                        });
    }

    @Test
    void bothEndsSeeEachOthersPrivateDataAndDepths() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            pair.ask(bytes("who goes there?"));
            assertThat(pair.request.status()).isZero();
            assertThat(pair.request.responderResources()).isEqualTo(4);
            assertThat(pair.request.initiatorDepth()).isEqualTo(4);
            assertThat(Arrays.copyOf(pair.request.privateData(), 16))
                    .isEqualTo(Arrays.copyOf(bytes("who goes there?"), 16));
            final CmEvent established = pair.answer(bytes("a friend"));
            assertThat(established.status()).isZero();
            assertThat(established.id()).isEqualTo(pair.client.id);
            assertThat(Arrays.copyOf(established.privateData(), 8)).isEqualTo(bytes("a friend"));
            assertThat(verbs.remoteAddress(pair.client.id)).isEqualTo(pair.address);
            assertThat(verbs.localAddress(pair.server.id)).isEqualTo(pair.address);
            assertThat(verbs.remoteAddress(pair.server.id))
                    .isEqualTo(verbs.localAddress(pair.client.id));
            assertThat(verbs.port(pair.client.id)).isPositive();
            assertThat(verbs.port(pair.server.id)).isEqualTo(verbs.port(pair.client.id));
            assertThat(verbs.limits(pair.client.context))
                    .isIn(verbs.devices().stream().map(Device::limits).toList());
            assertThat(pair.client.queuePair.maxInline()).isBetween(0, 65_536);
            assertThat(pair.client.queuePair.number()).isPositive();
        }
    }

    @Test
    void sends() throws IOException {
        try (RdmaPair pair = connected()) {
            verbs.setMinRnrTimer(pair.server.queuePair.handle(), 1);
            pair.client.bytes.put(0, bytes("hello"));
            pair.client.send(Layout.SIGNALED, 7, 5);
            final RdmaPair.Completion received = pair.server.completion();
            assertThat(received)
                    .isEqualTo(new RdmaPair.Completion(1, Layout.STATUS_SUCCESS, 128, 5));
            assertThat(text(pair.server.bytes, RdmaPair.BYTES - 4096, 5)).isEqualTo("hello");
            assertThat(pair.client.completion().id()).isEqualTo(7);
        }
    }

    @Test
    void whatIsSentInlineMayChangeAtOnce() throws IOException {
        try (RdmaPair pair = connected()) {
            assumeTrue(pair.client.queuePair.maxInline() >= 5, "too little inline");
            pair.client.bytes.put(0, bytes("hello"));
            pair.client.send(Layout.SIGNALED | Layout.INLINE, 7, 5);
            pair.client.bytes.put(0, bytes("HELLO"));
            assertThat(pair.server.completion().status()).isZero();
            assertThat(text(pair.server.bytes, RdmaPair.BYTES - 4096, 5)).isEqualTo("hello");
        }
    }

    @Test
    void readsAndWrites() throws IOException {
        try (RdmaPair pair = connected()) {
            pair.server.bytes.put(100, bytes("to be read"));
            assertThat(
                            verbs.postSend(
                                    pair.client.queuePair.handle(),
                                    pair.client.request(
                                            Layout.OP_READ,
                                            Layout.SIGNALED,
                                            1,
                                            0,
                                            10,
                                            pair.server.memory.address() + 100,
                                            pair.server.memory.rkey())))
                    .isZero();
            assertThat(pair.client.completion().status()).isZero();
            assertThat(text(pair.client.bytes, 0, 10)).isEqualTo("to be read");
            pair.client.bytes.put(0, bytes("written"));
            assertThat(
                            verbs.postSend(
                                    pair.client.queuePair.handle(),
                                    pair.client.request(
                                            Layout.OP_WRITE,
                                            Layout.SIGNALED,
                                            2,
                                            0,
                                            7,
                                            pair.server.memory.address() + 200,
                                            pair.server.memory.rkey())))
                    .isZero();
            assertThat(pair.client.completion())
                    .satisfies(
                            completion -> {
                                assertThat(completion.id()).isEqualTo(2);
                                assertThat(completion.status()).isZero();
                            });
            assertThat(text(pair.server.bytes, 200, 7)).isEqualTo("written");
        }
    }

    @Test
    void aWrongKeyEndsTheConnection() throws IOException {
        try (RdmaPair pair = connected()) {
            verbs.postSend(
                    pair.client.queuePair.handle(),
                    pair.client.request(
                            Layout.OP_READ,
                            Layout.SIGNALED,
                            1,
                            0,
                            10,
                            pair.server.memory.address(),
                            pair.server.memory.rkey() + 0x1234));
            assertThat(pair.client.completion().status())
                    .isNotIn(Layout.STATUS_SUCCESS, Layout.STATUS_FLUSHED);
        }
    }

    @Test
    void postsAndPollsInOneCrossing() throws IOException {
        try (RdmaPair pair = connected()) {
            pair.client.bytes.put(0, bytes("hello"));
            assertThat(
                            pair.client.postAndPoll(
                                    pair.client.receiveRequest(3),
                                    pair.client.request(
                                            Layout.OP_SEND, Layout.SIGNALED, 4, 0, 5, 0, 0)))
                    .isZero();
            assertThat(pair.server.completion().bytes()).isEqualTo(5);
            assertThat(pair.client.completion().id()).isEqualTo(4);
            pair.server.send(Layout.SIGNALED, 5, 9);
            assertThat(pair.client.completion())
                    .isEqualTo(new RdmaPair.Completion(3, Layout.STATUS_SUCCESS, 128, 9));
        }
    }

    @Test
    void aFullQueueIsAnErrorsNumber() throws IOException {
        try (RdmaPair pair = connected()) {
            int error = 0;
            // More than any device rounds 32 up to.
            for (int i = 0; error == 0 && i < 100_000; i++) {
                error =
                        verbs.postReceive(
                                pair.server.queuePair.handle(), pair.server.receiveRequest(9));
            }
            assertThat(error).isPositive();
        }
    }

    @Test
    void aWaiterIsWokenByANotification() throws IOException {
        try (RdmaPair pair = connected()) {
            while (verbs.await(pair.waiter, 0)) {
                assertThat(verbs.cmEvent(pair.clientChannel)).isNull();
                assertThat(verbs.cmEvent(pair.listenChannel)).isNull();
            }
            verbs.requestNotification(pair.server.queue);
            assertThat(verbs.await(pair.waiter, 20)).isFalse();
            pair.client.send(Layout.SIGNALED, 1, 1);
            assertThat(verbs.await(pair.waiter, 10_000)).isTrue();
            assertThat(verbs.takeNotifications(pair.server.channel, pair.server.queue))
                    .isEqualTo(1);
            assertThat(verbs.takeNotifications(pair.server.channel, pair.server.queue)).isZero();
            assertThat(pair.server.completion().id()).isEqualTo(1);
        }
    }

    @Test
    void refusesWithData() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            pair.ask(bytes("may I?"));
            verbs.reject(pair.request.id(), bytes("no"));
            verbs.destroyId(pair.request.id());
            final CmEvent rejected = pair.event(pair.clientChannel, CmEvent.Type.REJECTED);
            assertThat(rejected.status()).isNotZero();
            assertThat(Arrays.copyOf(rejected.privateData(), 2)).isEqualTo(bytes("no"));
        }
    }

    @Test
    void nobodyListens() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            final long id = pair.verbs.createId(pair.clientChannel);
            verbs.resolveAddress(id, new InetSocketAddress(host.getAddress(), 9), 2000);
            pair.event(pair.clientChannel, CmEvent.Type.ADDR_RESOLVED);
            verbs.resolveRoute(id, 2000);
            pair.event(pair.clientChannel, CmEvent.Type.ROUTE_RESOLVED);
            try (RdmaPair.End end = pair.new End(id)) {
                verbs.connect(end.id, new ConnectionParameters(NONE, 1, 1, 7, 7));
                pair.event(pair.clientChannel, CmEvent.Type.REJECTED);
            }
        }
    }

    @Test
    void disconnectingFlushesBothEnds() throws IOException {
        try (RdmaPair pair = connected()) {
            pair.client.receive(2);
            verbs.disconnect(pair.client.id);
            assertThat(pair.client.completion())
                    .satisfies(
                            completion -> {
                                assertThat(completion.id()).isEqualTo(2);
                                assertThat(completion.status()).isEqualTo(Layout.STATUS_FLUSHED);
                            });
            pair.event(pair.listenChannel, CmEvent.Type.DISCONNECTED);
            assertThat(verbs.cmEvent(pair.clientChannel)).isNull();
            // The answer, without which the asker waits for the connection manager's own time
            // limit.
            verbs.disconnect(pair.server.id);
            pair.event(pair.clientChannel, CmEvent.Type.DISCONNECTED);
            assertThat(pair.server.completion().status()).isEqualTo(Layout.STATUS_FLUSHED);
        }
    }

    @Test
    void breakingFlushes() throws IOException {
        try (RdmaPair pair = connected()) {
            verbs.breakQueuePair(pair.server.queuePair.handle());
            assertThat(pair.server.completion().status()).isEqualTo(Layout.STATUS_FLUSHED);
        }
    }

    @Test
    void timersAreTaken() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            final long id = pair.resolved();
            verbs.setAckTimeout(id, 16);
            verbs.destroyId(id);
            pair.ask(NONE);
            verbs.setAckTimeout(pair.request.id(), 16);
            pair.answer(NONE);
            verbs.setMinRnrTimer(pair.server.queuePair.handle(), 12);
            verbs.setMinRnrTimer(pair.client.queuePair.handle(), 31);
        }
    }

    @Test
    void anIdMigratesWithItsEvents() throws IOException {
        try (RdmaPair pair = connected()) {
            final long channel = verbs.createEventChannel();
            verbs.watch(pair.waiter, Verbs.Watched.EVENT_CHANNEL, channel);
            verbs.migrateId(pair.server.id, channel);
            verbs.disconnect(pair.client.id);
            assertThat(pair.event(channel, CmEvent.Type.DISCONNECTED).id())
                    .isEqualTo(pair.server.id);
            assertThatThrownBy(() -> verbs.destroyEventChannel(channel))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("still in use");
            pair.server.close();
            verbs.unwatch(pair.waiter, Verbs.Watched.EVENT_CHANNEL, channel);
            verbs.destroyEventChannel(channel);
        }
    }

    @Test
    void whatIsInUseIsNotDestroyedAndWhatIsDestroyedIsGone() throws IOException {
        final RdmaPair pair = connected();
        final RdmaPair.End end = pair.client;
        assertThatThrownBy(() -> verbs.destroyId(end.id)).hasMessageContaining("still in use");
        assertThatThrownBy(() -> verbs.destroyCompletionQueue(end.queue))
                .hasMessageContaining("still in use");
        assertThatThrownBy(() -> verbs.destroyCompletionChannel(end.channel))
                .hasMessageContaining("still in use");
        assertThatThrownBy(() -> verbs.deallocateProtectionDomain(end.domain))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ibv_dealloc_pd: Device or resource busy");
        pair.close();
        final long request = end.receiveRequest(1);
        for (final Runnable call :
                List.<Runnable>of(
                        () -> verbs.postReceive(end.queuePair.handle(), request),
                        () -> verbs.postSend(end.queuePair.handle(), request),
                        () -> verbs.poll(end.queue, 1, request),
                        () -> verbs.destroyId(end.id),
                        () -> verbs.destroyQueuePair(end.id),
                        () -> verbs.destroyCompletionQueue(end.queue),
                        () -> verbs.destroyCompletionChannel(end.channel),
                        () -> verbs.takeNotifications(end.channel, end.queue),
                        () -> verbs.destroyEventChannel(pair.clientChannel))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("doesn't exist any more");
        }
    }

    @Test
    void wrongUseIsAnException() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            final long id = verbs.createId(pair.clientChannel);
            final ConnectionParameters parameters = new ConnectionParameters(NONE, 1, 1, 7, 7);
            assertThat(verbs.context(id)).isZero();
            assertThat(verbs.remoteAddress(id)).isNull();
            assertThatThrownBy(() -> verbs.connect(id, parameters))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("rdma_connect: the id has no device yet");
            assertThatThrownBy(() -> verbs.accept(id, parameters)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> verbs.disconnect(id)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> verbs.resolveRoute(id, 1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> verbs.bind(id, pair.address))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("rdma_bind_addr: Address already in use")
                    .hasMessageContaining("port " + pair.address.getPort());
            assertThatThrownBy(() -> verbs.bind(id, new InetSocketAddress("192.0.2.1", 0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no RDMA device has this address");
            verbs.destroyId(id);
        }
    }

    @Test
    void anImpossibleRegionSaysHowMuchItWas() throws IOException {
        try (RdmaPair pair = new RdmaPair(verbs, host)) {
            pair.ask(NONE);
            assertThatThrownBy(
                            () ->
                                    verbs.register(
                                            pair.client.domain,
                                            pair.client.memory.address(),
                                            1L << 44,
                                            Access.LOCAL_WRITE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ibv_reg_mr: ")
                    .hasMessageContaining("17592186044416 bytes");
            verbs.destroyId(pair.request.id());
        }
    }

    @Test
    void ipv6() throws IOException {
        final String address = System.getenv("VERBENA_RDMA_ADDRESS6");
        assumeTrue(address != null, "no VERBENA_RDMA_ADDRESS6");
        try (RdmaPair pair =
                new RdmaPair(verbs, new InetSocketAddress(InetAddress.getByName(address), 0))) {
            pair.ask(NONE);
            pair.answer(NONE);
            assertThat(verbs.remoteAddress(pair.client.id)).isEqualTo(pair.address);
            pair.client.send(Layout.SIGNALED, 1, 3);
            assertThat(pair.server.completion().bytes()).isEqualTo(3);
        }
    }

    @Test
    void aListenerOnAnyAddressOfIpv6TakesIpv4() throws IOException {
        try (RdmaPair pair =
                new RdmaPair(verbs, new InetSocketAddress(InetAddress.getByName("::"), 0))) {
            final long id = verbs.createId(pair.clientChannel);
            verbs.resolveAddress(
                    id, new InetSocketAddress(host.getAddress(), pair.address.getPort()), 2000);
            pair.event(pair.clientChannel, CmEvent.Type.ADDR_RESOLVED);
            verbs.resolveRoute(id, 2000);
            pair.event(pair.clientChannel, CmEvent.Type.ROUTE_RESOLVED);
            try (RdmaPair.End end = pair.new End(id)) {
                verbs.connect(end.id, new ConnectionParameters(NONE, 1, 1, 7, 7));
                final CmEvent request =
                        pair.event(pair.listenChannel, CmEvent.Type.CONNECT_REQUEST);
                verbs.destroyId(request.id());
            }
        }
    }

    @Test
    void thereAreNoAsynchronousEventsByDefault() throws IOException {
        try (RdmaPair pair = connected()) {
            final long waiter = verbs.createWaiter();
            verbs.watch(waiter, Verbs.Watched.CONTEXT, pair.client.context);
            verbs.watch(waiter, Verbs.Watched.CONTEXT, pair.client.context);
            while (verbs.await(waiter, 0)) {
                // E.g. that communication is established: it names one of our queue pairs, or none.
                final AsyncEvent event = verbs.asyncEvent(pair.client.context);
                assertThat(event.name()).isNotEmpty();
            }
            assertThat(verbs.asyncEvent(pair.client.context)).isNull();
            verbs.unwatch(waiter, Verbs.Watched.CONTEXT, pair.client.context);
            verbs.destroyWaiter(waiter);
        }
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        connected().close();
        final long descriptors = descriptors();
        for (int i = 0; i < 20; i++) {
            connected().close();
        }
        assertThat(descriptors()).isEqualTo(descriptors);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** A stock library has fewer abilities, but connects, sends, and is waited for. */
    @Test
    void aLibraryWithoutExtensionsWorks() throws Exception {
        assumeTrue(Files.exists(STOCK), "no library without extensions");
        final Method open =
                Class.forName(NativesLoader.VERBS, true, new NativesLoader(STOCK))
                        .getDeclaredMethod(NativesLoader.OPEN);
        open.setAccessible(true);
        final Verbs stock = (Verbs) open.invoke(null);
        assertThat(stock.extensions()).isEmpty();
        try (RdmaPair pair = new RdmaPair(stock, host)) {
            pair.ask(bytes("hello"));
            pair.answer(NONE);
            assertThat(stock.remoteAddress(pair.client.id)).isEqualTo(pair.address);
            pair.client.bytes.put(0, bytes("hello"));
            pair.client.send(Layout.SIGNALED, 1, 5);
            assertThat(pair.server.completion().bytes()).isEqualTo(5);
            assertThat(text(pair.server.bytes, RdmaPair.BYTES - 4096, 5)).isEqualTo("hello");
            assertThat(pair.client.completion().id()).isEqualTo(1);
            stock.disconnect(pair.client.id);
            pair.event(pair.listenChannel, CmEvent.Type.DISCONNECTED);
            stock.disconnect(pair.server.id);
            pair.event(pair.clientChannel, CmEvent.Type.DISCONNECTED);
        }
    }
}
