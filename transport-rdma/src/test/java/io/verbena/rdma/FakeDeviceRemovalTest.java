// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Extension;
import java.net.InetAddress;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A device goes, or fails, or its port does, at each step of a conversation. */
class FakeDeviceRemovalTest {
    private static final String DEVICE = "fake0";
    private static final String BY_SECOND_PORT = "10.0.0.2";
    private static final URI AT_DEVICE = URI.create("fake://10.0.0.8:0");
    private static final RdmaOptions OPTIONS = new RdmaOptions(512, 32, 4, 64, 16_384);

    /** Called all the time: some of the calls will do. */
    private static final Set<String> PERPETUAL = Set.of("poll", "cmEvent", "asyncEvent");

    private static final List<Integer> SOMETIMES = List.of(1, 2, 5, 13, 34, 89, 233);

    /** Steps at which a device that stays makes a difference. */
    private static final Set<String> STEPS =
            Set.of(
                    "resolveAddress",
                    "resolveRoute",
                    "createQueuePair",
                    "connect",
                    "accept",
                    "migrateId",
                    "setMinRnrTimer",
                    "disconnect",
                    "destroyQueuePair",
                    "destroyId");

    /** What the device's end may be called; that nobody was told in time isn't in it. */
    private static final Set<EventReason> TRUE =
            Set.of(
                    EventReason.CLOSED_BY_SELF,
                    EventReason.CLOSED_BY_PEER,
                    EventReason.TRANSPORT_ERROR,
                    EventReason.UNREACHABLE,
                    EventReason.REFUSED);

    private static Map<String, Integer> steps() throws Exception {
        try (var clean = new FakeConversation().withBystander()) {
            clean.script().count();
            clean.talk();
            assertThat(clean.isFlawless()).isTrue();
            return clean.script().counted();
        }
    }

    private static Stream<DynamicTest> before(
            final Stream<Map.Entry<String, Integer>> steps,
            final Consumer<FakeFabric> mishap,
            final String what) {
        return steps.flatMap(
                step ->
                        (PERPETUAL.contains(step.getKey())
                                        ? SOMETIMES.stream().mapToInt(n -> n)
                                        : IntStream.rangeClosed(1, step.getValue()))
                                .filter(n -> n <= step.getValue())
                                .mapToObj(
                                        n ->
                                                dynamicTest(
                                                        "%s before call %d of %s"
                                                                .formatted(what, n, step.getKey()),
                                                        () -> play(step.getKey(), n, mishap))));
    }

    @TestFactory
    Stream<DynamicTest> aDeviceIsRemoved() throws Exception {
        return before(
                steps().entrySet().stream(),
                fabric -> fabric.removeDevice(DEVICE),
                "the device is removed");
    }

    @TestFactory
    Stream<DynamicTest> aDeviceFails() throws Exception {
        return before(
                steps().entrySet().stream().filter(step -> STEPS.contains(step.getKey())),
                fabric ->
                        fabric.asyncEvent(
                                DEVICE, new AsyncEvent(AsyncEvent.DEVICE_FATAL, "fatal error", 0)),
                "the device fails");
    }

    @TestFactory
    Stream<DynamicTest> aPortGoesDown() throws Exception {
        return before(
                steps().entrySet().stream().filter(step -> STEPS.contains(step.getKey())),
                fabric ->
                        fabric.asyncEvent(
                                DEVICE, new AsyncEvent(AsyncEvent.PORT_ERR, "port error", 1)),
                "a port goes down");
    }

