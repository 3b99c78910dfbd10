// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.fuzz.Line;
import io.verbena.fuzz.Lines;
import io.verbena.fuzz.MemLines;
import java.net.URI;

/**
 * Hostile ends of control connections: they say what they like about being carried by something
 * faster, and offer what isn't there.
 */
final class AutoLines implements Lines {
    private static final String PORTAL = "10.0.0.1:2001";
    private static final String SERVER = "10.0.0.8:2002";

    private final FabricLines fabric;
    private final MemLines control =
            new MemLines(URI.create("mem://" + PORTAL), URI.create("mem://" + SERVER));

    AutoLines(final FabricLines fabric) {
        this.fabric = fabric;
    }

    @Override
    public URI portalUri() {
        return URI.create(AutoFuzzTransportProvider.SCHEME + "://" + PORTAL);
    }

    @Override
    public int bystanders() {
        return 1;
    }

    @Override
    public int rounds() {
        return fabric.rounds();
    }

    @Override
    public Line connect(final URI portal) {
        return control.connect(control.portalUri());
    }

    @Override
    public URI serverUri() {
        return URI.create(AutoFuzzTransportProvider.SCHEME + "://" + SERVER);
    }

    @Override
    public Line accept() {
        return control.accept();
    }

    @Override
    public void close() {
        control.close();
    }
}
