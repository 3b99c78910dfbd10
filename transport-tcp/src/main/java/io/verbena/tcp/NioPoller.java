// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.tcp.jit.JitEnd;
import io.verbena.tcp.link.BlockingCall;
import io.verbena.tcp.link.LinkMemory;
import io.verbena.tcp.link.TlsHandshake;
import io.verbena.tcp.link.TlsTasks;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All sockets of one event queue.
 *
 * <p>As long as there are few connections they are read directly at each poll, and the selector is
 * asked only now and then, for listeners and connects: a read that finds nothing costs less than a
 * select that does. With many, the selector is asked, and those that are ready are read once each;
 * but as long as that is most of them, to ask costs more than it saves, and they are read directly
 * as well.
 */
final class NioPoller implements Poller {
    /** Up to so many connections are always read without asking the selector. */
    private static final int FEW = 4;

    /**
     * While reading directly: reads between two looks at the selector, some milliseconds at most.
     */
    private static final int READS_PER_SELECT = 4096;

    /**
     * The same while TLS handshakes are under way: each has several messages that the selector
     * tells of, one after the other.
     */
    private static final int READS_PER_SELECT_IN_HANDSHAKES = 64;

    /** For waits below the selector's resolution of a millisecond. */
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private final PollerContext context;
    private final Selector selector;
    private final Segments segments = new Segments();
    private final ReadArea readArea;
    private final LinkMemory linkMemory = new LinkMemory();
    private @Nullable TlsTasks tlsTasks;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final Lingering lingering;

    /**
     * From the first wait on of an event queue that is dedicated to one connection. Written once;
     * other threads see it when they wake this one.
     */
    private volatile @Nullable Dedication dedication;

    /** The connection beside which the selector has none to tell of, as long as that is known. */
    private @Nullable NioConnection alone;

    private NioConnection[] connections = new NioConnection[8];
    private int count;
    private int readsToSelect;

    /** TLS handshakes of connections that are made. */
    private int handshakes;

    private int ready;

    /** The last time, so many had something to read that the selector need not be asked. */
    private boolean mostAreReady;

    /**
     * The last time that all were read, some had more to send than the kernel takes. When it takes
     * more, only the selector is to tell: it waits until a good part of the socket's buffer is
     * free, and to fill that at once costs both ends much less than to stuff every page that
     * becomes free.
     */
    private boolean someAreFull;

    /** One of the following may have something. Asked several times a message; as a rule none. */
    private boolean someAreQueued;

    private final ArrayDeque<NioConnection> dirty = new ArrayDeque<>();
    private final ArrayDeque<NioConnection> ended = new ArrayDeque<>();
    private final ArrayDeque<NioConnection> resumable = new ArrayDeque<>();

    NioPoller(final PollerContext context) {
        this.context = context;
        try {
            selector = Selector.open();
        } catch (final IOException e) {
            throw new VerbenaException(
                    EventReason.UNAVAILABLE,
                    "no selector can be opened (are there too few file descriptors?): "
                            + e.getMessage(),
                    e);
        }
        readArea = new ReadArea();
        lingering = new Lingering(this);
    }

    // ---- the duty cycle

    @Override
    public int poll() {
        int work = beforeIo();
        work += undedicate();
        if (readsToSelect > 0 && !someAreFull && (mostAreReady || count <= FEW) && count > 0) {
            work += readAll();
        } else {
            work += selectNow();
        }
        return work + afterIo();
    }

    private int readAll() {
        int found = 0;
        readsToSelect -= count;
        for (int i = count - 1; i >= 0; i--) {
            if (i >= count) {
                // Several have ended at once.
                continue;
            }
            // A connection that ends is replaced by the last one, which has had its turn.
            final NioConnection connection = connections[i];
            if (connection.read()) {
                found++;
            }
            someAreFull |= connection.wantsToSend();
        }
        mostAreReady = found * 2 > count;
        return found;
    }

    @Override
    public int await(final long timeoutNs) {
        int work = beforeIo();
        if (work == 0) {
            work += awaitIo(timeoutNs);
        }
        return work + afterIo();
    }

