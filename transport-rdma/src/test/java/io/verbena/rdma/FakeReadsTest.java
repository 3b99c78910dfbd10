// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.rdma.HandPeer.Frame;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.wire.FrameType;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much a server READs from a client, which grants it so much and may grant nothing. */
class FakeReadsTest {
    private static final int OF_DEVICE = 2;
    private static final int BYTES = 64;
    private static final int MANY = 8;

    private FakeConversation conversation;
    private ServerPortal portal;
    private HandPeer peer;

    @BeforeEach
    void aServerWhoseDeviceCanDoFew() throws Exception {
        conversation =
                new FakeConversation(
                        EnumSet.allOf(Extension.class), new RdmaOptions(512, 32, 4, 64, 16_384));
        conversation.fabric.devices(FakeFabric.device("fake0", 1, OF_DEVICE));
        portal = conversation.portal();
        peer = new HandPeer(conversation.fabric);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        peer.close();
        conversation.close();
    }

    private void establish(final int grantedReads) throws Exception {
        peer.connect(portal.uri(), HandPeer.invitation(), grantedReads);
        conversation.settle("HELLO", peer::isGreeted);
    }

    /** Its payload is in the peer's memory. */
    private Frame requestToRead() {
        return HandPeer.frame(FrameType.REQUEST, 0)
                .at(peer.ownAddress(), peer.ownKey())
                .length(BYTES);
    }

    private void assertServed(final int requests) {
        conversation.settle("responses", () -> peer.count(FrameType.RESPONSE) == requests);
        peer.send(HandPeer.frame(FrameType.GOODBYE, 0));
        conversation.settle("DISCONNECTED", () -> peer.hears(CmEvent.Type.DISCONNECTED));
        conversation.settle("the end", () -> !conversation.reasons().isEmpty());
        assertThat(conversation.reasons()).containsExactly(EventReason.CLOSED_BY_PEER);
    }

    @Test
    void whoGrantsNoneIsServedAsLongAsNoneIsNeeded() throws Exception {
        establish(0);
        peer.send(HandPeer.frame(FrameType.REQUEST, BYTES));
        assertServed(1);
    }

    @Test
    void whoGrantsNoneIsNeverReadFrom() throws Exception {
        establish(0);
        peer.send(requestToRead());
        conversation.settle("DISCONNECTED", () -> peer.hears(CmEvent.Type.DISCONNECTED));
        conversation.settle("the end", () -> !conversation.reasons().isEmpty());
        assertThat(conversation.reasons()).containsExactly(EventReason.PROTOCOL_ERROR);
        assertThat(conversation.ends().get(0).detail()).contains("grants no READ");
        assertThat(conversation.requests()).isZero();
    }

    @Test
    void whoGrantsOneIsReadFromOneByOne() throws Exception {
        establish(1);
        for (int i = 0; i < MANY; i++) {
            peer.send(requestToRead().transaction(i));
        }
        assertServed(MANY);
    }

    @Test
    void theServersDeviceIsNotAskedForMoreThanItCanDo() throws Exception {
        establish(OF_DEVICE + 1);
        for (int i = 0; i < MANY; i++) {
            peer.send(requestToRead().transaction(i));
        }
        assertServed(MANY);
    }
}
