// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** JVMs like the one that runs this. */
public final class Java {
    private Java() {}

    /**
     * How to start one: the same java command, and the same class path.
     *
     * @param options of the JVM.
     * @param main the class to run.
     * @param arguments of the class.
     * @return the command's words.
     */
    public static List<String> command(
            final List<String> options, final Class<?> main, final List<String> arguments) {
        final List<String> words = new ArrayList<>();
        words.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElseGet(
                                () ->
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString()));
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(arguments);
        return words;
    }
}
