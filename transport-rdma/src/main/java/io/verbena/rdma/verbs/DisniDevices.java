// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.util.ArrayList;
import java.util.List;

/** Reads what {@link Extensions#devices} and {@link Extensions#limits} write. */
final class DisniDevices {
    private static final String SEPARATOR = "\t";

    private DisniDevices() {}

    private record DeviceLine(String name, DeviceLimits limits) {
        static DeviceLine of(final String[] fields) {
            return new DeviceLine(
                    fields[1],
                    new DeviceLimits(
                            Integer.parseInt(fields[2]),
                            Integer.parseInt(fields[3]),
                            Integer.parseInt(fields[4]),
                            Integer.parseInt(fields[5]),
                            Long.parseLong(fields[6]),
                            Integer.parseInt(fields[7]),
                            fields[8]));
        }
    }

    static DeviceLimits parseLimits(final String line) {
        return DeviceLine.of(line.stripTrailing().split(SEPARATOR, -1)).limits;
    }

    static List<Device> parse(final String text) {
        final List<Device> devices = new ArrayList<>();
        DeviceLine device = null;
        final List<Device.Port> ports = new ArrayList<>();
        final List<String> gids = new ArrayList<>();
        String[] port = null;
        // An end of the text is an end of all that is open.
        final List<String> lines = new ArrayList<>(text.lines().toList());
        lines.add("device");
        for (final String line : lines) {
            final String[] fields = line.split(SEPARATOR, -1);
            if (fields[0].equals("gid")) {
                gids.add(fields[1]);
                continue;
            }
            if (port != null) {
                ports.add(
                        new Device.Port(
                                Integer.parseInt(port[1]),
                                port[2],
                                port[3],
                                Integer.parseInt(port[4]),
                                List.copyOf(gids)));
                gids.clear();
                port = null;
            }
            if (fields[0].equals("port")) {
                port = fields;
                continue;
            }
            if (device != null) {
                devices.add(new Device(device.name, device.limits, List.copyOf(ports)));
                ports.clear();
            }
            device = fields.length == 1 ? null : DeviceLine.of(fields);
        }
        return List.copyOf(devices);
    }
}
