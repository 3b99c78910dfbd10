// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What tests of Verbena, and of transports for it, are made of: {@link
 * io.verbena.testkit.TransportContract}, which every transport must pass, and its tools.
 */
package io.verbena.testkit;
