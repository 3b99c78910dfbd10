// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** What counts as one host where connections are counted by host. */
public final class RemoteHost {
    /** Of an IPv6 address, what names the network: whoever has one address there has all. */
    private static final int NETWORK_BYTES = 8;

    private RemoteHost() {}

    /**
     * The host of an address: an IPv4 address itself, the /64 of an IPv6 address, but for those
     * that are good on one link only, where the rest tells hosts apart.
     *
     * @param address the address.
     * @return the host; equal for two addresses of the same.
     */
    public static String of(final InetAddress address) {
        if (address instanceof Inet6Address
                && !address.isLinkLocalAddress()
                && !address.isLoopbackAddress()) {
            final byte[] network = Arrays.copyOf(address.getAddress(), NETWORK_BYTES);
            return HexFormat.ofDelimiter(":").formatHex(network) + "::/64";
        }
        return address.getHostAddress();
    }
}
