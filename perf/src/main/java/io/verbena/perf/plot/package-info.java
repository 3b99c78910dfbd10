// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Charts as SVG files that stand on their own and can be read on light and on dark ground. */
@NullMarked
package io.verbena.perf.plot;

import org.jspecify.annotations.NullMarked;
