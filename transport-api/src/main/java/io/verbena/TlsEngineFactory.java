// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import javax.net.ssl.SSLEngine;

/**
 * Makes the engine of one connection: the JDK's, Netty's on BoringSSL or OpenSSL, or another. See
 * {@link TlsOptions#of(TlsEngineFactory)}.
 *
 * <p>Called on threads of Verbena's own, by several at a time, and never on an event queue's; it
 * may read files.
 */
@FunctionalInterface
public interface TlsEngineFactory {
    /**
     * Makes an engine, which Verbena then sets up as the {@link TlsOptions} say: versions, cipher
     * suites, client authentication, the server's name and whether it is verified. If it is an
     * {@code io.netty.util.ReferenceCounted}, Verbena releases it when the connection ends.
     *
     * @param role which end it is for.
     * @param host at a client, the server's name or address, which names the session that may be
     *     resumed, too; at a server, empty.
     * @param port at a client, the server's port, -1 where there is none; at a server, -1.
     * @return a new engine, that has not begun its handshake.
     * @throws Exception if there can be none: that ends the one connection, with the exception as
     *     the cause.
     */
    SSLEngine newEngine(TlsRole role, String host, int port) throws Exception;
}
