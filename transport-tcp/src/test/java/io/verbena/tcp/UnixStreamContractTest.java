// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
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
    protected TransportUnderTest transport() {
        return unix;
    }
}
