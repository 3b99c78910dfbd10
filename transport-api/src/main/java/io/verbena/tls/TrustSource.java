// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.TrustManager;

/** Where the certificates come from that this side trusts. */
public interface TrustSource {
    /**
     * Reads them.
     *
     * @return what an SSLContext takes.
     * @throws MaterialException if they can't be used.
     */
    TrustManager[] load() throws MaterialException;

    /**
     * What they are read from.
     *
     * @return the files; empty if there are none, and nothing changes.
     */
    List<Path> files();
}
