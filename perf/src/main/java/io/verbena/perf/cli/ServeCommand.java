// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.load.LoadServer;
import io.verbena.perf.load.ServePlan;
import io.verbena.perf.load.ServeStatistics;
import java.io.PrintWriter;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verbena serve}. */
@Command(
        name = "serve",
        description = {
            "Listens, and answers each request with as many bytes as it asks for.",
            "Prints the URI with the real port as soon as it listens. Ends on Ctrl-C (SIGINT) and"
                    + " SIGTERM, and prints what it has done."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  ./verbena serve tcp://127.0.0.1:0 --idle spin --pin 1",
            "  ./verbena serve rdma://192.0.2.1:9400",
            "  ./verbena serve tls://127.0.0.1:9401 --tls-dir certs --tls-client-auth required",
            "  ./verbena serve unix:///tmp/verbena.sock --in-size 4k --out-size 4k --messages 4096"
        })
@SuppressWarnings("NullAway.Init")
final class ServeCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final int MOST_MESSAGES = 256;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Parameters(
            paramLabel = "URI",
            arity = "1..*",
            description =
                    "Where to listen: tcp://HOST:PORT, tls://HOST:PORT, rdma://ADDRESS:PORT,"
                            + " auto://HOST:PORT, auto+tls://HOST:PORT (port 0: any that is free),"
                            + " unix:///PATH or unix+tls:///PATH.")
    private List<String> uris;

    @Mixin private IdleOption idle;

    @Option(
            names = "--pin",
            paramLabel = "CPU",
            split = ",",
            description = "Keep thread I on the I-th of these CPUs: 2 or 2,3.")
    private List<Integer> cpus = List.of();

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event queues, each on its own thread; sessions go round. Default: 1.")
    private int threads;

    @Option(
            names = "--in-size",
            paramLabel = "BYTES",
            defaultValue = "1m",
            converter = Converters.Size.class,
            description = "The longest request: 64, 4k, 1m. Default: 1m.")
    private int inBytes;

    @Option(
            names = "--out-size",
            paramLabel = "BYTES",
            defaultValue = "1m",
            converter = Converters.Size.class,
            description = "The longest response. Default: 1m.")
    private int outBytes;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description =
                    "Messages in the pool of each thread: requests that can be there at a time."
                            + " Default: 256, or what half of the direct memory has room for.")
    private int messages;

    @Mixin private ServerSecurity security;

    @Option(names = "--once", description = "End when the last session has closed.")
    private boolean once;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final List<URI> places = uris.stream().map(Uris::parse).toList();
        final ServePlan plan =
                new ServePlan(
                        places,
                        threads,
                        idle.policy(),
                        spec.commandLine().getParseResult().hasMatchedOption("--messages")
                                ? messages
                                : defaultMessages(),
                        inBytes,
                        outBytes,
                        cpus,
                        once,
                        security.portalOptions(places));
        try (LoadServer server = LoadServer.start(plan);
                OnSignal signal = OnSignal.run(server::stop)) {
            printListening(out, server);
            print(out, server.awaitEnd());
            signal.endsWell();
        }
        return 0;
    }

    /** Half of the direct memory that there is by default, as large as the heap, is the pools'. */
    private int defaultMessages() {
        final long room = Runtime.getRuntime().maxMemory() / 2 / Math.max(1, threads);
        return (int)
                Math.max(
                        1, Math.min(MOST_MESSAGES, room / Math.max(1L, (long) inBytes + outBytes)));
    }

    private void printListening(final PrintWriter out, final LoadServer server) {
        for (final URI uri : server.uris()) {
            if (common.json()) {
                final Map<String, Object> object = new LinkedHashMap<>();
                object.put("event", "listening");
                object.put("uri", uri);
                out.println(Json.of(object));
            } else {
                out.println("listening on " + uri);
            }
        }
        out.flush();
    }

    private void print(final PrintWriter out, final ServeStatistics did) {
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("event", "ended");
            object.put("sessions", did.sessions());
            object.put("requests", did.requests());
            object.put("responses", did.responses());
            object.put("errors", did.errors());
            object.put("protocol_errors", did.protocolErrors());
            object.put("mib_in", mib(did.bytesIn()));
            object.put("mib_out", mib(did.bytesOut()));
            object.put("seconds", did.elapsedNs() / 1e9);
            out.println(Json.of(object));
        } else {
            out.println(
                    "served %s with %s (%s MiB in, %s MiB out) in %s; %s, %s"
                            .formatted(
                                    Say.plural(did.sessions(), "session"),
                                    Say.plural(did.responses(), "response"),
                                    Say.perSecond(mib(did.bytesIn())),
                                    Say.perSecond(mib(did.bytesOut())),
                                    Say.seconds(did.elapsedNs()),
                                    Say.plural(did.errors(), "error"),
                                    Say.plural(did.protocolErrors(), "protocol error")));
        }
        out.flush();
    }

    private static double mib(final long bytes) {
        return bytes / (double) (1 << 20);
    }
}
