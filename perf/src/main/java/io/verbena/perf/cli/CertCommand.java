// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.tls.CertificateFolder;
import io.verbena.perf.tls.CertificateMaker;
import io.verbena.perf.tls.KeyType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verbena cert}. */
@Command(
        name = "cert",
        description = {
            "Makes certificates to try TLS with, in a folder of PEM files: an authority (ca.pem), and"
                    + " a server's and a client's that it has issued (server.pem, client.pem), each"
                    + " with its key (.key).",
            "In a folder that has an authority, it issues new ones by that: a server that reads them"
                    + " anew is trusted as before. They are for tests: whoever has the folder can pass"
                    + " for any server."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Example, in two terminals:",
            "  ./verbena cert certs --name server.example,192.0.2.1",
            "  ./verbena serve tls://127.0.0.1:9400 --tls-dir certs",
            "  ./verbena ping tls://127.0.0.1:9400 --tls-dir certs"
        })
@SuppressWarnings("NullAway.Init")
final class CertCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final List<String> HERE = List.of("localhost", "127.0.0.1", "::1");

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "FOLDER", description = "Where to; it is made if it isn't there.")
    private Path folder;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Host names and IP addresses of the server, besides localhost, 127.0.0.1 and"
                            + " ::1.")
    private List<String> names = List.of();

    @Option(
            names = "--key",
            paramLabel = "TYPE",
            defaultValue = "ec",
            description = "Kind of the keys: ec (P-256, the default), rsa (3072 bits) or ed25519.")
    private KeyType keyType;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "90",
            description = "Days that they are valid for. Default: 90.")
    private int days;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        if (days < 1 || days > 36500) {
            throw new CommandException("--days is from 1 to 36500", null);
        }
        final List<String> all = new ArrayList<>(HERE);
        names.stream().filter(name -> !all.contains(name)).forEach(all::add);
        final CertificateFolder certificates = new CertificateFolder(folder);
        final boolean isNew = write(certificates, all);
        final PrintWriter out = spec.commandLine().getOut();
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("folder", folder.toString());
            object.put("authority", certificates.ca().toString());
            object.put("new_authority", isNew);
            object.put("key_type", keyType.name().toLowerCase(Locale.ROOT));
            object.put("server", certificates.server().toString());
            object.put("client", certificates.client().toString());
            object.put("names", all);
            object.put("days", days);
            out.println(Json.of(object));
        } else {
            out.println(
                    "%s: server.pem for %s, and client.pem, issued by %s ca.pem; valid for %s"
                            .formatted(
                                    folder,
                                    String.join(", ", all),
                                    isNew ? "a new" : "the",
                                    Say.plural(days, "day")));
        }
        out.flush();
        return 0;
    }

    private boolean write(final CertificateFolder certificates, final List<String> all) {
        try {
            return new CertificateMaker(keyType, all, Duration.ofDays(days)).write(certificates);
        } catch (final IOException e) {
            throw new CommandException(
                    "can't write to %s: name a folder that you may write to (%s)"
                            .formatted(folder, e),
                    e);
        } catch (final GeneralSecurityException e) {
            throw new CommandException(
                    "this Java can't make such certificates, try another --key: " + e.getMessage(),
                    e);
        }
    }
}
