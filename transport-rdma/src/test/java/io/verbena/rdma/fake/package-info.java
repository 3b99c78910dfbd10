// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * An RDMA fabric within this process: {@link io.verbena.rdma.fake.FakeFabric}, whose {@link
 * io.verbena.rdma.verbs.Verbs} a whole transport runs over, and whose faults a test scripts.
 *
 * <p>Where the verbs' manual and what devices do differ, it does what devices do, and where they
 * tolerate a mistake, it doesn't.
 */
package io.verbena.rdma.fake;
