// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import static io.verbena.rdma.fake.FakeEnd.done;
import static io.verbena.rdma.fake.FakeEnd.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of work requests. */
class FakeVerbsTest {
    private final FakeFabric fabric = new FakeFabric();
    private FakePair pair;
    private FakeEnd client;
    private FakeEnd server;

    @BeforeEach
    void connect() throws IOException {
        pair = new FakePair(fabric);
        client = pair.client;
        server = pair.server;
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        pair.destroy();
        fabric.assertNothingLeft();
    }

    private int write(final int id, final int at, final int length, final int remote) {
        final long request = client.request(0, id, Layout.OP_WRITE, Layout.SIGNALED, at, length);
        client.remote(0, server, remote);
        return client.post(request);
    }

    private void breakBoth() throws IOException {
        client.verbs.breakQueuePair(client.queuePair.handle());
        client.verbs.breakQueuePair(server.queuePair.handle());
    }

    @Test
    void sendMeetsReceive() {
        assertThat(server.receive(7, 100, 50)).isZero();
        client.put(0, "good morning");
        assertThat(client.send(8, 0, 12)).isZero();
        assertThat(client.poll()).containsExactly(done(8, Status.DONE_SEND, 12));
        assertThat(server.poll()).containsExactly(done(7, Status.RECEIVE, 12));
        assertThat(server.text(100, 12)).isEqualTo("good morning");
        assertThat(fabric.receiverNotReady()).isZero();
    }

    @Test
    void sendWaitsForReceive() {
        assertThat(client.send(1, 0, 3)).isZero();
        assertThat(client.poll()).isEmpty();
        assertThat(fabric.receiverNotReady()).isEqualTo(1);
        server.receive(2, 0, 3);
        assertThat(client.poll()).containsExactly(done(1, Status.DONE_SEND, 3));
        assertThat(server.poll()).containsExactly(done(2, Status.RECEIVE, 3));
        assertThat(fabric.receiverNotReady()).isEqualTo(1);
    }

    @Test
    void chainOfWriteAndRead() {
        client.put(0, "written");
        server.put(500, "read");
        final long first = client.request(0, 1, Layout.OP_WRITE, 0, 0, 7);
        client.remote(0, server, 300);
        final long second = client.request(1, 2, Layout.OP_READ, Layout.SIGNALED, 400, 4);
        client.remote(1, server, 500);
        client.chain(0, second);
        assertThat(client.post(first)).isZero();
        assertThat(client.poll()).containsExactly(done(2, Status.DONE_READ, 4));
        assertThat(server.text(300, 7)).isEqualTo("written");
        assertThat(client.text(400, 4)).isEqualTo("read");
        assertThat(server.poll()).isEmpty();
    }

    @Test
    void inlineIsCopiedAtOnceAndTheRestWhenExecuted() {
        fabric.delivery(Delivery.ON_POLL);
        server.receive(1, 0, 10);
        server.receive(2, 100, 10);
        client.put(0, "early");
        client.post(client.request(0, 3, Layout.OP_SEND, Layout.INLINE, 0, 5));
        client.send(4, 0, 5);
        client.put(0, "later");
        assertThat(server.poll()).hasSize(2);
        assertThat(server.text(0, 5)).isEqualTo("early");
        assertThat(server.text(100, 5)).isEqualTo("later");
    }

    @Test
    void moreThanWasGrantedInlineIsRefused() {
        assertThat(client.queuePair.maxInline()).isEqualTo(64);
        final int flags = Layout.INLINE | Layout.SIGNALED;
        assertThat(client.post(client.request(0, 1, Layout.OP_SEND, flags, 0, 65)))
                .isEqualTo(Status.EINVAL);
    }

    @Test
    void placesAreFreeWhenALaterCompletionWasPolled() {
        for (int i = 0; i < 15; i++) {
            server.receive(i, 0, 8);
            assertThat(client.post(client.request(0, i, Layout.OP_SEND, 0, 0, 1))).isZero();
        }
        assertThat(client.poll()).isEmpty();
        server.receive(15, 0, 8);
        assertThat(client.send(15, 0, 1)).isZero();
        assertThat(client.send(16, 0, 1)).isEqualTo(Status.ENOMEM);
        assertThat(client.poll()).containsExactly(done(15, Status.DONE_SEND, 1));
        assertThat(client.send(16, 0, 1)).isZero();
        assertThat(server.poll()).hasSize(16);
    }

    @Test
    void fullReceiveQueue() {
        for (int i = 0; i < 16; i++) {
            assertThat(server.receive(i, 0, 8)).isZero();
        }
        assertThat(server.receive(16, 0, 8)).isEqualTo(Status.ENOMEM);
    }

