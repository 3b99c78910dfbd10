// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.util.List;

/** The peers there are of a kind. A new one is added here. */
public final class Peers {

    private final List<Peer> peers;

    private Peers(final List<Peer> peers) {
        this.peers = peers;
    }

    /**
     * Those that send what they send as it is.
     *
     * @return the peers, Verbena first.
     */
    public static Peers plain() {
        return new Peers(
                List.of(
                        VerbenaPeer.at("tcp", "127.0.0.1"),
                        VerbenaPeer.of(VerbenaPeer.Local.UNIX),
                        RawNioPeer.plain(RawNioPeer.Memory.SHARED),
                        RawNioPeer.plain(RawNioPeer.Memory.OWN),
                        NettyPeer.plain(NettyTransport.EPOLL),
                        NettyPeer.plain(NettyTransport.NIO)));
    }

    /**
     * Those that encrypt it.
     *
     * @param tls what all of them encrypt with.
     * @return the peers, Verbena first.
     */
    public static Peers over(final TlsPair tls) {
        return new Peers(
                List.of(
                        VerbenaPeer.over(tls),
                        RawNioPeer.over(tls, RawNioPeer.Memory.SHARED),
                        RawNioPeer.over(tls, RawNioPeer.Memory.OWN),
                        NettyPeer.over(tls, NettyTransport.EPOLL),
                        NettyPeer.over(tls, NettyTransport.NIO)));
    }

    /**
     * All of them.
     *
     * @return the peers, Verbena first.
     */
    public List<Peer> all() {
        return peers;
    }

    public List<String> names() {
        return peers.stream().map(Peer::name).toList();
    }

    public Peer named(final String name) {
        return peers.stream()
                .filter(peer -> peer.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no peer '" + name + "', but " + names()));
    }
}
