// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import static io.verbena.rdma.fake.FakeEnd.failed;
import static io.verbena.rdma.fake.FakeEnd.loopback;
import static io.verbena.rdma.fake.FakeEnd.parameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How connections come and go. */
class FakeConnectionTest {
    private final FakeFabric fabric = new FakeFabric();
    private final Verbs verbs = fabric.verbs();
    private FakeEnd client;
    private FakeEnd server;

    @BeforeEach
    void ends() throws IOException {
        client = new FakeEnd(verbs);
        server = new FakeEnd(verbs);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        client.destroy();
        server.destroy();
        fabric.assertNothingLeft();
    }

    private CmEvent request() throws IOException {
        client.resolved(loopback(7));
        verbs.connect(client.id, parameters("hello"));
        return server.event(CmEvent.Type.CONNECT_REQUEST);
    }

    private static String text(final CmEvent event) {
        return new String(event.privateData(), StandardCharsets.US_ASCII);
    }

    @Test
    void bothEndsLearnOfEachOther() throws IOException {
        final FakePair pair = new FakePair(fabric);
        assertThat(text(pair.request)).hasSize(56).startsWith("hello\0");
        assertThat(pair.request.listenId()).isEqualTo(pair.listener);
        assertThat(text(pair.answer)).hasSize(196).startsWith("welcome\0");
        assertThat(verbs.remoteAddress(pair.client.id)).isEqualTo(loopback(7000));
        assertThat(verbs.localAddress(pair.server.id)).isEqualTo(loopback(7000));
        assertThat(verbs.remoteAddress(pair.server.id))
                .isEqualTo(verbs.localAddress(pair.client.id));
        assertThat(fabric.links()).hasSize(1);
        pair.destroy();
        assertThat(fabric.links()).isEmpty();
    }

    @Test
    void ports() throws IOException {
        final long one = verbs.createId(client.events);
        verbs.bind(one, loopback(0));
        final int port = verbs.localAddress(one).getPort();
        assertThat(port).isPositive();
        final long other = verbs.createId(client.events);
        assertThatThrownBy(() -> verbs.bind(other, new InetSocketAddress(port)))
                .isInstanceOf(IOException.class)
                .hasMessage("bind: Address already in use");
        verbs.destroyId(one);
        verbs.bind(other, new InetSocketAddress(port));
        assertThat(verbs.context(other)).isZero();
        verbs.destroyId(other);
    }

    @Test
    void nobodyListens() throws IOException {
        client.resolved(loopback(7));
        client.receive(1, 0, 8);
        verbs.connect(client.id, parameters(""));
        assertThat(client.event(CmEvent.Type.REJECTED).status())
                .isEqualTo(Status.REJECT_NO_LISTENER);
        assertThat(client.poll()).containsExactly(failed(1, Layout.STATUS_FLUSHED));
    }

    @Test
    void rejectedWithPrivateData() throws IOException {
        final long listener = server.listen(7);
        final long id = request().id();
        verbs.reject(id, "busy".getBytes(StandardCharsets.US_ASCII));
        final CmEvent event = client.event(CmEvent.Type.REJECTED);
        assertThat(event.status()).isEqualTo(Status.REJECT_CONSUMER);
        assertThat(text(event)).hasSize(148).startsWith("busy\0");
        verbs.destroyId(id);
        verbs.destroyId(listener);
    }

    @Test
    void destroyedRequestAndDestroyedListenerReject() throws IOException {
        final long listener = server.listen(7);
        verbs.destroyId(request().id());
        assertThat(client.event(CmEvent.Type.REJECTED).status()).isEqualTo(Status.REJECT_CONSUMER);
        final FakeEnd other = new FakeEnd(verbs).resolved(loopback(7));
        verbs.connect(other.id, parameters(""));
        verbs.destroyId(listener);
        assertThat(other.event(CmEvent.Type.REJECTED).status()).isEqualTo(Status.REJECT_CONSUMER);
        assertThat(server.event()).isNull();
        other.destroy();
    }

