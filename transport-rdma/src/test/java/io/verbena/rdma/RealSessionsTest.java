// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Many sessions on real verbs")
class RealSessionsTest extends RealTest {
    private static final int BYTES = 1024;

    /**
     * So many take half a minute where the machine is emulated and the host has nothing else to do.
     */
    private static final int CONNECTS = 2000;

    private static final int SESSIONS = 200;

    private static final Pattern RESOURCE = Pattern.compile("(pd|cq|qp|cm_id|mr|ctx) (\\d+)");

    /** What the kernel has of each kind, over all devices, as rdma(8) counts it. */
    private static Map<String, Integer> resources() {
        final Map<String, Integer> found = new TreeMap<>();
        final Matcher matcher = RESOURCE.matcher(Guest.run("rdma", "resource", "show"));
        while (matcher.find()) {
            found.merge(matcher.group(1), Integer.parseInt(matcher.group(2)), Integer::sum);
        }
        assertThat(found).containsKeys("pd", "cq", "qp", "cm_id", "mr");
        return found;
    }

    private static long descriptors() {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            long count = 0;
            for (final Path ignored : all) {
                count++;
            }
            return count;
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private void connectAndClose(final Pair pair) {
        final RecordingClient client = new RecordingClient();
        final ClientSession session = pair.connectAnother(client);
        final Msg msg = pair.clientPool.take();
        msg.out().position(BYTES);
        client.send(session, msg);
        until("an answer", () -> client.responses() == 1 || client.isClosed());
        session.close();
        until("CLOSED", client::isClosed);
        client.assertClosed(EventReason.CLOSED_BY_SELF);
        client.assertSound();
    }

    @Test
    void oneAfterAnotherLeaveNothingBehind() {
        final Map<String, Integer> atFirst = resources();
        final Pair pair = pair().pools(2, BYTES).established();
        for (int i = 0; i < 10; i++) {
            connectAndClose(pair);
        }
        until("their ends", () -> pair.server.closedSessions() == 10);
        final Map<String, Integer> before = resources();
        final long descriptorsBefore = descriptors();
        for (int i = 0; i < CONNECTS; i++) {
            connectAndClose(pair);
        }
        until("their ends", () -> pair.server.closedSessions() == CONNECTS + 10);
        assertThat(resources()).isEqualTo(before);
        assertThat(descriptors()).isEqualTo(descriptorsBefore);
        pair.roundTrip(BYTES);

        pair.session().close();
        pair.untilClosed();
        pair.serverQueue.close();
        pair.clientQueue.close();
        assertThat(resources()).isEqualTo(atFirst);
    }

    @Test
    void atOnceAreServedByOneEventQueueAndLeaveNothingBehind() {
        final Map<String, Integer> atFirst = resources();
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
        assertThat(resources()).isEqualTo(atFirst);
    }

    /** As of a server that is started anew again and again. */
    @Test
    void ofManyEventQueuesLeaveNothingBehind() {
        final Map<String, Integer> atFirst = resources();
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
        assertThat(resources()).isEqualTo(atFirst);
    }
}
