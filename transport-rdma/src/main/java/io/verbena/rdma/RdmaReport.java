// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import java.util.List;

/**
 * What RDMA finds on this machine, and what it misses; for people, and for whoever chooses a
 * transport.
 *
 * @param usable whether sessions can be had over RDMA.
 * @param library the natives and the libraries they use, with versions; empty if they can't be
 *     loaded.
 * @param missingExtensions what the natives can't do, by name; empty with Verbena's own.
 * @param devices the RDMA devices.
 * @param problems what keeps RDMA from working, or from working well: a line each, with the command
 *     that mends it. If RDMA isn't usable, the first says why.
 */
public record RdmaReport(
        boolean usable,
        String library,
        List<String> missingExtensions,
        List<Device> devices,
        List<String> problems) {

    /** Makes one, immutable. */
    public RdmaReport {
        missingExtensions = List.copyOf(missingExtensions);
        devices = List.copyOf(devices);
        problems = List.copyOf(problems);
    }

    /**
     * A device. Limits that aren't known are 0.
     *
     * @param name for example {@code mlx5_0}.
     * @param firmware the firmware's version; may be empty.
     * @param interfaces the network interfaces that belong to it.
     * @param addresses their IP addresses, without link-local ones: what an {@code rdma://} URI has
     *     as its host.
     * @param maxQueuePairs queue pairs: sessions.
     * @param maxWorkRequests work requests of a queue.
     * @param maxCompletions entries of a completion queue.
     * @param maxMemoryRegions memory regions; a pool needs two.
     * @param maxRegionBytes bytes of a region.
     * @param maxReads reads that a queue pair may have under way.
     * @param inlineBytes bytes that were granted when {@code io.verbena.rdma.maxInline} were asked
     *     for; -1 if that isn't known, as the device has no address.
     * @param ports its ports.
     */
    public record Device(
            String name,
            String firmware,
            List<String> interfaces,
            List<String> addresses,
            int maxQueuePairs,
            int maxWorkRequests,
            int maxCompletions,
            int maxMemoryRegions,
            long maxRegionBytes,
            int maxReads,
            int inlineBytes,
            List<Port> ports) {

        /** Makes one, immutable. */
        public Device {
            interfaces = List.copyOf(interfaces);
            addresses = List.copyOf(addresses);
            ports = List.copyOf(ports);
        }
    }

    /**
     * A port of a device.
     *
     * @param number from 1.
     * @param state for example {@code ACTIVE}.
     * @param linkLayer {@code InfiniBand} or {@code Ethernet}.
     * @param mtu the largest packet, in bytes; 0 if that isn't known.
     * @param gids its addresses, as the device has them.
     */
    public record Port(int number, String state, String linkLayer, int mtu, List<String> gids) {
        private static final String ACTIVE = "ACTIVE";

        /** Makes one, immutable. */
        public Port {
            gids = List.copyOf(gids);
        }

        /**
         * Does it carry data?
         *
         * @return whether its state is ACTIVE.
         */
        public boolean isActive() {
            return state.equals(ACTIVE);
        }
    }

    /**
     * Looks around; takes some milliseconds.
     *
     * @return what there is now.
     */
    public static RdmaReport make() {
        return new Survey(RdmaTransportProvider::verbs, true).report();
    }
}