    @Test
    void requestWhoseClientIsGone() throws IOException {
        final long listener = server.listen(7);
        final long id = request().id();
        client.destroy();
        client = new FakeEnd(verbs);
        assertThat(server.event(CmEvent.Type.REJECTED).id()).isEqualTo(id);
        verbs.destroyId(id);
        verbs.destroyId(listener);
    }

    @Test
    void theServerMaySendBeforeItsClientKnows() throws IOException {
        final long listener = server.listen(7);
        server.id = request().id();
        client.receive(1, 0, 8);
        server.equipped();
        verbs.accept(server.id, parameters(""));
        assertThat(server.send(2, 0, 4)).isZero();
        assertThat(client.poll()).isEmpty();
        assertThat(client.send(3, 0, 4)).isEqualTo(Status.EINVAL);
        assertThat(server.event()).isNull();
        client.event(CmEvent.Type.ESTABLISHED);
        server.event(CmEvent.Type.ESTABLISHED);
        assertThat(client.poll()).hasSize(1);
        verbs.destroyId(listener);
    }

    @Test
    void backlog() throws IOException {
        final long listener = verbs.createId(server.events);
        verbs.bind(listener, loopback(7));
        verbs.listen(listener, 1);
        client.resolved(loopback(7));
        verbs.connect(client.id, parameters(""));
        final FakeEnd other = new FakeEnd(verbs).resolved(loopback(7));
        verbs.connect(other.id, parameters(""));
        assertThat(other.event(CmEvent.Type.REJECTED).status()).isEqualTo(Status.REJECT_CONSUMER);
        assertThat(client.event()).isNull();
        other.destroy();
        verbs.destroyId(listener);
    }

    @Test
    void disconnectTellsBothAndEachFlushesItsOwn() throws IOException {
        final FakePair pair = new FakePair(fabric);
        pair.client.receive(1, 0, 8);
        pair.server.receive(2, 0, 8);
        verbs.disconnect(pair.client.id);
        assertThat(pair.client.poll()).containsExactly(failed(1, Layout.STATUS_FLUSHED));
        pair.client.event(CmEvent.Type.DISCONNECTED);
        pair.server.event(CmEvent.Type.DISCONNECTED);
        assertThat(pair.server.poll()).isEmpty();
        verbs.disconnect(pair.server.id);
        assertThat(pair.server.poll()).containsExactly(failed(2, Layout.STATUS_FLUSHED));
        assertThatThrownBy(() -> verbs.disconnect(pair.client.id)).isInstanceOf(IOException.class);
        pair.destroy();
    }

    @Test
    void disconnectMayBreakThePeer() throws IOException {
        fabric.disconnectBreaksPeer(true);
        final FakePair pair = new FakePair(fabric);
        pair.server.receive(2, 0, 8);
        verbs.disconnect(pair.client.id);
        assertThat(pair.server.poll()).containsExactly(failed(2, Layout.STATUS_FLUSHED));
        pair.destroy();
    }

    @Test
    void destroyTellsThePeer() throws IOException {
        final FakePair pair = new FakePair(fabric);
        verbs.destroyQueuePair(pair.client.id);
        verbs.destroyId(pair.client.id);
        pair.client.queuePair = null;
        pair.client.id = 0;
        pair.server.event(CmEvent.Type.DISCONNECTED);
        pair.destroy();
    }

    @Test
    void migratedIdsTakeTheirEventsAlong() throws IOException {
        final FakePair pair = new FakePair(fabric);
        final long channel = verbs.createEventChannel();
        verbs.disconnect(pair.client.id);
        verbs.migrateId(pair.server.id, channel);
        assertThat(pair.server.event()).isNull();
        assertThat(verbs.cmEvent(channel).type()).isEqualTo(CmEvent.Type.DISCONNECTED);
        assertThatThrownBy(() -> verbs.destroyEventChannel(channel))
                .isInstanceOf(IllegalStateException.class);
        pair.destroy();
        verbs.destroyEventChannel(channel);
        assertThat(fabric.takeViolations()).hasSize(1);
    }

