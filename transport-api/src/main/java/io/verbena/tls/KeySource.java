// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.KeyManager;

/** Where this side's own certificates come from, with their keys. */
public interface KeySource {
    /**
     * Reads them.
     *
     * @return what an SSLContext takes.
     * @throws MaterialException if they can't be used.
     */
    KeyManager[] load() throws MaterialException;

    /**
     * What they are read from.
     *
     * @return the files; empty if there are none, and nothing changes.
     */
    List<Path> files();
}