    private static void play(final String verb, final int nth, final Consumer<FakeFabric> mishap)
            throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            final ServerPortal ofDevice = conversation.portalAt(AT_DEVICE);
            conversation.script().before(verb, nth, () -> mishap.accept(conversation.fabric));
            conversation.talk();
            assertThat(conversation.script().pending()).isZero();
            assertThat(conversation.reasons()).as("%s", conversation.ends()).isSubsetOf(TRUE);
            conversation.assertBystanderToldOf(EventReason.TRANSPORT_ERROR);
            assertToldIfRemoved(conversation, ofDevice);
            conversation.fabric.restoreDevice(DEVICE);
            conversation.assertUsable();
        }
    }

    /** A portal that is of a device is told of its removal, and portals that aren't listen on. */
    private static void assertToldIfRemoved(
            final FakeConversation conversation, final ServerPortal ofDevice) {
        if (conversation.fabric.isPresent(DEVICE)) {
            assertThat(conversation.failedPortals).isEmpty();
            return;
        }
        conversation.settle("the portal's end", () -> !conversation.closedPortals.isEmpty());
        assertThat(conversation.closedPortals).containsExactly(ofDevice);
        assertThat(conversation.failedPortals)
                .singleElement()
                .asString()
                .startsWith("TRANSPORT_ERROR")
                .contains(ofDevice.uri().toString(), "device was removed");
        assertThat(conversation.listenerFailures()).isEqualTo(1);
    }

    @Test
    void aPortalListensAgainOnADeviceThatIsBack() throws Exception {
        try (var conversation = new FakeConversation()) {
            final ServerPortal first = conversation.portalAt(AT_DEVICE);
            conversation.fabric.removeDevice(DEVICE);
            conversation.settle("its end", () -> !conversation.closedPortals.isEmpty());
            // Its own close changes nothing.
            first.close();
            conversation.portalAt(first.uri());
            assertThat(conversation.thrown)
                    .singleElement()
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(EventReason.BIND_FAILED))
                    .satisfies(e -> assertThat(e).hasMessageContaining("No such device"));

            conversation.fabric.restoreDevice(DEVICE);
            final ServerPortal again = conversation.portalAt(first.uri());
            final FakeConversation.Talk talk = conversation.connectTo(again.uri());
            conversation.settle("a session", talk.client::isEstablished);
            assertThat(conversation.closedPortals).containsExactly(first);
        }
    }

    @Test
    void aDeviceThatIsRemovedBetweenBindAndListenIsTold() throws Exception {
        try (var conversation = new FakeConversation()) {
            conversation
                    .script()
                    .before("listen", 1, () -> conversation.fabric.removeDevice(DEVICE));
            assertThat(conversation.portalAt(AT_DEVICE)).isNull();
            assertThat(conversation.thrown)
                    .singleElement()
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(EventReason.BIND_FAILED));
            conversation.fabric.restoreDevice(DEVICE);
            assertThat(conversation.portalAt(AT_DEVICE)).isNotNull();
        }
    }

    @Test
    void aPortalThatIsClosedWhileItsDeviceIsRemovedHasNotFailed() throws Exception {
        try (var conversation = new FakeConversation()) {
            final ServerPortal portal = conversation.portalAt(AT_DEVICE);
            conversation
                    .script()
                    .before("destroyId", 1, () -> conversation.fabric.removeDevice(DEVICE));
            portal.close();
            conversation.settle("its end", () -> !conversation.closedPortals.isEmpty());
            assertThat(conversation.failedPortals).isEmpty();
            assertThat(conversation.listenerFailures()).isZero();
        }
    }

    @Test
    void itsEndIsToldInWords() throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            conversation.fabric.removeDevice(DEVICE);
            conversation.assertBystanderToldOf(EventReason.TRANSPORT_ERROR);
            assertThat(conversation.bystandersEnd()).contains("device");
        }
    }

    /** A bystander by the first port of a device, and a session by its second. */
    private static FakeConversation byTwoPorts(final Set<Extension> extensions) throws Exception {
        final FakeConversation conversation = new FakeConversation(extensions, OPTIONS);
        conversation
                .fabric
                .devices(FakeFabric.device(DEVICE, 2, 16))
                .route(InetAddress.getByName(BY_SECOND_PORT), DEVICE, 2);
        conversation.withBystander();
        final FakeConversation.Talk other =
                conversation.connectTo(
                        URI.create(
                                "fake://%s:%d"
                                        .formatted(
                                                BY_SECOND_PORT,
                                                conversation.portal().uri().getPort())));
        conversation.settle("a session", other.client::isEstablished);
        return conversation;
    }

    private static void goesDown(final FakeConversation conversation, final int port) {
        conversation.fabric.asyncEvent(
                DEVICE, new AsyncEvent(AsyncEvent.PORT_ERR, "port error", port));
    }

    @Test
    void aPortThatGoesDownEndsTheSessionsThatUseItAndNoOthers() throws Exception {
        try (var conversation = byTwoPorts(EnumSet.allOf(Extension.class))) {
            final FakeConversation.Talk other = conversation.talks.get(0);
            goesDown(conversation, 2);
            conversation.settle("CLOSED", other::isOver);
            other.client.assertClosed(EventReason.TRANSPORT_ERROR);
            assertThat(other.client.closed().detail()).contains("port 2").contains("down");
            conversation.assertBystanderUnharmed();

            goesDown(conversation, 1);
            conversation.assertBystanderToldOf(EventReason.TRANSPORT_ERROR);
            assertThat(conversation.bystandersEnd()).contains("port 1");
        }
    }

    @Test
    void whereThePortsOfConnectionsAreNotKnownAPortThatGoesDownEndsAllOfItsDevice()
            throws Exception {
        try (var conversation = byTwoPorts(EnumSet.complementOf(EnumSet.of(Extension.PORT)))) {
            goesDown(conversation, 2);
            conversation.assertBystanderToldOf(EventReason.TRANSPORT_ERROR);
            conversation.settle("CLOSED", conversation.talks.get(0)::isOver);
        }
    }

    @Test
    void aPortThatComesUpHarmsNobody() throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            conversation.fabric.asyncEvent(
                    DEVICE, new AsyncEvent(AsyncEvent.PORT_ACTIVE, "port active", 1));
            conversation.talk();
            assertThat(conversation.isFlawless()).isTrue();
            conversation.assertBystanderUnharmed();
        }
    }

    @Test
    void aBrokenCompletionQueueIsNotUsedAgain() throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            conversation.fabric.breakCompletionQueues();
            conversation.assertBystanderToldOf(EventReason.TRANSPORT_ERROR);
            conversation.assertUsable();
        }
    }
}
