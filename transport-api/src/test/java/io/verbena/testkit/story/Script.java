// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.testkit.story.Step.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A story before it is played.
 *
 * @param cast who takes part.
 * @param steps what happens.
 */
public record Script(Cast cast, List<Step> steps) {
    /** The actions, those more often that a story needs more of. */
    private static final List<Action> URN = urn();

    /**
     * Who takes part.
     *
     * @param clientQueues event queues of clients.
     * @param clientMessages messages of each.
     * @param serverMessages messages of each server.
     * @param bytes capacity of the servers' INs.
     * @param window the servers' window.
     * @param maxQueued the clients' queues.
     * @param keeps whether sessions are kept when their handlers throw.
     * @param grows whether the servers' pools grow when they run dry.
     */
    public record Cast(
            int clientQueues,
            int clientMessages,
            int serverMessages,
            int bytes,
            int window,
            int maxQueued,
            boolean keeps,
            boolean grows) {}

    private static List<Action> urn() {
        final List<Action> urn = new ArrayList<>();
        for (final Action action : Action.values()) {
            final int share =
                    switch (action) {
                        case RUN -> 14;
                        case SEND, BURST -> 10;
                        case CONNECT, CONNECT_WIRED, ANSWER, RUN_ONE -> 6;
                        case SEND_WITH_DEADLINE, PASS, DECIDE, ECHO -> 4;
                        case CHAIN, HOLD, ANSWER_BACKWARDS, DISCARD -> 3;
                        case CLOSE, CUT, STALL, RELEASE -> 2;
                        default -> 1;
                    };
            for (int i = 0; i < share; i++) {
                urn.add(action);
            }
        }
        return List.copyOf(urn);
    }

    /**
     * The story of a seed: always the same.
     *
     * @param seed any number.
     * @param length how many steps.
     * @return the story.
     */
    public static Script of(final long seed, final int length) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Cast cast =
                new Cast(
                        1 + random.nextInt(2),
                        1 << random.nextInt(1, 8),
                        1 << random.nextInt(6),
                        pick(random, 64, 512, 513, 5000, 70_000),
                        pick(random, 1, 2, 16, 1024),
                        pick(random, 1, 16, 65536),
                        random.nextBoolean(),
                        random.nextInt(4) == 0);
        final List<Step> steps = new ArrayList<>();
        steps.add(new Step(Action.CONNECT, random.nextInt(1024), 0));
        for (int i = 0; i < length; i++) {
            steps.add(
                    new Step(
                            URN.get(random.nextInt(URN.size())),
                            random.nextInt(1024),
                            random.nextInt(1024)));
        }
        return new Script(cast, List.copyOf(steps));
    }

    private static int pick(final SplittableRandom random, final int... values) {
        return values[random.nextInt(values.length)];
    }
}
