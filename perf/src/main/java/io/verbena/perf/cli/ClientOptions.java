// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.ConnectOptions;
import io.verbena.IdlePolicy;
import io.verbena.SharedSecret;
import io.verbena.TlsOptions;
import io.verbena.perf.load.Cpu;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command takes that is a client. */
@SuppressWarnings("NullAway.Init")
final class ClientOptions {
    @Mixin private IdleOption idle;

    @Option(names = "--pin", paramLabel = "CPU", description = "Keep the client on this CPU.")
    private @Nullable Integer cpu;

    @Mixin private SecurityOptions security;

    @Option(
            names = "--tls-name",
            paramLabel = "NAME",
            description = "The name that the server's certificate must be for. Default: the URI's.")
    private @Nullable String serverName;

    @Option(
            names = "--tls-no-hostname-check",
            description = "Take a trusted certificate for whatever name it is. For tests.")
    private boolean anyName;

    IdlePolicy idle() {
        return idle.policy();
    }

    /** Keeps the calling thread on the CPU that was asked for. */
    void pin() {
        if (cpu != null) {
            Cpu.pinThisThread(cpu);
        }
    }

    ConnectOptions connectOptions(final URI uri) {
        final boolean isTls = SecurityOptions.isTls(uri);
        security.checkUse(isTls);
        if (!isTls && (serverName != null || anyName)) {
            throw new CommandException(
                    "--tls-name and --tls-no-hostname-check are for tls://HOST:PORT", null);
        }
        final SharedSecret secret = security.secret();
        final ConnectOptions options = ConnectOptions.defaults().withSecret(secret);
        return isTls ? options.withTls(tls()) : options;
    }

    private TlsOptions tls() {
        TlsOptions tls = security.tls(SecurityOptions.End.CLIENT);
        if (serverName != null) {
            tls = tls.withServerName(serverName);
        }
        return anyName ? tls.withoutHostNameVerification() : tls;
    }
}
