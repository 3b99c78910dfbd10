// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** What an application under attack throws because it was told to. */
final class Deliberate extends RuntimeException {
    Deliberate() {
        super("thrown by the application", null, false, false);
    }
}
