// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkIdTest {
    private static void assertKept(
            final int place, final int generation, final int kind, final int slot) {
        final long id = WorkId.of(place, generation, kind, slot);
        assertThat(WorkId.place(id)).isEqualTo(place);
        assertThat(WorkId.generation(id)).isEqualTo(generation);
        assertThat(WorkId.kind(id)).isEqualTo(kind);
        assertThat(WorkId.slot(id)).isEqualTo(slot);
    }

    @Test
    void whatGoesInComesOut() {
        final int[] places = {0, 1, 0x7fff, 0xff_ffff};
        final int[] shorts = {0, 1, 0x7fff, 0x8000, 0xffff};
        for (final int place : places) {
            for (final int generation : shorts) {
                for (final int slot : shorts) {
                    assertKept(place, generation, WorkId.RECEIVE, slot);
                    assertKept(place, generation, WorkId.READ, slot);
                }
            }
        }
    }

    @Test
    void kindsAreTold() {
        assertThat(new int[] {WorkId.RECEIVE, WorkId.SEND, WorkId.WRITE, WorkId.READ})
                .doesNotHaveDuplicates()
                .doesNotContain(0);
    }
}
