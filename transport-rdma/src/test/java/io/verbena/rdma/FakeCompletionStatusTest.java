// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.rdma.fake.Status;
import io.verbena.rdma.verbs.Layout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work completes with every status that there is but success. */
class FakeCompletionStatusTest {
    private static final int LAST_STATUS = 22;

    /** Kinds of work, and so many of each that both ends had their share. */
    private enum Kind {
        SEND(Layout.OP_SEND, 9),
        RECEIVE(Status.RECEIVE, 9),
        READ(Layout.OP_READ, 4),
        WRITE(Layout.OP_WRITE, 4);

        final int opcode;
        final int calls;

        Kind(final int opcode, final int calls) {
            this.opcode = opcode;
            this.calls = calls;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void thatSessionEndsAndNoOther(final Kind kind) throws Exception {
        for (int status = 1; status <= LAST_STATUS; status++) {
            for (int nth = 1; nth <= kind.calls; nth += 2) {
                play(kind, nth, status);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whicheverWorkItIs(final Kind kind) throws Exception {
        int nth = 1;
        while (play(kind, nth, Status.RETRY_EXCEEDED)) {
            nth++;
        }
        assertThat(nth).as("work of the conversation").isGreaterThan(kind.calls);
    }

    /** Says whether there was so much work. */
    private static boolean play(final Kind kind, final int nth, final int status) throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            conversation.script().completeNth(kind.opcode, nth, status);
            conversation.talk();
            final boolean done = conversation.script().pending() == 0;
            conversation.script().clear();
            if (done) {
                assertToldOf(conversation, status);
            } else {
                assertThat(conversation.isFlawless()).isTrue();
            }
            conversation.assertBystanderUnharmed();
            return done;
        }
    }

    private static void assertToldOf(final FakeConversation conversation, final int status) {
        final List<SessionClosed> broken =
                conversation.ends().stream()
                        .filter(end -> end.reason() == EventReason.TRANSPORT_ERROR)
                        .toList();
        assertThat(conversation.reasons())
                .isSubsetOf(
                        EventReason.CLOSED_BY_SELF,
                        EventReason.CLOSED_BY_PEER,
                        EventReason.TRANSPORT_ERROR);
        assertThat(broken.size()).as("%s", broken).isLessThanOrEqualTo(2);
        assertThat(broken).allSatisfy(end -> assertThat(end.detail()).doesNotContain("status"));
        final String words = status == Layout.STATUS_FLUSHED ? "broke" : Faults.ofStatus(status);
        if (broken.size() == 2) {
            // Where it is less, an end had closed before, and is told of nothing else.
            assertThat(broken).anySatisfy(end -> assertThat(end.detail()).contains(words));
        }
    }
}
