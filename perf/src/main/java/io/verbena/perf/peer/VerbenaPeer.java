// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.SessionOptions;
import io.verbena.TlsOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Verbena itself, over one of its transports on this machine. */
public final class VerbenaPeer implements Peer {

    /**
     * As the other peers have it, so that transports are compared and not the kernel's settings.
     */
    private static final int SOCKET_BUFFER = RawConnection.SOCKET_BUFFER;

    /** A message's size beyond which memory matters more than never to wait for a free one. */
    private static final int SMALL = 4096;

    /** Of both ends, for an emulated or busy machine, on which all is slow and nothing is wrong. */
    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private static final int PAGE = 4096;
    private static final int CACHE_LINE = 64;

    private final Kind kind;
    private final @Nullable TlsOptions tls;

    private VerbenaPeer(final Kind kind, final @Nullable TlsOptions tls) {
        this.kind = kind;
        this.tls = tls;
    }

    static Peer of(final Kind kind) {
        return new VerbenaPeer(kind, null);
    }

    static Peer over(final TlsPair tls) {
        return new VerbenaPeer(
                new Address("tls", "127.0.0.1"), tls.options().withHandshakeTimeoutNs(PATIENCE_NS));
    }

    /**
     * Verbena at an address of this machine.
     *
     * @param scheme the transport's: tcp or rdma.
     * @param address an IP address.
     * @return the peer.
     */
    public static Peer at(final String scheme, final String address) {
        return of(new Address(scheme, address));
    }

    /** A transport, and where its servers are. */
    interface Kind {
        String peerName();

        URI toListenOn();

        int port(URI listening);

        URI toConnectTo(int port);
    }

    /** An IP address. */
    private record Address(String scheme, String address) implements Kind {
        @Override
        public String peerName() {
            return "verbena-" + scheme;
        }

        @Override
        public URI toListenOn() {
            return toConnectTo(0);
        }

        @Override
        public int port(final URI listening) {
            return listening.getPort();
        }

        @Override
        public URI toConnectTo(final int port) {
            final String host = address.indexOf(':') < 0 ? address : "[" + address + "]";
            return URI.create("%s://%s:%d".formatted(scheme, host, port));
        }
    }

    /** A transport within the machine. */
    enum Local implements Kind {
        /** A socket in the file system, whose name has a number in place of a port. */
        UNIX("verbena-unix") {
            @Override
            public URI toListenOn() {
                return toConnectTo(
                        (int) ProcessHandle.current().pid() * SERVERS_OF_A_PROCESS
                                + NEXT.getAndIncrement() % SERVERS_OF_A_PROCESS);
            }

            @Override
            public int port(final URI listening) {
                final String path = listening.getPath();
                return Integer.parseInt(
                        path.substring(path.lastIndexOf('-') + 1, path.lastIndexOf('.')));
            }

            @Override
            public URI toConnectTo(final int port) {
                final Path socket =
                        Path.of(
                                System.getProperty("java.io.tmpdir"),
                                "verbena-peer-%d.sock".formatted(port));
                return URI.create("unix://" + socket.toAbsolutePath());
            }
        };

        private static final int SERVERS_OF_A_PROCESS = 256;
        private static final AtomicInteger NEXT = new AtomicInteger();

        private final String peerName;

        Local(final String peerName) {
            this.peerName = peerName;
        }

        @Override
        public String peerName() {
            return peerName;
        }
    }

    @Override
    public String name() {
        return kind.peerName();
    }

    @Override
    public Server serve(final Workload workload) throws IOException {
        return VerbenaServer.start(kind, tls, workload);
    }

    @Override
    public Client connect(final int port, final Workload workload) throws IOException {
        return VerbenaClient.connect(
                kind.toConnectTo(port), connectOptions(workload).withTls(tls), workload);
    }

    static EventQueueHandler openEventQueue(final Workload workload) {
        return EventQueueHandler.open(
                EventQueueOptions.defaults()
                        .withIdlePolicy(workload.spin() ? IdlePolicy.SPIN : IdlePolicy.BLOCK));
    }

    static SessionOptions sessionOptions(final Workload workload) {
        return SessionOptions.defaults()
                .withWindow(Math.max(workload.window(), 2))
                .withSocketBufferBytes(SOCKET_BUFFER)
                .withKeepaliveIntervalNs(PATIENCE_NS);
    }

    private static ConnectOptions connectOptions(final Workload workload) {
        return ConnectOptions.defaults()
                .withConnectTimeoutNs(PATIENCE_NS)
                .withHelloTimeoutNs(PATIENCE_NS)
                .withSession(sessionOptions(workload));
    }

    static MsgPool pool(final int count, final int inBytes, final int outBytes) {
        return MsgPool.direct(count, spaced(inBytes), spaced(outBytes));
    }

    /** So many messages that no request waits for one, even while an answer is on its way out. */
    static int messages(final Workload workload) {
        return workload.largest() <= SMALL
                ? 2 * workload.outstanding()
                : workload.outstanding() + 2;
    }

    /** Messages a multiple of a page apart would push each other's first lines out of the cache. */
    private static int spaced(final int size) {
        return size % PAGE == 0 ? size + CACHE_LINE : size;
    }
}
