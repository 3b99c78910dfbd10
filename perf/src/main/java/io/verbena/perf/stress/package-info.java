// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The thread-safe calls of an event queue under jcstress: {@code java -cp perf/target/verbena.jar
 * org.openjdk.jcstress.Main -t io.verbena.perf.stress -m quick}. What they find in minutes, {@code
 * EventQueueStressTest} looks for in seconds, at each build.
 */
@NullMarked
package io.verbena.perf.stress;

import org.jspecify.annotations.NullMarked;