    @Test
    void writeBeyondTheRegionIsAnErrorAtBothEnds() throws IOException {
        server.receive(9, 0, 8);
        assertThat(write(1, 0, 100, FakeEnd.MEMORY - 99)).isZero();
        client.send(2, 0, 1);
        assertThat(client.poll())
                .containsExactly(failed(1, Status.REMOTE_ACCESS), failed(2, Layout.STATUS_FLUSHED));
        assertThat(server.poll()).containsExactly(failed(9, Layout.STATUS_FLUSHED));
        assertThat(server.verbs.asyncEvent(server.context).type())
                .isEqualTo(AsyncEvent.QP_ACCESS_ERR);
    }

    @Test
    void writeNeedsTheRight() throws IOException {
        final MemoryRegion region =
                server.verbs.register(server.domain, server.address, 64, Access.REMOTE_READ);
        final long request = client.request(0, 1, Layout.OP_WRITE, 0, 0, 4);
        client.remote(0, region.address(), region.rkey());
        client.post(request);
        assertThat(client.poll()).containsExactly(failed(1, Status.REMOTE_ACCESS));
        server.verbs.deregister(region);
    }

    @Test
    void deregisteredMemoryIsOutOfReach() throws IOException {
        final MemoryRegion region =
                server.verbs.register(server.domain, server.address, 64, Access.REMOTE_READ);
        server.verbs.deregister(region);
        final long request = client.request(0, 1, Layout.OP_READ, 0, 0, 4);
        client.remote(0, region.address(), region.rkey());
        client.post(request);
        assertThat(client.poll()).containsExactly(failed(1, Status.REMOTE_ACCESS));
    }

    @Test
    void localKeysAreChecked() throws IOException {
        final MemoryRegion region =
                client.verbs.register(client.domain, client.address, 64, Access.LOCAL_READ);
        final long request = client.request(0, 1, Layout.OP_READ, 0, 0, 4);
        client.remote(0, server, 0);
        client.lkey(0, region.lkey());
        client.post(request);
        assertThat(client.poll()).containsExactly(failed(1, Status.LOCAL_PROTECTION));
        client.verbs.deregister(region);
    }

    @Test
    void aRemoteKeyIsNoLocalOne() {
        server.receive(1, 0, 8);
        final long request = client.request(0, 2, Layout.OP_SEND, 0, 0, 4);
        client.lkey(0, client.region.rkey());
        client.post(request);
        assertThat(client.poll()).containsExactly(failed(2, Status.LOCAL_PROTECTION));
        assertThat(server.poll()).isEmpty();
    }

    @Test
    void receiveThatIsTooShort() {
        server.receive(1, 0, 3);
        client.send(2, 0, 4);
        assertThat(server.poll()).containsExactly(failed(1, Status.LOCAL_LENGTH));
        assertThat(client.poll()).containsExactly(failed(2, Status.REMOTE_INVALID_REQUEST));
    }

    @Test
    void readsBeyondTheDepthWaitAndAFenceWaitsForReads() {
        fabric.delivery(Delivery.ON_POLL);
        server.put(0, "abcdefgh");
        server.receive(100, 50, 8);
        for (int i = 0; i < 6; i++) {
            final long read = client.request(2 + i, i, Layout.OP_READ, Layout.SIGNALED, i, 1);
            client.remote(2 + i, server, i);
            client.post(read);
        }
        final int flags = Layout.SIGNALED | Layout.FENCE;
        client.post(client.request(0, 6, Layout.OP_SEND, flags, 0, 6));
        fabric.step();
        assertThat(client.text(0, 6)).isEqualTo("\0\0\0\0\0\0");
        fabric.step();
        assertThat(client.text(0, 6)).isEqualTo("abcd\0\0");
        while (fabric.step()) {
            // until all is done
        }
        assertThat(client.poll()).hasSize(7);
        assertThat(server.poll()).hasSize(1);
        assertThat(server.text(50, 6)).isEqualTo("abcdef");
    }

    @Test
    void brokenQueuePairsFlush() throws IOException {
        server.receive(1, 0, 8);
        server.receive(2, 0, 8);
        client.receive(3, 0, 8);
        breakBoth();
        assertThat(server.poll())
                .containsExactly(
                        failed(1, Layout.STATUS_FLUSHED), failed(2, Layout.STATUS_FLUSHED));
        client.send(4, 0, 8);
        assertThat(client.poll())
                .containsExactly(
                        failed(3, Layout.STATUS_FLUSHED), failed(4, Layout.STATUS_FLUSHED));
    }

