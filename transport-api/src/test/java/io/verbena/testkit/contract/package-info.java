// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** The parts of {@link io.verbena.testkit.TransportContract}, one for each kind of guarantee. */
package io.verbena.testkit.contract;