    private int awaitIo(final long timeoutNs) {
        final long stallTimeoutNs = context.stallTimeoutNs();
        int work = -1;
        if (stallTimeoutNs > 0
                && timeoutNs >= BlockingCall.LEAST_TIMEOUT_NS
                && count == 1
                && isAlone(connections[0])) {
            final Dedication present = dedication;
            if (present == null) {
                // From the next wait on: who wakes this one may not have heard of it.
                dedication = new Dedication(context, stallTimeoutNs);
            } else {
                work = present.await(connections[0], timeoutNs);
            }
        }
        if (work >= 0) {
            return work;
        }
        work = undedicate();
        if (work == 0) {
            final long timeoutMs = TimeUnit.NANOSECONDS.toMillis(timeoutNs);
            if (timeoutNs == Long.MAX_VALUE) {
                work += select(0);
            } else if (timeoutMs > 0) {
                work += select(timeoutMs);
            } else {
                LockSupport.parkNanos(this, Math.min(timeoutNs, NAP_NS));
                work += selectNow();
            }
        }
        return work;
    }

    /** Would the selector tell of nothing else? To count its keys each time is dear. */
    private boolean isAlone(final NioConnection connection) {
        if (alone != connection) {
            alone = selector.keys().size() == (connection.isWatched() ? 1 : 0) ? connection : null;
        }
        return alone == connection;
    }

    @Override
    public void flush() {
        afterIo();
    }

    @Override
    public boolean prefersAwait() {
        return true;
    }

    @Override
    public void wakeup() {
        final Dedication present = dedication;
        if (present == null || !present.wakeup()) {
            selector.wakeup();
        }
    }

    /** From now on, the selector's turn; returns work done. */
    private int undedicate() {
        final Dedication present = dedication;
        return present == null ? 0 : present.release();
    }

    private int select(final long timeoutMs) {
        ready = 0;
        try {
            selector.select(onReady, timeoutMs);
        } catch (final IOException e) {
            context.report(EventReason.TRANSPORT_ERROR, "the selector failed", e);
        }
        mostAreReady = ready * 2 > count;
        return ready;
    }

    private int selectNow() {
        readsToSelect = handshakes == 0 ? READS_PER_SELECT : READS_PER_SELECT_IN_HANDSHAKES;
        someAreFull = false;
        ready = 0;
        try {
            selector.selectNow(onReady);
        } catch (final IOException e) {
            context.report(EventReason.TRANSPORT_ERROR, "the selector failed", e);
        }
        mostAreReady = ready * 2 > count;
        return ready;
    }

    private void onReady(final SelectionKey key) {
        ready++;
        ((Selectable) key.attachment()).onReady(key);
    }

    /** What calls from outside the duty cycle have left to do. */
    private int beforeIo() {
        if (!someAreQueued) {
            return 0;
        }
        int work = 0;
        for (int i = resumable.size(); i > 0; i--) {
            final NioConnection connection = resumable.poll();
            if (connection == null) {
                // Some have left before their turn came.
                break;
            }
            connection.resumable = false;
            connection.resume();
            work++;
        }
        return work + afterIo();
    }

    /** Sends what was gathered, and tells of what has ended. */
    private int afterIo() {
        if (!someAreQueued) {
            return 0;
        }
        int work = 0;
        while (!dirty.isEmpty() || !ended.isEmpty()) {
            for (int i = dirty.size(); i > 0; i--) {
                final NioConnection connection = dirty.remove();
                if (connection.dirty) {
                    connection.dirty = false;
                    connection.flush();
                    work++;
                }
            }
            for (int i = ended.size(); i > 0; i--) {
                ended.remove().tellEnd();
                work++;
            }
        }
        someAreQueued = !resumable.isEmpty();
        return work;
    }

    /** It has something to send at the end of the duty cycle, if that isn't sent before. */
    void flushLater(final NioConnection connection) {
        someAreQueued = true;
        dirty.add(connection);
    }

    /** It has ended, and its handler is to hear of it. */
    void tellLater(final NioConnection connection) {
        someAreQueued = true;
        ended.add(connection);
    }

    /** It has bytes that were read and not looked at. */
    void resumeLater(final NioConnection connection) {
        if (!connection.resumable) {
            connection.resumable = true;
            someAreQueued = true;
            resumable.add(connection);
        }
    }

    /** From now on the selector tells the owner what of this the channel is ready for. */
    SelectionKey watch(final SelectableChannel channel, final int interest, final Selectable owner)
            throws IOException {
        alone = null;
        return channel.register(selector, interest, owner);
    }

    /**
     * A channel comes back to the selector that its key was cancelled with, and isn't rid of yet.
     */
    void forgetCancelled(final SocketChannel channel) throws IOException {
        final SelectionKey old = channel.keyFor(selector);
        if (old != null && !old.isValid()) {
            // What is ready is still ready the next time.
            selector.selectNow(key -> {});
        }
    }

    /**
     * A key was cancelled: the kernel's descriptor is closed only when the selector has seen it.
     */
    void selectSoon() {
        readsToSelect = 0;
    }

