// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.testkit.Leaks;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Frames of real sessions, mutated")
class MutatedTrafficTest {
    /** What the JVM may find worth keeping meanwhile: code, classes, caches of its own. */
    private static final long HEAP_BYTES = 4 << 20;

    private static List<Input> onServer;
    private static List<Input> onClient;
    private final long seed = Long.getLong("verbena.seed", System.nanoTime());
    private final Mutator mutator = new Mutator(new Random(seed));

    @BeforeAll
    static void record() {
        final List<Recording> recordings = Recording.all();
        onServer = recordings.stream().map(Recording::attackOnServer).toList();
        onClient = recordings.stream().map(Recording::attackOnClient).toList();
    }

    @Test
    void aMillionLeaveTheProcessWithTheMemoryDescriptorsAndThreadsItHadBefore() {
        leavesNothing(MemLines::new, 1_000_000);
    }

    @Test
    void overALinkThatTakesEveryLibertyTheyLeaveNothingEither() {
        leavesNothing(() -> new MemLines().adverse(), 100_000);
    }

    @Test
    void overASocketInPiecesOfAnySizeTheyLeaveNothingEither() {
        leavesNothing(SocketLines::new, 30_000);
    }

    private void leavesNothing(final Supplier<Lines> lines, final int frames) {
        try {
            // What is loaded, compiled and cached once is there afterwards.
            play(lines, frames / 20);
            final Leaks leaks = new Leaks();
            leaks.begin();
            final long heap = liveHeap();
            play(lines, frames);
            assertThat(liveHeap() - heap).as("bytes of heap that were left").isLessThan(HEAP_BYTES);
            leaks.check();
        } catch (final AssertionError e) {
            throw new AssertionError(
                    "again with -Dverbena.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private void play(final Supplier<Lines> lines, final int frames) {
        try (World world = new World(lines.get())) {
            attack(world, frames);
        }
    }

    private void attack(final World world, final int frames) {
        for (int sent = 0; sent < frames; ) {
            final Input server = mutator.mutate(onServer);
            world.attackServer(server.encode());
            final Input client = mutator.mutate(onClient);
            world.attackClient(client.encode());
            sent += Mutator.frames(server.speech()).size() + Mutator.frames(client.speech()).size();
        }
    }

    private static long liveHeap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
