// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsLibrary;
import io.verbena.rdma.verbs.VerbsUnavailableException;

/** The verbs of this machine, and where its device is. */
final class RealVerbs {
    private RealVerbs() {}

    /** The address of the RDMA device's network interface. */
    static String address() {
        final String address = System.getProperty("io.verbena.rdma.address");
        if (address == null) {
            throw new AssertionError(
                    "the property io.verbena.rdma.address must name the RDMA device's address; run"
                            + " these tests by .ci/softroce/test");
        }
        return address;
    }

    static Verbs get() {
        try {
            return VerbsLibrary.get();
        } catch (final VerbsUnavailableException e) {
            throw new AssertionError(e);
        }
    }
}
