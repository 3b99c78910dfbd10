// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * What shall go wrong. Verbs are named as the methods of {@link Verbs}; calls are counted from when
 * the rule is made, over all threads; each rule holds once. Thread-safe; each method returns this.
 */
public final class Script {
    private static final Set<String> UNSCRIPTED =
            Set.of("extensions", "description", "addressOf", "await", "wake", "postAndPoll");

    private final FakeFabric fabric;
    private final List<CallRule> calls = new ArrayList<>();
    private final List<WorkRule> works = new ArrayList<>();
    private final Queue<Integer> addressStatuses = new ArrayDeque<>();
    private final Queue<Integer> routeStatuses = new ArrayDeque<>();
    private final Queue<Answer> answers = new ArrayDeque<>();
    private volatile boolean active;
    private Map<String, Integer> counts;

    Script(final FakeFabric fabric) {
        this.fabric = fabric;
    }

    /** How a connect is answered in place of the listener; no type: not at all. */
    record Answer(CmEvent.Type type, int status, byte[] data) {}

    private static final class CallRule {
        final String verb;
        final String text;
        final int error;
        final Runnable action;
        int left;

        CallRule(
                final String verb,
                final int nth,
                final String text,
                final int error,
                final Runnable action) {
            this.verb = verb;
            this.left = nth;
            this.text = text;
            this.error = error;
            this.action = action;
        }
    }

    private static final class WorkRule {
        final int opcode;
        final int status;
        int left;

        WorkRule(final int opcode, final int nth, final int status) {
            this.opcode = opcode;
            this.left = nth;
            this.status = status;
        }
    }

    // ---- for tests

    /**
     * The next call of a verb fails.
     *
     * @param verb one that throws an IOException.
     * @param text the error's text.
     * @return this.
     */
    public Script failNext(final String verb, final String text) {
        return failNth(verb, 1, text);
    }

    /**
     * The n-th call from now of a verb fails.
     *
     * @param verb one that throws an IOException.
     * @param nth from 1.
     * @param text the error's text.
     * @return this.
     */
    public Script failNth(final String verb, final int nth, final String text) {
        if (!Arrays.asList(method(verb).getExceptionTypes()).contains(IOException.class)) {
            throw new IllegalArgumentException(verb + " does not throw IOExceptions");
        }
        return add(new CallRule(verb, nth, text, 0, null));
    }

    /**
     * The n-th call from now of {@code postSend}, {@code postReceive} or {@code poll}, in {@code
     * postAndPoll} too, fails.
     *
     * @param verb one of these.
     * @param nth from 1.
     * @param error the error's number, positive; poll returns it negative.
     * @return this.
     */
    public Script failNth(final String verb, final int nth, final int error) {
        if (!List.of("postSend", "postReceive", "poll").contains(verb)) {
            throw new IllegalArgumentException(verb + " does not return an error's number");
        }
        return add(new CallRule(verb, nth, null, error, null));
    }

    /**
     * Something is done before the n-th call from now of a verb, in its thread.
     *
     * @param verb any with a handle, but {@code await}, {@code wake} and {@code postAndPoll}, whose
     *     parts count.
     * @param nth from 1.
     * @param action what to do, under the fabric's lock: no waiting.
     * @return this.
     */
    public Script before(final String verb, final int nth, final Runnable action) {
        if (UNSCRIPTED.contains(method(verb).getName())) {
            throw new IllegalArgumentException(verb + " is not scripted");
        }
        return add(new CallRule(verb, nth, null, 0, action));
    }

    /**
     * The next work request of an opcode fails.
     *
     * @param opcode of {@code Layout.OP_}, or {@link Status#RECEIVE}.
     * @param status 1 to 22.
     * @return this.
     */
    public Script completeNext(final int opcode, final int status) {
        return completeNth(opcode, 1, status);
    }

    /**
     * The n-th work request of an opcode that is executed from now on fails, and its queue pair.
     *
     * @param opcode of {@code Layout.OP_}, or {@link Status#RECEIVE}.
     * @param nth from 1.
     * @param status 1 to 22.
     * @return this.
     */
    public Script completeNth(final int opcode, final int nth, final int status) {
        if (status < 1 || status > 22) {
            throw new IllegalArgumentException("status " + status);
        }
        fabric.locked(() -> works.add(new WorkRule(opcode, nth, status)));
        return this;
    }

    /**
     * The next resolveAddress ends with ADDR_ERROR.
     *
     * @param status a negative errno.
     * @return this.
     */
    public Script addressError(final int status) {
        fabric.locked(() -> addressStatuses.add(status));
        return this;
    }

