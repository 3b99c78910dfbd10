// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import static io.verbena.rdma.fake.FakeEnd.done;
import static io.verbena.rdma.fake.FakeEnd.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a test can make go wrong. */
class FakeFaultsTest {
    private final FakeFabric fabric = new FakeFabric();
    private FakePair pair;
    private FakeEnd client;
    private FakeEnd server;
    private Verbs verbs;

    @BeforeEach
    void connect() throws IOException {
        pair = new FakePair(fabric);
        client = pair.client;
        server = pair.server;
        verbs = client.verbs;
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        pair.destroy();
        fabric.assertNothingLeft();
    }

    @Test
    void callsFail() throws IOException {
        fabric.script().failNth("createId", 2, "Cannot allocate memory");
        verbs.destroyId(verbs.createId(client.events));
        assertThatThrownBy(() -> verbs.createId(client.events))
                .isInstanceOf(IOException.class)
                .hasMessage("createId: Cannot allocate memory");
        assertThat(fabric.script().pending()).isZero();
        assertThatThrownBy(() -> fabric.script().failNext("destroyId", "no"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fabric.script().failNext("createIt", "no"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void postsFail() {
        fabric.script().failNth("postSend", 1, Status.ENOMEM).failNth("poll", 1, Status.EIO);
        assertThat(client.send(1, 0, 1)).isEqualTo(Status.ENOMEM);
        assertThat(verbs.poll(client.queue, 1, client.address)).isEqualTo(-Status.EIO);
        assertThat(client.poll()).isEmpty();
    }

    @Test
    void somethingHappensAtAStep() throws IOException {
        fabric.script().before("disconnect", 1, () -> fabric.removeDevice("fake0"));
        verbs.disconnect(client.id);
        client.event(CmEvent.Type.DEVICE_REMOVAL);
        client.event(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void workRequestsFail() {
        fabric.script().completeNth(Layout.OP_SEND, 2, 17);
        server.receive(1, 0, 8);
        server.receive(2, 0, 8);
        client.send(3, 0, 1);
        client.send(4, 0, 1);
        client.send(5, 0, 1);
        assertThat(client.poll())
                .containsExactly(
                        done(3, Status.DONE_SEND, 1),
                        failed(4, 17),
                        failed(5, Layout.STATUS_FLUSHED));
        assertThat(server.poll()).hasSize(1);
    }

    @Test
    void receivesFail() {
        fabric.script().completeNext(Status.RECEIVE, 3);
        server.receive(1, 0, 8);
        server.receive(2, 0, 8);
        client.send(3, 0, 1);
        assertThat(server.poll()).containsExactly(failed(1, 3), failed(2, Layout.STATUS_FLUSHED));
        assertThat(client.poll()).containsExactly(failed(3, Status.REMOTE_OPERATION));
    }

    @Test
    void asyncEvents() throws IOException {
        fabric.asyncEvent("fake0", new AsyncEvent(AsyncEvent.PORT_ERR, "port error", 1));
        assertThat(verbs.asyncEvent(client.context).type()).isEqualTo(AsyncEvent.PORT_ERR);
        assertThat(verbs.asyncEvent(client.context)).isNull();
    }

    @Test
    void stalledLinkHoldsEverything() throws IOException {
        final FakeLink link = pair.link();
        server.receive(1, 0, 8);
        link.stall();
        client.send(2, 0, 1);
        verbs.disconnect(server.id);
        assertThat(client.poll()).isEmpty();
        assertThat(server.event()).isNull();
        assertThat(client.event()).isNull();
        link.release();
        server.event(CmEvent.Type.DISCONNECTED);
        client.event(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void stalledLinkLosesNothing() {
        server.receive(1, 0, 8);
        pair.link().stall();
        client.send(2, 0, 1);
        assertThat(server.poll()).isEmpty();
        pair.link().release();
        assertThat(server.poll()).containsExactly(done(1, Status.RECEIVE, 1));
        assertThat(client.poll()).containsExactly(done(2, Status.DONE_SEND, 1));
    }

    @Test
    void releaseAfterAnEndIsGone() throws IOException {
        final FakePair other = new FakePair(fabric, 7001);
        final FakeLink link = fabric.links().get(1);
        link.stall();
        verbs.disconnect(other.server.id);
        other.destroy();
        link.release();
    }

    @Test
    void frozenEndStillReceivesButSeesNothing() throws IOException {
        final FakeLink link = pair.link();
        server.receive(1, 0, 8);
        client.receive(4, 0, 8);
        link.freeze(FakeLink.End.SERVER);
        client.send(2, 0, 1);
        server.send(3, 0, 1);
        verbs.disconnect(client.id);
        assertThat(client.poll())
                .containsExactly(done(2, Status.DONE_SEND, 1), failed(4, Layout.STATUS_FLUSHED));
        assertThat(server.poll()).isEmpty();
        assertThat(server.event()).isNull();
        assertThat(client.event()).isNull();
        link.thaw(FakeLink.End.SERVER);
        assertThat(server.poll()).containsExactly(done(1, Status.RECEIVE, 1));
        server.event(CmEvent.Type.DISCONNECTED);
        client.event(CmEvent.Type.DISCONNECTED);
    }

    @Test
    void cutLinkFailsWhatIsUnderWay() throws IOException {
        server.receive(1, 0, 8);
        pair.link().stall();
        client.send(2, 0, 1);
        client.send(3, 0, 1);
        pair.link().cut();
        assertThat(client.poll())
                .containsExactly(
                        failed(2, Status.RETRY_EXCEEDED), failed(3, Layout.STATUS_FLUSHED));
        assertThat(server.poll()).containsExactly(failed(1, Layout.STATUS_FLUSHED));
        assertThat(client.event()).isNull();
        assertThat(server.event()).isNull();
        verbs.disconnect(client.id);
        assertThat(server.event()).isNull();
    }

    @Test
    void delaysKeepTheOrderOfAQueuePair() {
        fabric.delivery(Delivery.ON_POLL).delays(42, 5);
        final List<Long> sent = new ArrayList<>();
        final List<Long> received = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            server.receive(i, 0, 8);
            client.send(i, 0, 1);
        }
        int rounds = 0;
        while (sent.size() + received.size() < 20) {
            client.poll().forEach(one -> sent.add(one.id()));
            server.poll().forEach(one -> received.add(one.id()));
            rounds++;
        }
        assertThat(sent).isSorted().hasSize(10);
        assertThat(received).isSorted().hasSize(10);
        assertThat(rounds).isBetween(3, 1000);
    }

    @Test
    void linksToComeCanBeHarmed() throws IOException {
        fabric.onEstablished(FakeLink::stall);
        final FakePair other = new FakePair(fabric, 7001);
        other.server.receive(1, 0, 8);
        other.client.send(2, 0, 1);
        assertThat(other.server.poll()).isEmpty();
        other.destroy();
    }
}
