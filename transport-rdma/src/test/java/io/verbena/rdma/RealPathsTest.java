// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Payloads on real verbs")
class RealPathsTest extends RealTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int[] SIZES = {0, 1, 511, 512, 513, 4 * KIB, 64 * KIB, MIB};

    /** Answers each request, whose contents it checks, with so many bytes. */
    private static void answerWith(final Pair pair, final int[] length) {
        final int[] seed = new int[1];
        pair.server.whenRequest(
                (session, msg) -> {
                    Payload.check(msg, msg.in().limit(), seed[0]);
                    session.sendResponse(Payload.fill(msg, length[0], ~seed[0]));
                    seed[0]++;
                });
        pair.client.whenResponse(
                (session, msg) -> Payload.check(msg, length[0], ~(Long) msg.userContext()));
    }

    @Test
    void ofEachSizeArriveWholeInBothDirections() {
        final Pair pair = pair().pools(2, MIB).established();
        final int[] length = new int[1];
        answerWith(pair, length);
        for (final int request : SIZES) {
            for (final int response : SIZES) {
                length[0] = response;
                pair.roundTrip(request);
            }
        }
        assertThat(pair.client.responses()).isEqualTo(SIZES.length * SIZES.length);
        assertThat(pair.client.errors()).isZero();
    }

    @Test
    void ofAnySizeArriveWholeInBothDirections() {
        final Pair pair = pair().pools(2, 256 * KIB).established();
        final int[] length = new int[1];
        answerWith(pair, length);
        final Random random = new Random(20);
        for (int i = 0; i < 100; i++) {
            // as many of 10 bytes as of 100 KiB
            length[0] = random.nextInt(2 << random.nextInt(18));
            pair.roundTrip(random.nextInt(2 << random.nextInt(18)));
        }
        assertThat(pair.client.responses()).isEqualTo(100);
    }

    /**
     * A SEND has 48 bytes before its payload, and SoftRoCE grants the 220 inline bytes asked for.
     */
    @ParameterizedTest
    @CsvSource({
        // request, response: eager, inline, read, write
        "0, 0, 2, 2, 0, 0",
        "172, 172, 2, 2, 0, 0",
        "173, 173, 2, 0, 0, 0",
        "512, 512, 2, 0, 0, 0",
        // a frame that names a payload elsewhere is short itself
        "513, 512, 1, 1, 1, 0",
        "512, 513, 1, 1, 0, 1",
        "513, 513, 0, 2, 1, 1",
        "1048576, 1048576, 0, 2, 1, 1",
    })
    void takeThePathThatTheirSizeCallsFor(
            final int request,
            final int response,
            final long eager,
            final long inline,
            final long read,
            final long write) {
        final Pair pair = pair().pools(2, Math.max(1, Math.max(request, response))).established();
        final int[] length = {response};
        answerWith(pair, length);
        scene().untilQuiet();
        final PathCounters.Sums before = PathCounters.sums();
        pair.roundTrip(request);
        scene().untilQuiet();
        final PathCounters.Sums after = PathCounters.sums();
        final long grants = after.grants() - before.grants();
        assertThat(after.eager() - before.eager()).as("eager").isEqualTo(eager);
        assertThat(after.inline() - before.inline() - grants).as("inline").isEqualTo(inline);
        assertThat(after.read() - before.read()).as("read").isEqualTo(read);
        assertThat(after.write() - before.write()).as("written").isEqualTo(write);
    }

    @Test
    void keepTheirOrderWhateverPathEachTakes() {
        final Pair pair = pair().pools(64, 64 * KIB).established();
        final List<Long> seen = new ArrayList<>();
        final Random random = new Random(21);
        pair.server.whenRequest(
                (session, msg) -> {
                    final long seed = msg.in().getLong(0);
                    seen.add(seed);
                    final int length = msg.in().getInt(8);
                    msg.out().putLong(seed);
                    Payload.fill(msg, length, seed);
                    session.sendResponse(msg);
                });
        pair.client.whenResponse(
                (session, msg) ->
                        assertThat(msg.in().getLong(0)).isEqualTo((Long) msg.userContext()));
        final int count = 600;
        for (int i = 0; i < count; i++) {
            pair.until("a free message", () -> pair.clientPool.available() > 0);
            final var msg = pair.clientPool.take();
            msg.userContext((long) i);
            msg.out().putLong(i).putInt(size(random));
            Payload.fill(msg, size(random), i);
            pair.client.send(pair.session(), msg);
        }
        pair.untilResponses(count);
        final List<Long> expected = LongStream.range(0, count).boxed().toList();
        assertThat(seen).isEqualTo(expected);
        assertThat(pair.client.contexts()).isEqualTo(expected);
    }

    /** Eager, just READ or WRITE, or for long. */
    private static int size(final Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 500;
            case 1 -> 600;
            case 2 -> 30 * KIB;
            default -> 0;
        };
    }

    @Test
    void answeredInAnotherOrderComeBackInThat() {
        final int count = 32;
        final Pair pair = pair().pools(count, 4 * KIB).established();
        pair.server.hold();
        for (int i = 0; i < count; i++) {
            pair.send(i % 2 == 0 ? 10 : 4 * KIB);
        }
        pair.untilRequests(count);
        final List<RecordingServer.Held> held = new ArrayList<>(pair.server.held());
        Collections.reverse(held);
        held.forEach(RecordingServer.Held::echo);
        pair.server.held().clear();
        pair.untilResponses(count);
        final List<Object> expected = new ArrayList<>();
        for (long i = count - 1; i >= 0; i--) {
            expected.add(i);
        }
        assertThat(pair.client.contexts()).isEqualTo(expected);
    }

    /** Twice as many as an end posts receives for. */
    @Test
    void canBeOutstandingBy256() {
        final int count = 256;
        final Pair pair = pair().pools(count, 64).established();
        pair.client.whenResponse(
                (session, msg) -> Payload.check(msg, 64, (Long) msg.userContext()));
        for (int round = 1; round <= 10; round++) {
            pair.server.hold();
            pair.sendMany(count, 64);
            pair.untilRequests(round * count);
            assertThat(pair.server.held()).hasSize(count);
            pair.server.held().forEach(RecordingServer.Held::echo);
            pair.server.held().clear();
            pair.untilResponses(round * count);
        }
    }

    @Test
    void ofAMebibyteCanBeOutstandingBy16() {
        final int count = 16;
        final Pair pair = pair().pools(count, MIB).established();
        pair.client.whenResponse(
                (session, msg) -> Payload.check(msg, MIB, (Long) msg.userContext()));
        for (int round = 1; round <= 2; round++) {
            pair.server.hold();
            pair.sendMany(count, MIB);
            final int requests = round * count;
            until("the requests", () -> pair.server.requests() == requests);
            pair.server.held().forEach(RecordingServer.Held::echo);
            pair.server.held().clear();
            until("the responses", () -> pair.client.responses() == requests);
        }
    }
}
