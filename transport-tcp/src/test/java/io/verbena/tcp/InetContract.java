// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.TransportContract;

/** The contract, over sockets with a host and a port. */
public abstract class InetContract extends TransportContract implements InetUnderTest {}
