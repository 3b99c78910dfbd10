// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Virtual threads (JEP 444) for tests that are compiled for a JDK which has none. */
public final class VirtualThreads {
    private VirtualThreads() {}

    /**
     * A virtual thread for each task.
     *
     * @return the executor; the test ends it.
     * @throws ReflectiveOperationException on a JDK before 21.
     */
    public static ExecutorService executor() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
