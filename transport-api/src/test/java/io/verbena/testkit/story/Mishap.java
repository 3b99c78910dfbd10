// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

/** What call-backs of a story throw. */
final class Mishap extends RuntimeException {
    Mishap() {
        super("this was to happen");
    }
}
