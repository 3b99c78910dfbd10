// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.util.List;

/** All peers there are. A new one is added here. */
public final class Peers {

    private static final List<Peer> ALL =
            List.of(
                    VerbenaPeer.at("tcp", "127.0.0.1"),
                    new VerbenaPeer(VerbenaPeer.Local.UNIX),
                    new RawNioPeer(RawNioPeer.Memory.SHARED),
                    new RawNioPeer(RawNioPeer.Memory.OWN),
                    new NettyPeer(NettyTransport.EPOLL),
                    new NettyPeer(NettyTransport.NIO));

    private Peers() {}

    public static List<String> names() {
        return ALL.stream().map(Peer::name).toList();
    }

    public static Peer named(final String name) {
        return ALL.stream()
                .filter(peer -> peer.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no peer '" + name + "', but " + names()));
    }
}
