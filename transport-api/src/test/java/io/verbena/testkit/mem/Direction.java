// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

/** One of the two ways of a link. */
public enum Direction {
    /** What the client sends. */
    TO_SERVER,

    /** What the server sends. */
    TO_CLIENT
}
