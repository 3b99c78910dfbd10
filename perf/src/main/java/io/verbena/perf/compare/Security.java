// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.peer.Peers;
import io.verbena.perf.peer.TlsEngine;
import io.verbena.perf.peer.TlsPair;
import io.verbena.perf.tls.CertificateFolder;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Whether the peers encrypt, and with what; as arguments, it reaches the JVM that measures a
 * figure.
 *
 * @param arguments none, or the engine and the folder of the certificates.
 */
record Security(List<String> arguments) {

    /** As it is sent. */
    static Security none() {
        return new Security(List.of());
    }

    static Security tls(final TlsEngine engine, final CertificateFolder certificates) {
        return new Security(List.of(engine.name(), certificates.path().toString()));
    }

    Peers peers() throws SSLException {
        if (arguments.isEmpty()) {
            return Peers.plain();
        }
        return Peers.over(
                TlsPair.of(
                        TlsEngine.valueOf(arguments.get(0)),
                        new CertificateFolder(Path.of(arguments.get(1)))));
    }
}