    @Test
    void unsignalledSendsAreFlushedToo() throws IOException {
        client.post(client.request(0, 1, Layout.OP_SEND, 0, 0, 8));
        breakBoth();
        assertThat(client.poll()).containsExactly(failed(1, Layout.STATUS_FLUSHED));
    }

    @Test
    void fullCompletionQueueBreaks() throws IOException {
        final FakeEnd other = new FakeEnd(fabric.verbs());
        other.id = other.verbs.createId(other.events);
        other.verbs.resolveAddress(other.id, FakeEnd.loopback(1), 1);
        other.equipped(3);
        for (int i = 0; i < 4; i++) {
            other.receive(i, 0, 1);
        }
        other.verbs.breakQueuePair(other.queuePair.handle());
        assertThat(fabric.completionQueueOverruns()).isEqualTo(1);
        assertThat(other.verbs.poll(other.queue, 1, other.address)).isNegative();
        final AsyncEvent event = other.verbs.asyncEvent(other.context);
        assertThat(event.type()).isEqualTo(AsyncEvent.CQ_ERR);
        assertThat(event.element()).isEqualTo(other.queue);
        other.destroy();
    }

    @Test
    void postAndPoll() {
        server.put(0, "both at once");
        client.receive(1, 40, 20);
        final ByteBuffer posts =
                ByteBuffer.allocateDirect(2 * Layout.POST_BYTES).order(ByteOrder.nativeOrder());
        final long receive = server.request(1, 2, Status.RECEIVE, 0, 0, 8);
        final long send = server.request(0, 3, Layout.OP_SEND, Layout.SIGNALED, 0, 12);
        posts.putLong(Layout.POST_QUEUE_PAIR, server.queuePair.handle());
        posts.putLong(Layout.POST_RECEIVE, receive);
        posts.putLong(Layout.POST_SEND, send);
        posts.putLong(Layout.POST_ERROR, 77);
        final int index = Layout.POST_BYTES;
        posts.putLong(index + Layout.POST_QUEUE_PAIR, client.queuePair.handle());
        posts.putLong(index + Layout.POST_SEND, client.request(0, 4, 99, 0, 0, 1));
        final long completions = client.verbs.addressOf(client.completions);
        final int count =
                client.verbs.postAndPoll(
                        client.verbs.addressOf(posts), 2, client.queue, 8, completions);
        assertThat(count).isEqualTo(1);
        assertThat(client.completions.getLong(Layout.WC_ID)).isEqualTo(1);
        assertThat(client.text(40, 12)).isEqualTo("both at once");
        assertThat(posts.getLong(Layout.POST_ERROR)).isZero();
        assertThat(posts.getLong(index + Layout.POST_ERROR)).isEqualTo(Status.EINVAL);
        assertThat(server.poll()).containsExactly(done(3, Status.DONE_SEND, 12));
    }

    @Test
    void slicesAndDuplicatesAgree() {
        final ByteBuffer slice = client.memory.slice(1000, 100);
        assertThat(client.verbs.addressOf(slice)).isEqualTo(client.address + 1000);
        assertThat(client.verbs.addressOf(client.memory.duplicate().position(5)))
                .isEqualTo(client.address);
    }

    @Test
    void memoryThatNobodyKnowsIsAViolation() {
        assertThatThrownBy(() -> client.post(4096)).isInstanceOf(IllegalStateException.class);
        assertThat(fabric.takeViolations()).hasSize(1);
    }

    @Test
    void staleHandlesAndWrongOrder() throws IOException {
        assertThatThrownBy(() -> client.verbs.destroyCompletionQueue(client.queue))
                .hasMessageContaining("before");
        assertThatThrownBy(() -> client.verbs.deallocateProtectionDomain(client.domain))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.verbs.destroyId(client.id))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.verbs.destroyEventChannel(client.events))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.verbs.destroyCompletionChannel(client.channel))
                .isInstanceOf(IllegalStateException.class);
        final long domain = client.verbs.allocateProtectionDomain(client.context);
        client.verbs.deallocateProtectionDomain(domain);
        assertThatThrownBy(() -> client.verbs.deallocateProtectionDomain(domain))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.verbs.postSend(client.id, client.address))
                .isInstanceOf(IllegalStateException.class);
        assertThat(fabric.takeViolations()).hasSize(7);
    }

    @Test
    void whatIsLeftIsReported() throws IOException {
        final long domain = client.verbs.allocateProtectionDomain(client.context);
        assertThat(fabric.live()).anyMatch(line -> line.startsWith("protection domain"));
        assertThatThrownBy(fabric::assertNothingLeft)
                .hasMessageContaining("protection domain")
                .hasMessageContaining("whatIsLeftIsReported");
        client.verbs.deallocateProtectionDomain(domain);
    }
}
