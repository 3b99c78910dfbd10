// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.net.URI;

/** A listening end. */
public interface Listener extends AutoCloseable {
    /**
     * Where it listens.
     *
     * @return the URI that it was asked for, with the real port in place of port 0.
     */
    URI uri();

    /** Listens no more; connections that were accepted live on. Idempotent. */
    @Override
    void close();
}
