// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Streams, over Unix-domain sockets. */
class UnixStreamContractTest extends StreamContract {
    private final UnixContractTest unix = new UnixContractTest();

    @TempDir Path directory;

    @BeforeEach
    void chooseDirectory() {
        unix.directory = directory;
    }

    @Override
    public URI listenUri() {
        return unix.listenUri();
    }

    @Override
    public URI nobodyUri() {
        return unix.nobodyUri();
    }

    @Override
    public Wire wire(final URI portal) {
        final TransportUnderTest transport = unix;
        return transport.wire(portal);
    }
}
