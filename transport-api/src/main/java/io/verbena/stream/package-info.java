// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * Blocking conversations of typed messages, as OpenJ9's JITServer has them, over every transport.
 *
 * <p>A message is a {@link io.verbena.stream.MessageWriter written} and {@link
 * io.verbena.stream.MessageReader read} value by value, in OpenJ9's framing byte for byte. What is
 * sent, when, and what each failure means is docs/STREAMS.md.
 */
@NullMarked
package io.verbena.stream;

import org.jspecify.annotations.NullMarked;
