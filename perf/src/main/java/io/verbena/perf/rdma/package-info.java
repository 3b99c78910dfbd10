// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * RDMA compared with what the verbs themselves can do, as perftest measures it, and with TCP.
 *
 * <p>Each end is a process that lives as long as the comparison, so that it is warm, and that
 * sleeps while others are measured.
 */
@NullMarked
package io.verbena.perf.rdma;

import org.jspecify.annotations.NullMarked;
