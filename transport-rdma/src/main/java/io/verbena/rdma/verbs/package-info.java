// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The seam between the RDMA protocol and a verbs library: {@link io.verbena.rdma.verbs.Verbs}, with
 * handles as longs and memory as addresses, and its provider over DiSNI's natives.
 *
 * <p>The names are those of the verbs: see ibv_post_send(3), rdma_cm(7) and their neighbours.
 */
@NullMarked
package io.verbena.rdma.verbs;

import org.jspecify.annotations.NullMarked;
