// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Conversations as JITServer has them, over streams and over plain sockets. */
@NullMarked
package io.verbena.perf.stream;

import org.jspecify.annotations.NullMarked;