    /** A connection is made, and its TLS handshake is to come. */
    void handshakeBegan() {
        handshakes++;
        selectSoon();
    }

    /** One has ended, well or not. */
    void handshakeEnded() {
        handshakes--;
    }

    // ---- connections

    void add(final NioConnection connection) {
        if (count == connections.length) {
            connections = Arrays.copyOf(connections, count * 2);
        }
        connection.place = count;
        connections[count++] = connection;
    }

    void remove(final NioConnection connection) {
        alone = null;
        selectSoon();
        if (connection.resumable) {
            // From now on it may be another thread's.
            connection.resumable = false;
            resumable.remove(connection);
        }
        final Dedication present = dedication;
        if (present != null) {
            present.forget(connection);
        }
        final int place = connection.place;
        if (place >= 0) {
            final NioConnection last = connections[--count];
            connections[place] = last;
            last.place = place;
            connection.place = -1;
        }
    }

    @Override
    public Listener listen(final URI uri, final PortalOptions options, final Acceptor acceptor) {
        return NioListener.open(this, SocketUri.parse(uri), options, acceptor);
    }

    @Override
    public Connection connect(
            final URI uri, final ConnectOptions options, final ConnectionHandler handler) {
        final SocketUri address = SocketUri.parse(uri);
        if (!address.unix() && address.port() == 0) {
            throw new IllegalArgumentException(
                    "port 0 is for listening; connect to the real one: " + uri);
        }
        address.refuseSecret(options.secret() != null);
        final NioConnection connection =
                new NioConnection(
                        this,
                        address.transport(),
                        address.jit() ? JitEnd.CLIENT : null,
                        TlsSetups.client(address, options.tls()),
                        uri.toString(),
                        handler);
        new Dialer(this, connection, address, options).start();
        return connection;
    }

    @Override
    public void adopt(final Connection connection, final ConnectionHandler handler) {
        ((NioConnection) connection).adoptedBy(this, handler);
    }

    /** A listener has accepted a socket. */
    void accepted(
            final SocketChannel channel,
            final SocketUri address,
            final TlsHandshake.@Nullable Setup tls,
            final int bufferBytes,
            final Acceptor acceptor)
            throws IOException {
        configure(channel, bufferBytes);
        final String transport = address.transport();
        final String peer = Faults.describe(channel.getRemoteAddress());
        final NioConnection connection =
                new NioConnection(
                        this,
                        transport,
                        address.jit() ? JitEnd.SERVER : null,
                        tls,
                        peer.isEmpty() ? transport : peer,
                        ConnectionHandler.NOBODY);
        connection.connected(channel, peer.isEmpty() ? transport : peer);
        final ConnectionHandler handler = acceptor.onAccepted(connection);
        if (handler == null) {
            connection.abort();
        } else {
            connection.handler(handler);
            connection.secure();
        }
    }

    static void configure(final SocketChannel channel, final int bufferBytes) throws IOException {
        channel.configureBlocking(false);
        final var supported = channel.supportedOptions();
        if (supported.contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (supported.contains(StandardSocketOptions.SO_KEEPALIVE)) {
            // Sessions without a keepalive of their own notice a dead host all the same, in time.
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        if (bufferBytes > 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
        }
    }

    /** Closes the socket when the peer has, too. */
    void linger(final SocketChannel channel) {
        lingering.add(channel);
    }

    static void closeQuietly(final @Nullable Closeable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (final IOException e) {
                // close(2) has released the descriptor all the same; there is nothing left to lose.
            }
        }
    }

    // ---- what the others share

    PollerContext context() {
        return context;
    }

    Selector selector() {
        return selector;
    }

    Segments segments() {
        return segments;
    }

    ReadArea readArea() {
        return readArea;
    }

    LinkMemory linkMemory() {
        return linkMemory;
    }

    TlsTasks tlsTasks() {
        TlsTasks tasks = tlsTasks;
        if (tasks == null) {
            tasks = TlsTasks.share();
            tlsTasks = tasks;
        }
        return tasks;
    }

    @Override
    public void close() {
        if (!selector.isOpen()) {
            return;
        }
        for (final SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof NioConnection connection) {
                // One whose handshake is under way isn't among the connections.
                connection.abandon();
            }
            closeQuietly(key.channel());
        }
        for (int i = count - 1; i >= 0; i--) {
            connections[i].abandon();
        }
        count = 0;
        dirty.clear();
        ended.clear();
        closeQuietly(selector);
        closeQuietly(dedication);
        segments.close();
        readArea.close();
        linkMemory.close();
        if (tlsTasks != null) {
            tlsTasks.close();
        }
    }
}
