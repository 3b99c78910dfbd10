// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The inside of a {@link WorkerProcess}. */
public final class Orders {
    private Orders() {}

    /** Does what it is told. */
    @FunctionalInterface
    public interface Obedient {
        /**
         * Does it.
         *
         * @param words of the order.
         * @return the answer's words behind {@link WorkerProcess#OK}.
         * @throws Exception whatever goes wrong: it is told.
         */
        String obey(List<String> words) throws Exception;
    }

    /**
     * Takes orders until the input ends.
     *
     * @param worker who carries them out.
     * @throws IOException if there is no input.
     */
    public static void takeAll(final Obedient worker) throws IOException {
        final var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = WorkerProcess.OK + " " + worker.obey(List.of(line.split(" ", -1)));
            } catch (final Throwable e) { // whatever it is, it is told
                answer = "failed " + oneLine(e);
            }
            System.out.println(answer);
            System.out.flush();
        }
    }

    private static String oneLine(final Throwable e) {
        final Throwable cause = e.getCause();
        final String text = cause == null ? e.toString() : e + ": " + cause;
        return text.replaceAll("\\s*\\R\\s*", "; ");
    }
}
