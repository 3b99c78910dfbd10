// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * Carries streams from one transport to another: a {@link io.verbena.bridge.Bridge} listens at one
 * URI, and each stream that comes in goes on to a second. So two programs that know nothing of
 * Verbena, such as a JVM and its JITServer, talk over TLS or RDMA.
 */
@NullMarked
package io.verbena.bridge;

import org.jspecify.annotations.NullMarked;
