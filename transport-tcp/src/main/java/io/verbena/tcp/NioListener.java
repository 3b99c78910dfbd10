// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Listener;
import io.verbena.tcp.link.TlsHandshake;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listening socket. */
final class NioListener implements Listener, Selectable {
    /** So many are accepted at a time, then those who are connected have their turn. */
    private static final int ACCEPTS_PER_TURN = 64;

    /** When descriptors have run out: how long to wait for some to be closed. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The kind of a file in its mode, and that of a socket (inode(7)). */
    private static final int S_IFMT = 0170000;

    private static final int S_IFSOCK = 0140000;

    private final NioPoller poller;
    private final ServerSocketChannel channel;
    private final SocketUri address;
    private final URI uri;
    private final Acceptor acceptor;
    private final int bufferBytes;
    private final TlsHandshake.@Nullable Setup tls;

    /** The socket's file, as this listener has made it; null where there is none. */
    private final @Nullable Object fileKey;

    private NioListener(
            final NioPoller poller,
            final ServerSocketChannel channel,
            final SocketUri address,
            final PortalOptions options,
            final TlsHandshake.@Nullable Setup tls,
            final Acceptor acceptor)
            throws IOException {
        this.poller = poller;
        this.channel = channel;
        this.address = address;
        this.acceptor = acceptor;
        this.bufferBytes = options.session().socketBufferBytes();
        this.tls = tls;
        this.fileKey = fileKey();
        this.uri =
                channel.getLocalAddress() instanceof InetSocketAddress inet
                        ? address.withPort(inet.getPort())
                        : address.uri();
        channel.configureBlocking(false);
        poller.watch(channel, SelectionKey.OP_ACCEPT, this);
    }

    static NioListener open(
            final NioPoller poller,
            final SocketUri address,
            final PortalOptions options,
            final Acceptor acceptor) {
        address.refuseSecret(!options.secrets().isEmpty());
        final TlsHandshake.Setup tls = TlsSetups.server(address, options.tls());
        ServerSocketChannel channel = null;
        try {
            final SocketAddress local = address.resolve().get(0);
            channel = bind(address, local, options);
            return new NioListener(poller, channel, address, options, tls, acceptor);
        } catch (final UnknownHostException e) {
            NioPoller.closeQuietly(channel);
            throw new VerbenaException(
                    EventReason.UNRESOLVED,
                    "the host of %s is unknown".formatted(address.uri()),
                    e);
        } catch (final IOException e) {
            NioPoller.closeQuietly(channel);
            throw new VerbenaException(
                    EventReason.BIND_FAILED,
                    "can't listen on %s: %s".formatted(address.uri(), e.getMessage()),
                    e);
        }
    }

    private static ServerSocketChannel bind(
            final SocketUri address, final SocketAddress local, final PortalOptions options)
            throws IOException {
        if (address.unix()) {
            removeIfStale(local, Path.of(address.host()));
        }
        final ServerSocketChannel channel =
                address.unix()
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        try {
            final int bytes = options.session().socketBufferBytes();
            if (bytes > 0 && !address.unix()) {
                // Before bind: the window's scale is settled with the first packet (tcp(7)).
                channel.setOption(StandardSocketOptions.SO_RCVBUF, bytes);
            }
            return channel.bind(local, options.backlog());
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * A socket's file outlives a process that was killed (unix(7)): if nobody answers, it is
     * removed.
     */
    private static void removeIfStale(final SocketAddress local, final Path file)
            throws IOException {
        if (!Files.exists(file) || !isSocket(file)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(local);
        } catch (final IOException e) {
            if (Faults.ofConnect(e) == EventReason.REFUSED) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * A pipe or a device refuses connections just as a stale socket does, and isn't ours to remove.
     */
    private static boolean isSocket(final Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            final int mode = (Integer) Files.getAttribute(file, "unix:mode");
            return (mode & S_IFMT) == S_IFSOCK;
        }
        return Files.readAttributes(file, BasicFileAttributes.class).isOther();
    }

    @Override
    public void onReady(final SelectionKey key) {
        for (int i = 0; i < ACCEPTS_PER_TURN && key.isValid(); i++) {
            if (!acceptOne(key)) {
                return;
            }
        }
    }

    private boolean acceptOne(final SelectionKey key) {
        final long postponedNs = acceptor.postponedNs();
        if (postponedNs > 0) {
            acceptLater(key, postponedNs);
            return false;
        }
        final SocketChannel accepted;
        try {
            accepted = channel.accept();
        } catch (final IOException e) {
            pause(key, e);
            return false;
        }
        if (accepted == null) {
            return false;
        }
        try {
            poller.accepted(accepted, address, tls, bufferBytes, acceptor);
        } catch (final IOException e) {
            // Gone before it was looked at; that is no fault of ours.
            NioPoller.closeQuietly(accepted);
        }
        return true;
    }

    /**
     * accept(2) has failed, as it does when descriptors run out: it would fail at once, for ever.
     */
    private void pause(final SelectionKey key, final IOException e) {
        poller.context()
                .report(
                        EventReason.LIMIT_REACHED,
                        "can't accept on %s, will try again in %d ms (are there too few file descriptors?)"
                                .formatted(uri, TimeUnit.NANOSECONDS.toMillis(PAUSE_NS)),
                        e);
        acceptLater(key, PAUSE_NS);
    }

    private void acceptLater(final SelectionKey key, final long delayNs) {
        key.interestOps(0);
        poller.context()
                .schedule(
                        delayNs,
                        () -> {
                            if (key.isValid()) {
                                key.interestOps(SelectionKey.OP_ACCEPT);
                            }
                        });
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void close() {
        if (channel.isOpen()) {
            NioPoller.closeQuietly(channel);
            poller.selectSoon();
            removeFile();
        }
    }

    /** But not that of another process which has put its own in its place. */
    private void removeFile() {
        final Path file = socketFile();
        if (file != null && fileKey != null && fileKey.equals(fileKey())) {
            try {
                Files.deleteIfExists(file);
            } catch (final IOException e) {
                // It is stale now, and the next to listen there removes it.
            }
        }
    }

    private @Nullable Object fileKey() {
        final Path file = socketFile();
        if (file == null) {
            return null;
        }
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (final IOException e) {
            // It isn't there any more.
            return null;
        }
    }

    private @Nullable Path socketFile() {
        return address.unix() ? UnixDomainSocketAddress.of(address.host()).getPath() : null;
    }
}
