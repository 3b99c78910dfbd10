// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Measurements in JVMs of their own, so that none is compiled for what another does. */
@NullMarked
package io.verbena.perf.process;

import org.jspecify.annotations.NullMarked;
