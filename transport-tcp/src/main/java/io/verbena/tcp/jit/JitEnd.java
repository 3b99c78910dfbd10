// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

/** Which end of a conversation this one is. */
public enum JitEnd {
    /** Has the first word. */
    CLIENT,

    /** Answers. */
    SERVER
}
