// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.bridge;

import io.verbena.perf.Verbena;
import io.verbena.perf.process.Java;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relay in a process of its own: {@code verbena bridge}, or socat(1).
 *
 * @param process the relay.
 * @param uri where to connect to.
 */
record RelayProcess(Process process, URI uri) implements AutoCloseable {
    private static final long PATIENCE_S = 60;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Pattern LISTENING =
            Pattern.compile("\\{\"event\":\"listening\",\"uri\":\"([^\"]+)\".*");

    /** A bridge from any port, in a JVM like this one. */
    static RelayProcess bridge(final URI listen, final URI to, final List<String> options)
            throws IOException, InterruptedException {
        final List<String> arguments = new ArrayList<>();
        Collections.addAll(
                arguments,
                "bridge",
                "--json",
                "--listen",
                listen.toString(),
                "--to",
                to.toString());
        arguments.addAll(options);
        final Process process =
                new ProcessBuilder(Java.command(List.of(), Verbena.class, arguments))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            final String line = firstLine(process);
            final Matcher matcher = LISTENING.matcher(line);
            if (!matcher.matches()) {
                throw new IOException("the bridge has not come up: " + line);
            }
            return new RelayProcess(process, URI.create(matcher.group(1)));
        } catch (final IOException | InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String firstLine(final Process process)
            throws IOException, InterruptedException {
        final BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        final CompletableFuture<String> line =
                CompletableFuture.supplyAsync(
                        () -> lines.lines().findFirst().orElse("it has ended"));
        try {
            return line.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (final ExecutionException | TimeoutException e) {
            throw new IOException("the bridge has said nothing for %d s".formatted(PATIENCE_S), e);
        }
    }

    /** socat between two TCP connections, a process for each, without Nagle's algorithm. */
    static RelayProcess socat(final URI to) throws IOException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Process process;
        try {
            process =
                    new ProcessBuilder(
                                    "socat",
                                    "TCP4-LISTEN:%d,bind=127.0.0.1,reuseaddr,fork,nodelay"
                                            .formatted(port),
                                    "TCP4:%s:%d,nodelay".formatted(to.getHost(), to.getPort()))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        } catch (final IOException e) {
            throw new IOException("there is no socat here: install it, e.g. apt install socat", e);
        }
        try {
            awaitListening(process, port);
        } catch (final IOException e) {
            process.destroyForcibly();
            throw e;
        }
        return new RelayProcess(process, URI.create("jit://127.0.0.1:" + port));
    }

    private static void awaitListening(final Process process, final int port) throws IOException {
        final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (process.isAlive() && System.nanoTime() - endNs < 0) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (final ConnectException e) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        throw new IOException("socat doesn't listen on " + port);
    }

    @Override
    public void close() {
        // socat has a child for each connection, which ends with it.
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
