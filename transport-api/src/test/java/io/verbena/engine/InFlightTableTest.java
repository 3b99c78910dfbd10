// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of requests in flight")
class InFlightTableTest {
    private static final int MESSAGES = 100;

    private final DirectMsgPool pool = new DirectMsgPool(MESSAGES, 8, 8);
    private final InFlightTable table = new InFlightTable();
    private final InFlightTable another = new InFlightTable();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void findsAMessageByItsIdUntilItIsRemovedThoughTheSlotKeepsIt() {
        final EngineMsg msg = pool.message(0);
        table.add(msg);
        final long id = msg.transactionId;
        assertThat(table.find(id)).isSameAs(msg);

        table.remove(msg);

        assertThat(table.find(id)).isNull();
        assertThat(table.at(msg.slot)).isNull();
        assertThat(table.size()).isZero();
    }

    @Test
    void doesNotFindAMessageThatIsInFlightElsewhereByNow() {
        final EngineMsg msg = pool.message(0);
        table.add(msg);
        final long id = msg.transactionId;
        table.remove(msg);
        another.add(msg);

        assertThat(msg.transactionId).as("the first id of each table").isEqualTo(id);
        assertThat(table.find(id)).isNull();
        assertThat(another.find(id)).isSameAs(msg);
    }

    @Test
    void knowsNoIdOfASlotThatItDoesNotHave() {
        table.add(pool.message(0));
        for (final long id : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32 | 16}) {
            assertThat(table.find(id)).as(Long.toHexString(id)).isNull();
        }
    }

    @Test
    void findsEachMessageAmongManyWhateverCameAndWent() {
        final Random random = new Random(1);
        final Deque<EngineMsg> idle = new ArrayDeque<>();
        final Deque<EngineMsg> open = new ArrayDeque<>();
        for (int i = 0; i < MESSAGES; i++) {
            idle.add(pool.message(i));
        }
        for (int i = 0; i < 10_000; i++) {
            if (!idle.isEmpty() && random.nextBoolean()) {
                final EngineMsg msg = idle.remove();
                table.add(msg);
                open.add(msg);
            } else if (!open.isEmpty()) {
                final EngineMsg msg = random.nextBoolean() ? open.removeFirst() : open.removeLast();
                table.remove(msg);
                assertThat(table.find(msg.transactionId)).isNull();
                idle.addFirst(msg);
            }
            assertThat(table.size()).isEqualTo(open.size());
            assertThat(open).allSatisfy(m -> assertThat(table.find(m.transactionId)).isSameAs(m));
        }
    }
}
