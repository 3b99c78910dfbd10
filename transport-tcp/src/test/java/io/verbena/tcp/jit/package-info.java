// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** OpenJ9's own framing, with peers of ours and one in C that is none. */
package io.verbena.tcp.jit;
