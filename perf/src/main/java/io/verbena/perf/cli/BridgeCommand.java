// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.SharedSecret;
import io.verbena.TlsOptions;
import io.verbena.bridge.Bridge;
import io.verbena.bridge.BridgeCounters;
import io.verbena.bridge.BridgeOptions;
import io.verbena.monitor.Monitor;
import io.verbena.monitor.MonitorOptions;
import io.verbena.monitor.Monitored;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verbena bridge}. */
@Command(
        name = "bridge",
        description = {
            "Carries streams from where it listens to another URI: one beside a JVM and one beside"
                    + " its JITServer, and between the two TLS or RDMA.",
            "Prints the URI with the real port as soon as it listens. Ends on Ctrl-C (SIGINT) and"
                    + " SIGTERM, and prints what it has carried."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  ./verbena bridge --listen jit://localhost:38400 --to auto+tls://server:9400"
                    + " --tls-dir certs",
            "  ./verbena bridge --listen auto+tls://0.0.0.0:9400 --to jit://localhost:38400"
                    + " --tls-dir certs --health 38600 --metrics 127.0.0.1:38500"
        })
@SuppressWarnings("NullAway.Init")
final class BridgeCommand implements Callable<Integer>, CommonOptions.Holder {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;

    @Option(
            names = "--listen",
            paramLabel = "URI",
            required = true,
            description =
                    "Where streams come in: jit://HOST:PORT from a program of OpenJ9's, or tcp://,"
                            + " tls://, rdma://, auto://, auto+tls:// from another bridge.")
    private String listen;

    @Option(
            names = "--to",
            paramLabel = "URI",
            required = true,
            description = "Where they go on to, likewise.")
    private String to;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event queues that streams are spread over. Default: 1.")
    private int threads;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "256",
            description =
                    "Streams of a thread that can wait for an answer at a time, with 144 KiB for"
                            + " each. Default: 256.")
    private int messages;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many seconds. Default: never.")
    private long seconds;

    @Option(
            names = "--health",
            paramLabel = "[HOST:]PORT",
            converter = Converters.Address.class,
            description =
                    "Can be connected to as long as the bridge is well: for health probes. Default:"
                            + " none.")
    private @Nullable InetSocketAddress health;

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT",
            converter = Converters.Address.class,
            description =
                    "Answers GET /metrics in Prometheus' text format, and GET /health. Default:"
                            + " none.")
    private @Nullable InetSocketAddress metrics;

    @Mixin private SecurityOptions security;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws InterruptedException {
        final URI from = Uris.parse(listen);
        final URI target = Uris.parse(to);
        security.checkUse(SecurityOptions.isTls(from) || SecurityOptions.isTls(target));
        final PrintWriter out = spec.commandLine().getOut();
        final CountDownLatch end = new CountDownLatch(1);
        // The first to be opened is the last to be closed: the process ends behind the streams.
        try (OnSignal signal = OnSignal.run(end::countDown);
                Bridge bridge = Bridge.open(from, target, options(from, target));
                Monitor monitor = monitor(bridge)) {
            printListening(out, bridge, monitor);
            if (seconds == 0) {
                end.await();
            } else if (end.await(seconds, TimeUnit.SECONDS)) {
                // Asked to end before.
                seconds = 0;
            }
            print(out, bridge.counters());
            signal.endsWell();
        }
        return 0;
    }

    private BridgeOptions options(final URI from, final URI target) {
        final @Nullable SharedSecret secret = security.secret();
        PortalOptions portal = BridgeOptions.defaults().portal();
        ConnectOptions connect = BridgeOptions.defaults().connect();
        if (SecurityOptions.isTls(from)) {
            if (!security.hasCertificate()) {
                throw new CommandException(
                        "%s needs a certificate: --tls-dir FOLDER, which verbena cert FOLDER makes"
                                .formatted(from),
                        null);
            }
            final TlsOptions tls = security.tls(SecurityOptions.End.SERVER);
            portal = portal.withTls(tls);
        }
        if (SecurityOptions.isTls(target)) {
            connect = connect.withTls(security.tls(SecurityOptions.End.CLIENT));
        }
        if (secret != null) {
            // OpenJ9 knows none: it is between the bridges.
            portal = isJit(from) ? portal : portal.withSecret(secret);
            connect = isJit(target) ? connect : connect.withSecret(secret);
        }
        return BridgeOptions.defaults()
                .withThreads(threads)
                .withMessages(messages)
                .withPortal(portal)
                .withConnect(connect);
    }

    private static boolean isJit(final URI uri) {
        return uri.getScheme().startsWith("jit");
    }

    private @Nullable Monitor monitor(final Bridge bridge) {
        return health == null && metrics == null
                ? null
                : Monitor.open(
                        MonitorOptions.defaults().withHealth(health).withMetrics(metrics),
                        Monitored.of(bridge));
    }

    private void printListening(
            final PrintWriter out, final Bridge bridge, final @Nullable Monitor monitor) {
        final InetSocketAddress healthAt = monitor == null ? null : monitor.healthAddress();
        final InetSocketAddress metricsAt = monitor == null ? null : monitor.metricsAddress();
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("event", "listening");
            object.put("uri", bridge.uri());
            object.put("to", bridge.to());
            if (healthAt != null) {
                object.put("health", say(healthAt));
            }
            if (metricsAt != null) {
                object.put("metrics", say(metricsAt));
            }
            out.println(Json.of(object));
        } else {
            out.println("listening on %s, for %s".formatted(bridge.uri(), bridge.to()));
            if (healthAt != null) {
                out.println("health probes are accepted on " + say(healthAt));
            }
            if (metricsAt != null) {
                out.println("metrics are at http://%s/metrics".formatted(say(metricsAt)));
            }
        }
        out.flush();
    }

    private static String say(final InetSocketAddress address) {
        final String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private void print(final PrintWriter out, final BridgeCounters did) {
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("event", "ended");
            object.put("streams", did.accepted());
            object.put("refused", did.refused());
            object.put("lost", did.lost());
            object.put("requests", did.requests());
            object.put("request_bytes", did.requestBytes());
            object.put("responses", did.responses());
            object.put("response_bytes", did.responseBytes());
            out.println(Json.of(object));
        } else {
            out.println(
                    "carried %s, with %s and %s; %d refused, %d lost"
                            .formatted(
                                    Say.plural(did.accepted(), "stream"),
                                    Say.plural(did.requests(), "request"),
                                    Say.plural(did.responses(), "response"),
                                    did.refused(),
                                    did.lost()));
        }
        out.flush();
    }
}
