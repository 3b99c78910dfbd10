// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The commands of the command line: what they take, what they print, and what they say when they
 * fail.
 */
@NullMarked
package io.verbena.perf.cli;

import org.jspecify.annotations.NullMarked;
