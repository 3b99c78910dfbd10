// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Many sessions on real verbs")
class RealSessionsTest extends RealTest {
    private static final int BYTES = 1024;

    /** Of the process that connects: what it loads and compiles only once it has by then. */
    private static final int WARM_UPS = 250;

    private static final int CONNECTS = 1750;

    /**
     * What memory may grow by meanwhile, as code is still compiled. One receive slab for each
     * session would be 600 MB; a queue pair at each end, of whose two rings one page is in use at
     * the least, 32 MB.
     */
    private static final long RESIDENT_KB = 4 * 1024;

    private static final long HEAP_KB = 256;

    private static final int SESSIONS = 200;

    @Test
    void oneAfterAnotherLeaveNothingBehind() {
        final Map<String, Long> atFirst = Belongings.kernels();
        final Child child =
                scene().closesWithScene(
                                Child.program(
                                        ConnectingProgram.class,
                                        // One arena for all threads, and a heap that is there from
                                        // the start: then what grows is what is left behind.
                                        List.of("env", "MALLOC_ARENA_MAX=1"),
                                        List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch"),
                                        "rdma://%s:0".formatted(RealVerbs.address()),
                                        Integer.toString(WARM_UPS),
                                        Integer.toString(CONNECTS)));
        until("the first ones", () -> child.hasSaid("BEFORE"));
        for (int i = 250; i <= CONNECTS; i += 250) {
            final String done = "DONE %d ".formatted(i);
            until(done, () -> child.hasSaid(done));
        }
        until("the end", child::hasEnded);
        assertThat(child.said("AFTER")).as(child.toString()).isNotNull();
        final Belongings before = Belongings.of(child.said("BEFORE"));
        final Belongings after = Belongings.of(child.said("AFTER"));
        assertThat(after.resources()).isEqualTo(before.resources());
        assertThat(after.descriptors()).isEqualTo(before.descriptors());
        assertThat(after.directKb()).isEqualTo(before.directKb());
        assertThat(after.residentKb() - before.residentKb())
                .as("growth of resident memory, in KB: %s", child)
                .isLessThan(RESIDENT_KB);
        assertThat(after.heapKb() - before.heapKb())
                .as("growth of the heap, in KB: %s", child)
                .isLessThan(HEAP_KB);
        final Map<String, Long> atLast = Belongings.of(child.said("CLOSED")).resources();
        // An open device, which librdmacm keeps until the process ends.
        atLast.remove("ctx");
        atFirst.remove("ctx");
        assertThat(atLast).isEqualTo(atFirst);
    }

    @Test
    void atOnceAreServedByOneEventQueueAndLeaveNothingBehind() {
        final Map<String, Long> atFirst = Belongings.kernels();
        final Pair pair =
                pair().pools(SESSIONS, BYTES)
                        .portal(options -> options.withMaxPending(SESSIONS))
                        .listening();
        // The second time in the places of the first.
        for (int time = 1; time <= 2; time++) {
            final List<RecordingClient> clients = new ArrayList<>();
            final List<ClientSession> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                clients.add(scene().client());
                sessions.add(pair.connectAnother(clients.get(i)));
            }
            until("all", () -> clients.stream().allMatch(RecordingClient::isEstablished));
            assertThat(pair.portal.sessions()).isEqualTo(SESSIONS);
            for (int round = 1; round <= 5; round++) {
                for (int i = 0; i < SESSIONS; i++) {
                    clients.get(i).send(sessions.get(i), pair.request(i % 2 == 0 ? 16 : BYTES));
                }
                final int answers = round;
                until(
                        "the answers",
                        () -> clients.stream().allMatch(each -> each.responses() == answers));
            }
            sessions.forEach(ClientSession::close);
            until("their ends", () -> clients.stream().allMatch(RecordingClient::isClosed));
            clients.forEach(each -> each.assertClosed(EventReason.CLOSED_BY_SELF));
            final int ends = time * SESSIONS;
            until("their ends there", () -> pair.server.closedSessions() == ends);
        }
        pair.serverQueue.close();
        pair.clientQueue.close();
        assertThat(Belongings.kernels()).isEqualTo(atFirst);
    }

    /** As of a server that is started anew again and again. */
    @Test
    void ofManyEventQueuesLeaveNothingBehind() {
        final Map<String, Long> atFirst = Belongings.kernels();
        for (int i = 0; i < 50; i++) {
            final Pair pair = pair().pools(2, BYTES).established();
            pair.roundTrip(BYTES);
            scene().timePasses(true);
            // either first, with the session open
            (i % 2 == 0 ? pair.serverQueue : pair.clientQueue).close();
            (i % 2 == 0 ? pair.clientQueue : pair.serverQueue).close();
            scene().timePasses(false);
            pair.clientPool.close();
            pair.serverPool.close();
        }
        assertThat(Belongings.kernels()).isEqualTo(atFirst);
    }
}
