// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.rdma.RdmaReport;
import io.verbena.spi.Availability;
import io.verbena.spi.TransportProvider;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code verbena info}. */
@Command(
        name = "info",
        description =
                "Tells which transports can be used here, for each that can't why not, and what"
                        + " else matters to them: for RDMA its devices and their limits, and what mends"
                        + " what is missing.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {"", "Example:", "  ./verbena info --json"})
@SuppressWarnings("NullAway.Init")
final class InfoCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final int NAME_WIDTH = 20;
    private static final int STATE_WIDTH = 4;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        final PrintWriter out = spec.commandLine().getOut();
        final Map<String, Availability> transports = transports();
        final Map<String, Object> machine = machine();
        final RdmaSection rdma = new RdmaSection(RdmaReport.make());
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>(machine);
            object.put(
                    "transports",
                    transports.entrySet().stream()
                            .map(entry -> json(entry.getKey(), entry.getValue()))
                            .toList());
            object.put("rdma", rdma.json());
            out.println(Json.of(object));
        } else {
            final Table table = new Table(out, 3, NAME_WIDTH, STATE_WIDTH, 0);
            machine.forEach(
                    (name, value) ->
                            new Table(out, 2, NAME_WIDTH, 0)
                                    .row(name.replace('_', ' '), String.valueOf(value)));
            out.println();
            table.row("transport", "here", "");
            transports.forEach(
                    (scheme, availability) ->
                            table.row(
                                    scheme,
                                    availability.available() ? "yes" : "no",
                                    availability.detail()));
            rdma.print(out);
        }
        out.flush();
        return 0;
    }

    /** By scheme. */
    private static Map<String, Availability> transports() {
        final Map<String, Availability> here = new TreeMap<>();
        for (final TransportProvider provider : ServiceLoader.load(TransportProvider.class)) {
            for (final String scheme : provider.schemes()) {
                here.put(scheme, provider.availability(scheme));
            }
        }
        return here;
    }

    private static Map<String, Object> json(final String scheme, final Availability availability) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("scheme", scheme);
        object.put("available", availability.available());
        object.put("detail", availability.detail());
        return object;
    }

    private static Map<String, Object> machine() {
        final Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("verbena", Version.say());
        machine.put("java", property("java.vm.name") + " " + property("java.runtime.version"));
        machine.put(
                "os",
                List.of(property("os.name"), property("os.version"), property("os.arch")).stream()
                        .reduce((left, right) -> left + " " + right)
                        .orElse(""));
        machine.put("cpus", Runtime.getRuntime().availableProcessors());
        machine.put("heap_mib", Runtime.getRuntime().maxMemory() >> 20);
        machine.put("open_files", Limits.soft("Max open files"));
        machine.put("locked_memory_bytes", Limits.soft("Max locked memory"));
        return machine;
    }

    private static String property(final String name) {
        return System.getProperty(name, "unknown");
    }
}
