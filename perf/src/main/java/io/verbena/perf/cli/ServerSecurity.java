// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.ClientAuthentication;
import io.verbena.PortalOptions;
import io.verbena.SharedSecret;
import java.net.URI;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whom a server lets in, and what it shows them. */
@SuppressWarnings("NullAway.Init")
final class ServerSecurity {
    @Mixin private SecurityOptions security;

    @Option(
            names = "--tls-client-auth",
            paramLabel = "HOW",
            defaultValue = "none",
            description =
                    "Whether clients show a certificate: none (the default), wanted, required.")
    private ClientAuthentication clientAuthentication;

    /** The options of portals at these URIs; those that send in clear go without TLS. */
    PortalOptions portalOptions(final List<URI> uris) {
        final boolean isTls = uris.stream().anyMatch(SecurityOptions::isTls);
        security.checkUse(isTls);
        PortalOptions options = PortalOptions.defaults();
        final SharedSecret secret = security.secret();
        if (secret != null) {
            options = options.withSecret(secret);
        }
        if (!isTls) {
            return options;
        }
        if (!security.hasCertificate()) {
            throw new CommandException(
                    "tls:// needs a certificate: --tls-dir FOLDER, which verbena cert FOLDER makes,"
                            + " or --tls-cert and --tls-key",
                    null);
        }
        return options.withTls(
                security.tls(SecurityOptions.End.SERVER)
                        .withClientAuthentication(clientAuthentication));
    }
}
