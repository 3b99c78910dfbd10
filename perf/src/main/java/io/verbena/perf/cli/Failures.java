// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.perf.load.LoadException;

/** Says in one line what went wrong and what to do about it. */
final class Failures {
    private Failures() {}

    static String say(final Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof OutOfMemoryError) {
                return "not enough memory (%s): ask for fewer or smaller messages, or start java with a larger -XX:MaxDirectMemorySize"
                        .formatted(oneLine(String.valueOf(e.getMessage())));
            }
        }
        final String message = failure.getMessage();
        if (message != null && isMeantForPeople(failure)) {
            return oneLine(message) + whatToDo(failure);
        }
        return "internal error, which --verbose tells more about: " + oneLine(failure.toString());
    }

    /** Where the message alone doesn't say it. */
    private static String whatToDo(final Throwable failure) {
        return failure instanceof VerbenaException e && e.reason() == EventReason.BIND_FAILED
                ? " (choose another address; port 0 takes any that is free)"
                : "";
    }

    private static boolean isMeantForPeople(final Throwable failure) {
        return failure instanceof CommandException
                || failure instanceof LoadException
                || failure instanceof VerbenaException
                || failure instanceof IllegalArgumentException;
    }

    static String oneLine(final String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
