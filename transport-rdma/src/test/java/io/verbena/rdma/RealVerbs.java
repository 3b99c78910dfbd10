// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsLibrary;
import java.io.IOException;
import java.net.InetSocketAddress;

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
        return Opened.VERBS;
    }

    /**
     * librdmacm opens a device when it is first used and never closes it: so it is used here,
     * before a test counts descriptors.
     */
    private static final class Opened {
        static final Verbs VERBS = open();

        private static Verbs open() {
            try {
                final Verbs verbs = VerbsLibrary.get();
                final long id = verbs.createId(verbs.createEventChannel());
                verbs.bind(id, new InetSocketAddress(address(), 0));
                return verbs;
            } catch (final IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
