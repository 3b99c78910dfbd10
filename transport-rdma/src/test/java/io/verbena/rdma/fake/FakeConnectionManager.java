// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** The connection manager: who listens where, and how connections come and go. */
final class FakeConnectionManager {
    static final int REQUEST_DATA = 56;
    static final int REJECT_DATA = 148;
    static final int ACCEPT_DATA = 196;
    private static final byte[] NOTHING = {};
    private static final int FIRST_EPHEMERAL = 32_768;

    final Set<InetAddress> unreachable = new HashSet<>();
    final List<FakeLink> links = new ArrayList<>();
    private final FakeFabric fabric;
    private final List<FakeId> bound = new ArrayList<>();
    private int ephemeral = FIRST_EPHEMERAL;

    FakeConnectionManager(final FakeFabric fabric) {
        this.fabric = fabric;
    }

    // ---- addresses

    void bind(final FakeId id, final InetSocketAddress address) throws IOException {
        require(id, "bind", FakeId.State.IDLE);
        int port = address.getPort();
        if (port == 0) {
            do {
                port = ephemeralPort();
            } while (taken(address.getAddress(), port));
        } else if (taken(address.getAddress(), port)) {
            throw new IOException("bind: Address already in use");
        }
        id.local = new InetSocketAddress(address.getAddress(), port);
        id.state = FakeId.State.BOUND;
        if (!address.getAddress().isAnyLocalAddress()) {
            id.device = fabric.deviceOf(address.getAddress());
            if (id.device == null) {
                throw new IOException("bind: No such device");
            }
            id.port = fabric.portOf(address.getAddress());
        }
        bound.add(id);
    }

    private int ephemeralPort() {
        ephemeral = ephemeral == 65_535 ? FIRST_EPHEMERAL : ephemeral + 1;
        return ephemeral;
    }

    private boolean taken(final InetAddress address, final int port) {
        return bound.stream()
                .anyMatch(id -> id.local.getPort() == port && overlap(id.local, address));
    }

    private static boolean overlap(final InetSocketAddress one, final InetAddress other) {
        return one.getAddress().isAnyLocalAddress()
                || other.isAnyLocalAddress()
                || one.getAddress().equals(other);
    }

    void resolveAddress(final FakeId id, final InetSocketAddress target) throws IOException {
        require(id, "resolveAddress", FakeId.State.IDLE, FakeId.State.BOUND);
        final int scripted = fabric.script.addressStatus();
        final FakeDevice device = fabric.deviceOf(target.getAddress());
        if (scripted != 0) {
            post(id, CmEvent.Type.ADDR_ERROR, scripted);
        } else if (unreachable.contains(target.getAddress())) {
            post(id, CmEvent.Type.ADDR_ERROR, -Status.ENETUNREACH);
        } else if (device == null) {
            post(id, CmEvent.Type.ADDR_ERROR, -Status.ENODEV);
        } else {
            id.device = device;
            id.port = fabric.portOf(target.getAddress());
            id.remote = target;
            if (id.local == null) {
                id.local = new InetSocketAddress(target.getAddress(), ephemeralPort());
            }
            id.state = FakeId.State.RESOLVED;
            post(id, CmEvent.Type.ADDR_RESOLVED, 0);
        }
    }

    void resolveRoute(final FakeId id) throws IOException {
        require(id, "resolveRoute", FakeId.State.RESOLVED);
        final int scripted = fabric.script.routeStatus();
        if (scripted != 0) {
            post(id, CmEvent.Type.ROUTE_ERROR, scripted);
        } else {
            id.state = FakeId.State.ROUTED;
            post(id, CmEvent.Type.ROUTE_RESOLVED, 0);
        }
    }

    // ---- connecting

    void listen(final FakeId id, final int backlog) throws IOException {
        require(id, "listen", FakeId.State.BOUND);
        if (id.device != null) {
            id.device.present("listen");
        }
        id.state = FakeId.State.LISTENING;
        id.backlog = Math.max(1, backlog);
    }

