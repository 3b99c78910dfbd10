// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The frame header that every transport shares, and nothing else.
 *
 * <p>One header of {@value io.verbena.wire.FrameHeader#LENGTH} bytes stands before every payload.
 * The layout, with golden bytes, is docs/WIRE.md; {@link io.verbena.wire.FrameHeader} is the one
 * place in the code that knows it.
 */
@NullMarked
package io.verbena.wire;

import org.jspecify.annotations.NullMarked;
