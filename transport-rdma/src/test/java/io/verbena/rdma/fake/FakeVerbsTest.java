// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.rdma.verbs.Layout;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That what is sent arrives. */
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

    @Test
    void sendMeetsReceive() {
        assertThat(server.receive(7, 100, 50)).isZero();
        client.put(0, "good morning");
        assertThat(client.send(8, 0, 12)).isZero();
        assertThat(client.poll()).containsExactly(FakeEnd.done(8, Status.DONE_SEND, 12));
        assertThat(server.poll()).containsExactly(FakeEnd.done(7, Status.RECEIVE, 12));
        assertThat(server.text(100, 12)).isEqualTo("good morning");
    }

    @Test
    void writeAndRead() {
        client.put(0, "written");
        server.put(500, "read");
        final long first = client.request(0, 1, Layout.OP_WRITE, 0, 0, 7);
        client.remote(0, server, 300);
        final long second = client.request(1, 2, Layout.OP_READ, Layout.SIGNALED, 400, 4);
        client.remote(1, server, 500);
        client.chain(0, second);
        assertThat(client.post(first)).isZero();
        assertThat(client.poll()).containsExactly(FakeEnd.done(2, Status.DONE_READ, 4));
        assertThat(server.text(300, 7)).isEqualTo("written");
        assertThat(client.text(400, 4)).isEqualTo("read");
        assertThat(server.poll()).isEmpty();
    }
}
