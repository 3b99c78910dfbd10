// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.util.List;

/**
 * A device of this machine.
 *
 * @param name for example {@code mlx5_0}.
 * @param limits what it can do.
 * @param ports its ports, from 1.
 */
public record Device(String name, DeviceLimits limits, List<Port> ports) {
    /**
     * A port of a device: struct ibv_port_attr.
     *
     * @param number from 1.
     * @param state as ibv_port_state_str(3) names it.
     * @param linkLayer {@code InfiniBand} or {@code Ethernet}.
     * @param activeMtu bytes.
     * @param gids its addresses that aren't empty, as text.
     */
    public record Port(
            int number, String state, String linkLayer, int activeMtu, List<String> gids) {}
}
