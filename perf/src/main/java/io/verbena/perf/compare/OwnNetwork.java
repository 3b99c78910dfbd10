// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a command in a network namespace of its own, which has a loopback interface, and no pacing.
 *
 * <p>Machines that are set to BBR pace what they send even over loopback: one and the same bulk
 * transfer then runs at 1.6 or at 6 GB/s, as BBR's estimate of the bandwidth happens to be, and a
 * round trip takes a third longer. The setting belongs to the network namespace, so that one of our
 * own leaves the machine's alone; the machine's firewall rules don't get there either.
 */
final class OwnNetwork {

    /**
     * Reno, because every namespace is allowed to choose it; nothing is lost here, so it never
     * acts.
     */
    private static final String SET_UP =
            "ip link set lo up && printf reno > /proc/sys/net/ipv4/tcp_congestion_control"
                    + " && exec \"$@\"";

    /** For root, and for everyone else where users may have namespaces. */
    private static final List<List<String>> WAYS =
            List.of(
                    List.of("unshare", "--net", "sh", "-c", SET_UP, "sh"),
                    List.of("unshare", "--map-root-user", "--net", "sh", "-c", SET_UP, "sh"));

    private final List<String> prefix;

    private OwnNetwork(final List<String> prefix) {
        this.prefix = prefix;
    }

    /** The network that all the machine uses. */
    static OwnNetwork none() {
        return new OwnNetwork(List.of());
    }

    /** A way that works here; {@link #none} if none does. */
    static OwnNetwork find() throws InterruptedException {
        for (final List<String> way : WAYS) {
            final var network = new OwnNetwork(way);
            if (network.works()) {
                return network;
            }
        }
        return none();
    }

    boolean exists() {
        return !prefix.isEmpty();
    }

    /** The command that runs that command in a new network; their process is one and the same. */
    List<String> command(final List<String> command) {
        final List<String> all = new ArrayList<>(prefix);
        all.addAll(command);
        return List.copyOf(all);
    }

    private boolean works() throws InterruptedException {
        try {
            return new ProcessBuilder(command(List.of("true")))
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (final IOException e) {
            return false; // no unshare, so not Linux
        }
    }

    /** The congestion control of new connections in this process's network, as far as is known. */
    static String congestionControl() {
        try {
            return Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control")).strip();
        } catch (final IOException e) {
            return "unknown";
        }
    }
}
