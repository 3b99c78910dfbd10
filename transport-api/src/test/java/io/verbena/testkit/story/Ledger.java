// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What servers have got from each client and answered to it, and what was wrong. A request's id is
 * its client's number in the high 32 bits and a sequence number in the low ones.
 */
final class Ledger {
    private final Map<Integer, List<Long>> arrived = new HashMap<>();
    private final Map<Integer, List<Long>> answered = new HashMap<>();
    private final List<String> wrongs = new ArrayList<>();

    static long id(final int client, final int sequence) {
        return (long) client << 32 | sequence;
    }

    static int client(final long id) {
        return (int) (id >>> 32);
    }

    void arrived(final long id) {
        final List<Long> before = arrived.computeIfAbsent(client(id), any -> new ArrayList<>());
        if (!before.isEmpty() && before.get(before.size() - 1) >= id) {
            wrong("request %#x arrived after %#x".formatted(id, before.get(before.size() - 1)));
        }
        before.add(id);
    }

    /** Called just before the server answers. */
    void answered(final long id) {
        answered.computeIfAbsent(client(id), any -> new ArrayList<>()).add(id);
    }

    /** Where among the answers to a client an answer is; -1 if it is none. */
    int placeOfAnswer(final long id) {
        return answered.getOrDefault(client(id), List.of()).indexOf(id);
    }

    void wrong(final String what) {
        wrongs.add(what);
    }

    List<String> wrongs() {
        return wrongs;
    }
}
