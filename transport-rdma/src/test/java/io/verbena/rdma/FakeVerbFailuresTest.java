// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.verbena.EventReason;
import io.verbena.rdma.fake.Status;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each verb fails, once, at each of its calls in turn. */
class FakeVerbFailuresTest {
    /** What a verb's failure may be called. That somebody was not told in time isn't in it. */
    static final Set<EventReason> TRUE =
            EnumSet.of(
                    EventReason.CLOSED_BY_SELF,
                    EventReason.CLOSED_BY_PEER,
                    EventReason.TRANSPORT_ERROR,
                    EventReason.LIMIT_REACHED,
                    EventReason.BIND_FAILED,
                    EventReason.UNAVAILABLE,
                    EventReason.REFUSED,
                    EventReason.UNREACHABLE);

    /** Those that are called all the time fail where that makes a difference, and not each time. */
    private static final Set<String> PERPETUAL = Set.of("poll", "cmEvent", "asyncEvent");

    private static final List<Integer> SOMETIMES =
            List.of(1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233);

    /** A verb's n-th call. */
    private record Fault(String verb, int nth, boolean returnsError) {
        void arm(final FakeConversation in) {
            if (returnsError) {
                in.script().failNth(verb, nth, Status.ENOMEM);
            } else {
                in.script().failNth(verb, nth, "scripted");
            }
        }

        boolean harmsQueue() {
            return verb.equals("poll");
        }

        @Override
        public String toString() {
            return "%s fails, call %d".formatted(verb, nth);
        }
    }

    private static Set<String> verbsThatThrow() {
        return Arrays.stream(Verbs.class.getMethods())
                .filter(m -> Arrays.asList(m.getExceptionTypes()).contains(IOException.class))
                .map(Method::getName)
                .collect(Collectors.toSet());
    }

    private static Stream<Fault> faults(final Map<String, Integer> counts) {
        final Set<String> throwing = verbsThatThrow();
        final Set<String> returning = Set.of("poll", "postSend", "postReceive");
        return new TreeMap<>(counts)
                .entrySet().stream()
                        .filter(
                                e ->
                                        throwing.contains(e.getKey())
                                                || returning.contains(e.getKey()))
                        .flatMap(
                                e ->
                                        calls(e.getKey(), e.getValue())
                                                .mapToObj(
                                                        n ->
                                                                new Fault(
                                                                        e.getKey(),
                                                                        n,
                                                                        returning.contains(
                                                                                e.getKey()))));
    }

    private static IntStream calls(final String verb, final int count) {
        return PERPETUAL.contains(verb)
                ? SOMETIMES.stream().mapToInt(n -> n).filter(n -> n <= count)
                : IntStream.rangeClosed(1, count);
    }

    @TestFactory
    Stream<DynamicTest> onEventQueuesThatServeABystander() throws Exception {
        final Map<String, Integer> counts;
        try (var clean = new FakeConversation().withBystander()) {
            clean.script().count();
            clean.talk();
            counts = clean.script().counted();
            assertThat(clean.isFlawless()).as("%s", clean.talks).isTrue();
        }
        return faults(counts).map(fault -> dynamicTest(fault.toString(), () -> warm(fault)));
    }

    @TestFactory
    Stream<DynamicTest> onEventQueuesThatHaveNothingYet() throws Exception {
        final Map<String, Integer> counts;
        try (var clean = new FakeConversation()) {
            clean.script().count();
            clean.open();
            counts = clean.script().counted();
            clean.finish();
        }
        return faults(counts)
                .filter(fault -> !fault.returnsError())
                .map(fault -> dynamicTest(fault.toString(), () -> cold(fault)));
    }

    private static void warm(final Fault fault) throws Exception {
        try (var conversation = new FakeConversation().withBystander()) {
            fault.arm(conversation);
            conversation.talk();
            conversation.script().clear();
            assertTrue(fault, conversation);
            if (!fault.harmsQueue()) {
                conversation.assertBystanderUnharmed();
            }
            conversation.assertUsable();
        }
    }

    private static void cold(final Fault fault) throws Exception {
        try (var conversation = new FakeConversation()) {
            fault.arm(conversation);
            conversation.talk();
            conversation.script().clear();
            assertTrue(fault, conversation);
            // What failed once works the next time.
            conversation.assertUsable();
        }
    }

    private static void assertTrue(final Fault fault, final FakeConversation in) {
        if (!in.isFlawless()) {
            assertThat(in.reasons()).as("after %s: %s", fault, in.ends()).isSubsetOf(TRUE);
        }
    }
}