    void connect(final FakeId id, final ConnectionParameters parameters) throws IOException {
        require(id, "connect", FakeId.State.ROUTED);
        id.device.present("connect");
        check(id, "connect", parameters.privateData(), REQUEST_DATA);
        id.state = FakeId.State.CONNECTING;
        id.parameters = parameters;
        final Script.Answer answer = fabric.script.answer();
        final FakeId listener = listener(id.remote);
        if (answer != null) {
            if (answer.type() != null) {
                post(id, answer.type(), answer.status(), answer.data());
            }
        } else if (unreachable.contains(id.remote.getAddress())) {
            post(id, CmEvent.Type.UNREACHABLE, -Status.ETIMEDOUT);
        } else if (listener == null) {
            rejected(id, Status.REJECT_NO_LISTENER, NOTHING);
        } else if (listener.requests == listener.backlog) {
            rejected(id, Status.REJECT_CONSUMER, NOTHING);
        } else {
            request(id, listener);
        }
    }

    private FakeId listener(final InetSocketAddress address) {
        return bound.stream()
                .filter(
                        id ->
                                id.state == FakeId.State.LISTENING
                                        && id.local.getPort() == address.getPort()
                                        && overlap(id.local, address.getAddress()))
                .findFirst()
                .orElse(null);
    }

    private void request(final FakeId client, final FakeId listener) {
        final FakeId server = new FakeId(listener.channel);
        server.state = FakeId.State.REQUESTED;
        server.local = client.remote;
        server.remote = client.local;
        server.device = client.device;
        server.port = client.port;
        final FakeLink link = new FakeLink(client, server);
        client.link = link;
        server.link = link;
        links.add(link);
        listener.requests++;
        final ConnectionParameters asked = client.parameters;
        final CmEvent event =
                new CmEvent(
                        CmEvent.Type.CONNECT_REQUEST,
                        0,
                        server.handle,
                        listener.handle,
                        Arrays.copyOf(asked.privateData(), REQUEST_DATA),
                        asked.initiatorDepth(),
                        asked.responderResources());
        server.channel.add(new FakeEventChannel.Entry(server, event, () -> listener.requests--));
    }

    void accept(final FakeId id, final ConnectionParameters parameters) throws IOException {
        require(id, "accept", FakeId.State.REQUESTED);
        id.device.present("accept");
        check(id, "accept", parameters.privateData(), ACCEPT_DATA);
        if (parameters.initiatorDepth() > id.device.device.limits().maxReads()) {
            throw new IOException("accept: Invalid argument");
        }
        id.parameters = parameters;
        id.state = FakeId.State.ACCEPTED;
        final FakeId client = id.link.client;
        ready(id, client);
        final CmEvent event =
                new CmEvent(
                        CmEvent.Type.ESTABLISHED,
                        0,
                        client.handle,
                        0,
                        Arrays.copyOf(parameters.privateData(), ACCEPT_DATA),
                        parameters.initiatorDepth(),
                        parameters.responderResources());
        client.channel.add(new FakeEventChannel.Entry(client, event, () -> established(id.link)));
    }

    /** The client's library knows: its queue pair is made ready, and the server told. */
    private void established(final FakeLink link) {
        link.client.state = FakeId.State.CONNECTED;
        ready(link.client, link.server);
        if (link.ended) {
            return;
        }
        link.established = true;
        link.server.state = FakeId.State.CONNECTED;
        post(link.server, CmEvent.Type.ESTABLISHED, 0);
        link.proceed();
        fabric.established(link);
    }

    private static void ready(final FakeId id, final FakeId other) {
        if (id.queuePair != null && id.queuePair.state == FakeQueuePair.State.INIT) {
            id.queuePair.state = FakeQueuePair.State.READY;
            id.queuePair.maxReads =
                    Math.min(
                            id.device.device.limits().maxReads(),
                            Math.min(
                                    id.parameters.initiatorDepth(),
                                    other.parameters.responderResources()));
        }
    }

    void reject(final FakeId id, final byte[] privateData) throws IOException {
        require(id, "reject", FakeId.State.REQUESTED);
        if (privateData.length > REJECT_DATA) {
            throw new IOException("reject: Invalid argument");
        }
        id.state = FakeId.State.OVER;
        end(id.link);
        rejected(id.link.client, Status.REJECT_CONSUMER, privateData);
    }

    private void rejected(final FakeId id, final int code, final byte[] privateData) {
        post(id, CmEvent.Type.REJECTED, code, Arrays.copyOf(privateData, REJECT_DATA));
    }

    // ---- the end

    void disconnect(final FakeId id) throws IOException {
        require(id, "disconnect", FakeId.State.CONNECTED, FakeId.State.ACCEPTED);
        id.state = FakeId.State.OVER;
        id.failQueuePair();
        final FakeLink link = id.link;
        if (!link.ended) {
            final FakeId other = link.other(id);
            end(link);
            tellDisconnected(link, other);
            // The other end's answer makes it known here.
            link.tell(link.isCut() ? id : other, () -> post(id, CmEvent.Type.DISCONNECTED, 0));
        }
    }

