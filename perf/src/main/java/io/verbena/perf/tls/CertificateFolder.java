// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import java.nio.file.Path;

/**
 * Where test certificates are: what {@link CertificateMaker} writes, and what a server and a client
 * read.
 *
 * @param path the folder.
 */
public record CertificateFolder(Path path) {
    /**
     * The certificate authority that both ends trust.
     *
     * @return a file of one certificate.
     */
    public Path ca() {
        return path.resolve("ca.pem");
    }

    /**
     * The authority's key, which neither end needs: it is there to issue more.
     *
     * @return a file that its owner alone may read.
     */
    public Path caKey() {
        return path.resolve("ca.key");
    }

    /**
     * The server's certificate.
     *
     * @return a file of one certificate.
     */
    public Path server() {
        return path.resolve("server.pem");
    }

    /**
     * The server's key.
     *
     * @return a file that its owner alone may read.
     */
    public Path serverKey() {
        return path.resolve("server.key");
    }

    /**
     * The client's certificate.
     *
     * @return a file of one certificate.
     */
    public Path client() {
        return path.resolve("client.pem");
    }

    /**
     * The client's key.
     *
     * @return a file that its owner alone may read.
     */
    public Path clientKey() {
        return path.resolve("client.key");
    }
}