    @Test
    void removedDevice() throws IOException {
        final FakePair pair = new FakePair(fabric);
        pair.server.receive(1, 0, 8);
        final long context = pair.client.context;
        fabric.removeDevice("fake0");
        pair.client.event(CmEvent.Type.DEVICE_REMOVAL);
        // The listener's own, as it is bound to an address of the device, and the connection's.
        pair.server.event(CmEvent.Type.DEVICE_REMOVAL);
        pair.server.event(CmEvent.Type.DEVICE_REMOVAL);
        assertThat(pair.server.poll()).containsExactly(failed(1, Layout.STATUS_FLUSHED));
        assertThat(verbs.asyncEvent(context).type()).isEqualTo(AsyncEvent.DEVICE_FATAL);
        assertThat(verbs.devices()).isEmpty();
        assertThatThrownBy(() -> verbs.createCompletionChannel(context))
                .hasMessage("createCompletionChannel: No such device");
        pair.destroy();
        fabric.restoreDevice("fake0");
        assertThat(verbs.devices()).hasSize(1);
        client.resolved(loopback(7));
        assertThat(client.context).isNotEqualTo(context);
    }

    @Test
    void scriptedAnswers() throws IOException {
        fabric.script().addressError(-Status.ETIMEDOUT).routeError(-Status.ETIMEDOUT);
        final long id = verbs.createId(client.events);
        verbs.resolveAddress(id, loopback(7), 1);
        assertThat(client.event(CmEvent.Type.ADDR_ERROR).status()).isEqualTo(-Status.ETIMEDOUT);
        verbs.resolveAddress(id, loopback(7), 1);
        client.event(CmEvent.Type.ADDR_RESOLVED);
        verbs.resolveRoute(id, 1);
        assertThat(client.event(CmEvent.Type.ROUTE_ERROR).status()).isEqualTo(-Status.ETIMEDOUT);
        verbs.destroyId(id);
        final long listener = server.listen(7);
        for (final CmEvent.Type type :
                new CmEvent.Type[] {CmEvent.Type.UNREACHABLE, CmEvent.Type.REJECTED, null}) {
            switch (type == null ? CmEvent.Type.CONNECT_ERROR : type) {
                case UNREACHABLE -> fabric.script().unreachable(-Status.ETIMEDOUT);
                case REJECTED -> fabric.script().rejected(10);
                default -> fabric.script().blackHole();
            }
            final FakeEnd end = new FakeEnd(verbs).resolved(loopback(7));
            verbs.connect(end.id, parameters(""));
            final CmEvent event = end.event();
            assertThat(event == null ? null : event.type()).isEqualTo(type);
            end.destroy();
        }
        assertThat(server.event()).isNull();
        verbs.destroyId(listener);
    }

    @Test
    void unreachableAddress() throws IOException {
        final InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        fabric.unreachable(address);
        final long id = verbs.createId(client.events);
        verbs.resolveAddress(id, new InetSocketAddress(address, 7), 1);
        client.event(CmEvent.Type.ADDR_ERROR);
        verbs.destroyId(id);
    }

    @Test
    void stockLibrary() throws IOException {
        final Verbs stock = fabric.verbs(Set.of());
        assertThat(stock.extensions()).isEmpty();
        assertThat(stock.devices()).isEmpty();
        final long listener = server.listen(7);
        client.resolved(loopback(7));
        stock.connect(client.id, parameters("hello"));
        final CmEvent event = stock.cmEvent(server.events);
        assertThat(event.type()).isEqualTo(CmEvent.Type.CONNECT_REQUEST);
        assertThat(event.status()).isEqualTo(-1);
        assertThat(event.privateData()).isEmpty();
        assertThatThrownBy(() -> stock.reject(event.id(), new byte[0]))
                .isInstanceOf(IllegalStateException.class);
        final long id = verbs.createId(client.events);
        assertThatThrownBy(() -> stock.bind(id, new InetSocketAddress("::1", 9)))
                .isInstanceOf(IOException.class);
        assertThat(fabric.takeViolations()).hasSize(1);
        verbs.destroyId(id);
        verbs.destroyId(event.id());
        verbs.destroyId(listener);
        assertThat(fabric.verbs(Set.of(Extension.DEVICE)).devices()).hasSize(1);
    }
}
