// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

/** A link: two connections and what is on its way between them. Its monitor guards all of it. */
final class MemLink {
    final MemFaults faults;
    final MemConnection client;
    final MemConnection server;
    private int openEnds = 2;
    private String broken;

    MemLink(final MemFaults faults, final String address) {
        this.faults = faults;
        final MemLane toServer = new MemLane(faults.lane(Direction.TO_SERVER));
        final MemLane toClient = new MemLane(faults.lane(Direction.TO_CLIENT));
        client = new MemConnection(this, toClient, toServer, address);
        server = new MemConnection(this, toServer, toClient, address + "(client)");
        faults.links.add(this);
        MemNetwork.LINKS.incrementAndGet();
    }

    MemConnection peerOf(final MemConnection end) {
        return end == client ? server : client;
    }

    /** Breaks the link for both ends; what is on its way is lost. */
    void cut(final String why) {
        synchronized (this) {
            if (broken != null) {
                return;
            }
            broken = why;
            client.linkIsBroken();
            server.linkIsBroken();
        }
        signalBoth();
    }

    /** Why the link is broken; null if it isn't. */
    synchronized String broken() {
        return broken;
    }

    void signalBoth() {
        client.signal();
        server.signal();
    }

    /** An end is over and done with. */
    synchronized void endIsGone() {
        openEnds--;
        if (openEnds == 0) {
            faults.links.remove(this);
            MemNetwork.LINKS.decrementAndGet();
        }
    }
}
