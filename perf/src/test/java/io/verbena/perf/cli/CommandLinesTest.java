// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.perf.load.LoadServer;
import io.verbena.perf.load.ServePlan;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandLinesTest {
    private static final URI ANY_PORT = URI.create("tcp://127.0.0.1:0");
    private static final String[] KEYS = {
        "transport",
        "transport_detail",
        "size",
        "sessions",
        "window",
        "count",
        "errors",
        "p50_us",
        "p90_us",
        "p99_us",
        "p999_us",
        "max_us",
        "tx_per_s",
        "mib_per_s"
    };

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "bridge",
                "ping",
                "bw",
                "sweep",
                "info",
                "compare",
                "compare-rdma",
                "compare-silent",
                "compare-streams",
                "compare-bridge",
                "cert"
            })
    void everyCommandHasHelpWithAnExample(final String command) {
        assertThat(run(command, "--help")).isZero();

        assertThat(out.toString())
                .contains("Usage: verbena " + command)
                .contains("Example")
                .contains("./verbena " + command);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theHelpOfAllListsTheCommands() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains(
                        "serve",
                        "ping",
                        "bw",
                        "sweep",
                        "info",
                        "compare-rdma",
                        "cert",
                        "./verbena");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"                                             | which command?",
                "frobnicate                                     | 'frobnicate'",
                "ping                                           | 'URI'",
                "ping tcp://127.0.0.1:1 --size 12x              | '12x' is not a size like",
                "ping tcp://127.0.0.1:1 --duration soon         | 'soon' is not a time like",
                "ping tcp://127.0.0.1:1 --count 0               | 0 is too few",
                "ping tcp://127.0.0.1:1 --count 1 --duration 1s | mutually exclusive",
                "ping tcp://127.0.0.1:1 --idle never            | 'never'",
                "ping tcp://127.0.0.1:1 --frobnicate            | '--frobnicate'",
                "serve tcp://127.0.0.1:0 --threads many         | 'many'",
                "bridge --listen tcp://127.0.0.1:0              | '--to=URI'",
                "cert                                           | 'FOLDER'",
                "cert /tmp/certs --key dsa                      | 'dsa'",
                "compare --tls --engine rot13                   | 'rot13'",
                "compare --tls --peers verbena-tcp              | no peer 'verbena-tcp'",
                "compare --peers raw-nio --baseline netty-nio   | isn't one of the peers"
            })
    void whatIsNotUnderstoodIsTwoAndOneLine(final String line, final String message) {
        assertThat(run(words(line))).isEqualTo(2);

        assertThatOneLineSays(message);
        assertThat(err.toString()).contains("--help");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "ping nonsense                                  | has no scheme: write tcp://",
                "ping tcp://no%port                             | is no URI",
                "ping tcp://127.0.0.1                           | tcp://127.0.0.1",
                "ping http://127.0.0.1:80                       | http",
                "ping frobnicate://127.0.0.1:1                  | no transport for 'frobnicate:",
                "ping tcp://127.0.0.1:1 --tls-dir /no/such      | write tls://",
                "ping tcp://127.0.0.1:1 --tls-name host         | for tls://",
                "ping tls://127.0.0.1:1 --tls-dir /no/such      | /no/such",
                "ping tls://127.0.0.1:1 --tls-key /no/such      | --tls-cert",
                "ping tcp://127.0.0.1:1 --secret-file /no/such  | can't read /no/such",
                "serve tls://127.0.0.1:0                        | needs a certificate: --tls-dir",
                "serve tcp://127.0.0.1:0 --tls-dir /no/such     | write tls://",
                "cert /proc/no/such                             | can't write to /proc/no/such",
                "cert /tmp/certs --days 0                       | --days is from 1",
                "compare-silent --duration 5s                   | at most 4s",
                "compare-silent --rounds 0                      | at least 1",
                "compare-streams --uri tcp://127.0.0.1:9400     | use port 0",
                "compare-streams --processes 0                  | --processes is at least 1",
                "compare-streams --threads 0                    | --threads is at least 1",
                "compare-bridge --rounds 0                      | at least 1",
                "compare-bridge --size 8                        | from 16 to 64k",
                "cert /tmp/certs --name no/name                 | neither a host name nor an IP address",
                "ping tcp://name.invalid:9400                   | name.invalid",
                "ping unix:///no/such/socket                    | /no/such/socket",
                "ping tcp://127.0.0.1:1                         | start a server there",
                "bw tcp://127.0.0.1:1 --size 4 --response-size 8| echoed",
                "bw tcp://127.0.0.1:1 --size 1g --window 4      | 2 GiB",
                "ping tcp://127.0.0.1:1 --window 0              | window",
                "ping tcp://127.0.0.1:1 --plot /no/such/p.svg   | /no/such",
                "ping tcp://127.0.0.1:1 --histogram /           | can't write /",
                "sweep tcp://127.0.0.1:1                        | start a server there",
                "serve tcp://127.0.0.1:0 --threads 0            | threads",
                "bridge --listen tls://127.0.0.1:0 --to jit://127.0.0.1:1 | needs a certificate: --tls-dir",
                "bridge --listen jit://127.0.0.1:0 --to tpc://127.0.0.1:1 | no transport for 'tpc:",
                "bridge --listen jit://127.0.0.1:0 --to tcp://127.0.0.1:1 --threads 0 | threads",
                "serve tcp://127.0.0.1:0 --in-size 1g --messages 4 | 2 GiB",
                "serve tcp://127.0.0.1:99999                    | 99999",
                "serve tcp://192.0.2.1:9400                     | port 0 takes any that is free",
                "serve unix:///no/such/folder/socket            | /no/such/folder/socket"
            })
    void whatFailsIsOneAndOneLineThatSaysWhatToDo(final String line, final String message) {
        assertThat(run(words(line))).isEqualTo(1);

        assertThatOneLineSays(message);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void infoTellsOfRdmaWhetherThereIsAnyOrNot() {
        assertThat(run("info", "--json")).isZero();

        assertThat(out.toString())
                .containsPattern("\\{\"scheme\":\"rdma\",\"available\":(true|false),")
                .containsPattern("\"rdma\":\\{\"usable\":(true|false),\"listen\":")
                .contains("\"devices\":", "\"problems\":");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aPortInUseIsOneAndOneLine() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            assertThat(run("serve", server.uri().toString())).isEqualTo(1);

            assertThatOneLineSays("can't listen on " + server.uri());
        }
    }

    @Test
    void pingTellsWhatCarriesAnAutoSessionAndWhy() {
        final URI auto = URI.create("auto://127.0.0.1:0");
        try (LoadServer server = LoadServer.start(ServePlan.small(auto))) {
            assertThat(server.uri().getScheme()).isEqualTo("auto");
            assertThat(run("ping", server.uri().toString(), "--duration", "50ms"))
                    .as(err.toString())
                    .isZero();
        }

        // By RDMA where this machine has it.
        assertThat(out.toString())
                .containsPattern("\\((tcp \\(rdma: .+\\)|rdma \\(beside tcp\\))\\)");
    }

    @Test
    void sizesThatTheServerHasNoRoomForAreOneAndOneLine() {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            assertThat(run("ping", server.uri().toString(), "--size", "8k")).isEqualTo(1);

            assertThatOneLineSays("--in-size");
        }
    }

    @Test
    void onlyVerboseShowsWhereAFailureComesFrom() {
        final String level = "org.slf4j.simpleLogger.defaultLogLevel";
        final String before = System.getProperty(level);
        try {
            assertThat(run("ping", "tcp://127.0.0.1:1", "--verbose")).isEqualTo(1);
        } finally {
            if (before == null) {
                System.clearProperty(level);
            } else {
                System.setProperty(level, before);
            }
        }

        assertThat(err.toString()).contains("\tat io.verbena.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "bw"})
    void jsonIsOneObjectWithThePromisedKeysAndNoOthers(final String command) {
        final List<String> keys =
                keysOf(command, "--count", "100", "--warmup", "0", "--size", "64", "--json");

        assertThat(keys).containsExactly(KEYS);
        assertThat(out.toString())
                .contains("\"transport\":\"tcp\"", "\"size\":64", "\"count\":100", "\"errors\":0");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void jsonWithARateTellsOfTheRateToo() {
        final List<String> keys =
                keysOf("ping", "--count", "100", "--warmup", "0", "--rate", "1k", "--json");

        assertThat(keys)
                .startsWith(KEYS)
                .hasSize(KEYS.length + 3)
                .endsWith("rate_asked", "rate_reached", "warning");
        assertThat(out.toString()).contains("\"rate_asked\":1000.000");
    }

    @Test
    void peopleGetLatenciesThroughputAndErrors() {
        withServer("ping", "--count", "100", "--warmup", "0");

        assertThat(out.toString())
                .contains("64 B there, 64 B back; 1 session, window 1")
                .containsPattern("p99\\.9 +[0-9,.]+ +us\n")
                .containsPattern("requests +[0-9,.]+ +/s\n")
                .containsPattern("answered +100 +in ")
                .containsPattern("failed +0\n");
    }

    @Test
    void histogramAndPlotAreWritten(@TempDir final Path folder) throws Exception {
        final Path histogram = folder.resolve("h.txt");
        final Path plot = folder.resolve("p.svg");

        withServer(
                "ping",
                "--count",
                "100",
                "--warmup",
                "0",
                "--histogram",
                histogram.toString(),
                "--plot",
                plot.toString());

        assertThat(histogram).content().contains("Percentile", "#[Max");
        assertThat(plot).content().startsWith("<svg ").contains("</svg>");
        assertThat(Files.list(folder)).hasSize(2);
    }

    @Test
    void aSweepIsATableAndAPlot(@TempDir final Path folder) {
        final Path plot = folder.resolve("p.svg");

        withServer("sweep", "--sizes", "64,4k", "--duration", "50ms", "--plot", plot.toString());

        assertThat(out.toString().lines()).hasSize(4);
        assertThat(out.toString()).contains("requests/s", "64 B", "4 KiB");
        assertThat(plot).content().contains("4 KiB", "MiB/s");
    }

    @Test
    void aSweepForProgramsIsAListWithLatencyAndThroughput() {
        withServer("sweep", "--sizes", "64", "--duration", "50ms", "--json");

        assertThat(out.toString())
                .startsWith("[{\"latency\":{\"transport\":\"tcp\"")
                .contains("\"throughput\":{\"transport\":\"tcp\"");
    }

    @Test
    void infoTellsWhatThereIsAndWhyTheRestIsNot() {
        assertThat(run("info")).isZero();

        assertThat(out.toString())
                .containsPattern("tcp +yes")
                .containsPattern("unix +yes")
                .containsPattern("rdma +(yes|no) +\\S")
                .containsPattern("auto +yes +begins on tcp")
                .contains("java", "open files");
    }

    @Test
    void infoTellsProgramsTheSame() {
        assertThat(run("info", "--json")).isZero();

        assertThat(out.toString().lines()).hasSize(1);
        assertThat(out.toString())
                .contains("{\"scheme\":\"tcp\",\"available\":true,")
                .contains("{\"scheme\":\"rdma\",\"available\":false,\"detail\":");
    }

    private List<String> keysOf(final String command, final String... options) {
        withServer(command, options);
        assertThat(out.toString().lines()).hasSize(1);
        return Pattern.compile("\"(\\w+)\":")
                .matcher(out.toString())
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private void withServer(final String command, final String... options) {
        try (LoadServer server = LoadServer.start(ServePlan.small(ANY_PORT))) {
            final String[] args = new String[options.length + 2];
            args[0] = command;
            args[1] = server.uri().toString();
            System.arraycopy(options, 0, args, 2, options.length);
            assertThat(run(args)).as(err.toString()).isZero();
        }
    }

    private int run(final String... args) {
        return CommandLines.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private static String[] words(final String line) {
        return line.isEmpty() ? new String[0] : line.strip().split(" +", -1);
    }

    private void assertThatOneLineSays(final String message) {
        assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
        assertThat(err.toString()).startsWith("verbena: ").contains(message);
    }
}
