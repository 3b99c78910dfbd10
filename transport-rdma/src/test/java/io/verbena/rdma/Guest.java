// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The virtual machine of .ci/softroce, of which a test may do with the network and the devices what
 * it likes: nobody else is there.
 */
final class Guest {
    private static final long LIMIT_S = 60;

    private Guest() {}

    /** Skips the test where it runs on somebody's own machine. */
    static void assume() {
        assumeTrue(System.getenv("VERBENA_RDMA_PEER") != null, "not in the virtual machine");
    }

    /** The second device's address; what the first sends to it goes over a pair of interfaces. */
    static String peer() {
        assume();
        return Opened.PEER;
    }

    /** The first device's IPv6 address. */
    static String address6() {
        assume();
        return System.getenv("VERBENA_RDMA_ADDRESS6");
    }

    /** Runs a command that must succeed; what it says. */
    static String run(final String... command) {
        return run(List.of(command));
    }

    static String run(final List<String> command) {
        try {
            final Path output = Files.createTempFile("verbena-guest", ".txt");
            try {
                final Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile())
                                .start();
                final boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
                process.destroyForcibly();
                final String text = Files.readString(output, StandardCharsets.UTF_8);
                if (!ended || process.exitValue() != 0) {
                    throw new AssertionError(
                            "%s: %s %s".formatted(command, ended ? "failed" : "hangs", text));
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** A shell's command line that must succeed; what it says. */
    static String shell(final String commandLine) {
        return run("bash", "-c", commandLine);
    }

    /** librdmacm opens this device, too, when it is first used, and keeps it. */
    private static final class Opened {
        static final String PEER = open();

        private static String open() {
            final String peer = System.getenv("VERBENA_RDMA_PEER");
            try {
                final Verbs verbs = RealVerbs.get();
                final long channel = verbs.createEventChannel();
                final long id = verbs.createId(channel);
                verbs.bind(id, new InetSocketAddress(peer, 0));
                verbs.destroyId(id);
                verbs.destroyEventChannel(channel);
                return peer;
            } catch (final IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
