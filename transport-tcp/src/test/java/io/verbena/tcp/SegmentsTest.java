// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.tcp.Segments.Segment;
import io.verbena.testkit.Leaks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("The segments of a poller")
@ExtendWith(Leaks.class)
class SegmentsTest {
    private final Segments segments = new Segments();
    private final Segments others = new Segments();

    @AfterEach
    void close() {
        segments.close();
        others.close();
    }

    @Test
    void areHandedOutInTheStateOfNewOnesTheLastUsedFirst() {
        final int first = segments.take();
        final int second = segments.take();
        segments.at(first).end = 10;
        final Segment used = segments.at(first);
        segments.giveBack(second);
        segments.giveBack(first);

        final Segment next = segments.at(segments.take());

        assertThat(next).isSameAs(used);
        assertThat(next.isEmpty()).isTrue();
        assertThat(next.room()).isEqualTo(Segments.BYTES);
    }

    @Test
    void areNeverTwoUsersAtOnceWhateverIsTakenAndGivenBack() {
        final Random random = new Random(1);
        final List<Integer> inUse = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            final int wanted = random.nextInt(300);
            if (inUse.size() < wanted) {
                inUse.add(segments.take());
            } else if (!inUse.isEmpty()) {
                final int number = inUse.remove(random.nextInt(inUse.size()));
                if (random.nextInt(10) == 0) {
                    segments.part(number).free();
                } else {
                    segments.giveBack(number);
                }
            }
            assertThat(new HashSet<>(inUse)).hasSameSizeAs(inUse);
        }
        assertThat(inUse.stream().map(segments::at).distinct()).hasSameSizeAs(inUse);
        inUse.forEach(segments::giveBack);
    }

    @Test
    void areScarceWhenAsManyAreInUseAsAreKept() {
        final List<Integer> inUse = new ArrayList<>();
        while (!segments.areScarce()) {
            inUse.add(segments.take());
        }
        assertThat(inUse).hasSize(64);
        segments.giveBack(inUse.get(0));
        assertThat(segments.areScarce()).isFalse();
    }

    @Test
    void moveToAnotherPollerWithWhatIsStillToBeSent() {
        final SegmentSlot slot = new SegmentSlot(segments);
        final Segment here = slot.take();
        here.bytes.putLong(8, 42);
        here.start = 8;
        here.end = 16;

        slot.part();
        assertThat(slot.isEmpty()).isFalse();
        slot.moveTo(others);

        final Segment there = slot.get();
        assertThat(there).isNotNull();
        assertThat(there.unsent().remaining()).isEqualTo(8);
        assertThat(there.bytes.getLong(there.start)).isEqualTo(42);
        slot.clear();
        assertThat(slot.isEmpty()).isTrue();
    }

    @Test
    void thatNeverArriveAreFreedAllTheSame() {
        final SegmentSlot slot = new SegmentSlot(segments);
        slot.take();
        slot.part();
        slot.clear();
        assertThat(slot.isEmpty()).isTrue();
    }
}
