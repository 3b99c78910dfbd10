// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.Wire;
import java.net.URI;

/** The contract, over {@code auto} where there is nothing but TCP: each session falls back. */
class AutoTcpContractTest extends TcpContractTest {
    private static URI auto(final URI uri) {
        return URI.create("auto" + uri.toString().substring("tcp".length()));
    }

    private static URI tcp(final URI uri) {
        return URI.create("tcp" + uri.toString().substring("auto".length()));
    }

    @Override
    public URI listenUri() {
        return auto(super.listenUri());
    }

    @Override
    public URI nobodyUri() {
        return auto(super.nobodyUri());
    }

    @Override
    public Wire wire(final URI portal) {
        final Wire wire = super.wire(tcp(portal));
        return new Wire() {
            @Override
            public URI uri() {
                return auto(wire.uri());
            }

            @Override
            public void cut() {
                wire.cut();
            }

            @Override
            public void stall() {
                wire.stall();
            }

            @Override
            public void release() {
                wire.release();
            }

            @Override
            public void close() {
                wire.close();
            }
        };
    }
}