    /** The link breaks before it was one: both ends' connection managers give up. */
    void giveUp(final FakeLink link) {
        end(link);
        post(link.client, CmEvent.Type.CONNECT_ERROR, -Status.ETIMEDOUT);
        rejected(link.server, Status.REJECT_TIMEOUT, NOTHING);
    }

    private void end(final FakeLink link) {
        link.ended = true;
        links.remove(link);
    }

    private void tellDisconnected(final FakeLink link, final FakeId id) {
        if (!link.isCut()) {
            link.tell(
                    id,
                    () -> {
                        post(id, CmEvent.Type.DISCONNECTED, 0);
                        if (fabric.disconnectBreaksPeer) {
                            id.failQueuePair();
                        }
                    });
        }
    }

    void destroyId(final FakeId id) {
        if (id.queuePair != null) {
            throw fabric.violation(id + " is destroyed before its " + id.queuePair);
        }
        final FakeLink link = id.link;
        if (link != null && !link.ended) {
            end(link);
            leave(id, link.other(id), link);
        }
        if (id.state == FakeId.State.LISTENING) {
            dropRequests(id);
        }
        bound.remove(id);
        id.channel.entries.removeIf(entry -> entry.id() == id);
        id.channel.ids--;
        id.destroyed = true;
        id.forget();
        id.state = FakeId.State.OVER;
    }

    private void leave(final FakeId id, final FakeId other, final FakeLink link) {
        switch (id.state) {
            case REQUESTED -> rejected(other, Status.REJECT_CONSUMER, NOTHING);
            case CONNECTING -> {
                final boolean accepted = other.state == FakeId.State.ACCEPTED;
                rejected(other, accepted ? Status.REJECT_CONSUMER : Status.REJECT_TIMEOUT, NOTHING);
            }
            default -> tellDisconnected(link, other);
        }
    }

    private void dropRequests(final FakeId listener) {
        final List<FakeId> requests = new ArrayList<>();
        for (final FakeEventChannel.Entry entry : listener.channel.entries) {
            if (entry.event().listenId() == listener.handle) {
                requests.add(entry.id());
            }
        }
        requests.forEach(this::destroyId);
    }

    void remove(final FakeDevice device) {
        for (final FakeId id : fabric.handles.all(FakeId.class)) {
            if (id.device == device) {
                id.failQueuePair();
                post(id, CmEvent.Type.DEVICE_REMOVAL, 0);
            }
        }
    }

    // ---- events

    void migrate(final FakeId id, final FakeEventChannel channel) {
        final Iterator<FakeEventChannel.Entry> all = id.channel.entries.iterator();
        while (all.hasNext()) {
            final FakeEventChannel.Entry entry = all.next();
            if (entry.id() == id) {
                all.remove();
                channel.add(entry);
            }
        }
        id.channel.ids--;
        id.channel = channel;
        channel.ids++;
    }

    private void post(final FakeId id, final CmEvent.Type type, final int status) {
        post(id, type, status, NOTHING);
    }

    private void post(
            final FakeId id, final CmEvent.Type type, final int status, final byte[] data) {
        if (id.destroyed) {
            return;
        }
        final Runnable whenFetched =
                () -> {
                    if (type == CmEvent.Type.REJECTED) {
                        id.failQueuePair();
                    }
                };
        if (type == CmEvent.Type.REJECTED || type == CmEvent.Type.UNREACHABLE) {
            id.state = FakeId.State.OVER;
        }
        final CmEvent event = new CmEvent(type, status, id.handle, 0, data, 0, 0);
        id.channel.add(new FakeEventChannel.Entry(id, event, whenFetched));
    }

    // ---- checks

    private static void require(final FakeId id, final String verb, final FakeId.State... allowed)
            throws IOException {
        if (!Arrays.asList(allowed).contains(id.state)) {
            throw new IOException(verb + ": Invalid argument (the id is " + id.state + ")");
        }
    }

    private void check(final FakeId id, final String verb, final byte[] privateData, final int most)
            throws IOException {
        if (id.queuePair == null) {
            throw fabric.violation(verb + " of " + id + " without a queue pair");
        }
        if (privateData.length > most) {
            throw new IOException(verb + ": Invalid argument");
        }
    }
}
