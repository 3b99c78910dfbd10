// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

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
            return oneLine(message);
        }
        return "internal error, which --verbose tells more about: " + oneLine(failure.toString());
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
