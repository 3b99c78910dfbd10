// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.process;

import java.nio.file.Path;

/** The JVM that runs this. */
public final class Java {
    private Java() {}

    /**
     * How to start another like it.
     *
     * @return the java command, with its folder.
     */
    public static String command() {
        return ProcessHandle.current()
                .info()
                .command()
                .orElseGet(() -> Path.of(System.getProperty("java.home"), "bin/java").toString());
    }
}
