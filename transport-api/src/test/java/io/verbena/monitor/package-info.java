// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** What a monitor answers, to whom, and to whom not. */
package io.verbena.monitor;