    /**
     * The next resolveRoute ends with ROUTE_ERROR.
     *
     * @param status a negative errno.
     * @return this.
     */
    public Script routeError(final int status) {
        fabric.locked(() -> routeStatuses.add(status));
        return this;
    }

    /**
     * The next connect is never answered.
     *
     * @return this.
     */
    public Script blackHole() {
        return answer(new Answer(null, 0, new byte[0]));
    }

    /**
     * The next connect ends with UNREACHABLE.
     *
     * @param status a negative errno.
     * @return this.
     */
    public Script unreachable(final int status) {
        return answer(new Answer(CmEvent.Type.UNREACHABLE, status, new byte[0]));
    }

    /**
     * The next connect is rejected, whoever listens.
     *
     * @param code the reason, IBTA table "REJ reason".
     * @return this.
     */
    public Script rejected(final int code) {
        return answer(
                new Answer(
                        CmEvent.Type.REJECTED, code, new byte[FakeConnectionManager.REJECT_DATA]));
    }

    /**
     * Rules that haven't come true yet are forgotten.
     *
     * @return this.
     */
    public Script clear() {
        fabric.locked(
                () -> {
                    calls.clear();
                    works.clear();
                    addressStatuses.clear();
                    routeStatuses.clear();
                    answers.clear();
                    active = false;
                });
        return this;
    }

    /**
     * Rules that haven't come true yet.
     *
     * @return their number.
     */
    public int pending() {
        return fabric.lockedGet(
                () ->
                        calls.size()
                                + works.size()
                                + addressStatuses.size()
                                + routeStatuses.size()
                                + answers.size());
    }

    /**
     * From now on calls are counted, from 0.
     *
     * @return this.
     */
    public Script count() {
        fabric.locked(
                () -> {
                    counts = new TreeMap<>();
                    active = true;
                });
        return this;
    }

    /**
     * How often each verb was called since {@link #count()}, which ends with that.
     *
     * @return the verbs that were.
     */
    public Map<String, Integer> counted() {
        return fabric.lockedGet(
                () -> {
                    final Map<String, Integer> counted = counts;
                    counts = null;
                    active = !calls.isEmpty();
                    return counted;
                });
    }

    private Script answer(final Answer answer) {
        fabric.locked(() -> answers.add(answer));
        return this;
    }

    private Script add(final CallRule rule) {
        fabric.locked(
                () -> {
                    calls.add(rule);
                    active = true;
                });
        return this;
    }

    private static Method method(final String verb) {
        return Arrays.stream(Verbs.class.getMethods())
                .filter(method -> method.getName().equals(verb))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no verb " + verb));
    }

    // ---- for the fabric

    /** Are there rules for calls? Needs no lock. */
    boolean active() {
        return active;
    }

    /** A verb is called; fails if a rule says so. */
    void called(final String verb) throws IOException {
        final CallRule rule = rule(verb);
        if (rule != null) {
            throw new IOException(verb + ": " + rule.text);
        }
    }

    /** A verb is called that fails by a number: that number, or 0. */
    int error(final String verb) {
        final CallRule rule = rule(verb);
        return rule == null ? 0 : rule.error;
    }

    private CallRule rule(final String verb) {
        CallRule failure = null;
        if (counts != null) {
            counts.merge(verb, 1, Integer::sum);
        }
        if (active) {
            for (final CallRule rule : List.copyOf(calls)) {
                if (rule.verb.equals(verb) && --rule.left == 0) {
                    calls.remove(rule);
                    if (rule.action != null) {
                        rule.action.run();
                    } else {
                        failure = rule;
                    }
                }
            }
            active = !calls.isEmpty() || counts != null;
        }
        return failure;
    }

    /** A work request is executed; the status with which it shall fail, or 0. */
    int status(final int opcode) {
        int status = 0;
        if (!works.isEmpty()) {
            for (final Iterator<WorkRule> all = works.iterator(); all.hasNext(); ) {
                final WorkRule rule = all.next();
                if (rule.opcode == opcode && --rule.left == 0) {
                    all.remove();
                    status = rule.status;
                }
            }
        }
        return status;
    }

    int addressStatus() {
        return addressStatuses.isEmpty() ? 0 : addressStatuses.remove();
    }

    int routeStatus() {
        return routeStatuses.isEmpty() ? 0 : routeStatuses.remove();
    }

    Answer answer() {
        return answers.poll();
    }
}
