// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.Verbs.Watched;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.PoolMemory;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * All queue pairs of one event queue.
 *
 * <p>A duty cycle reads completions, calls back, and posts what the call-backs wrote: in the best
 * case with one crossing into the natives, which posts the last cycle's work and reads the next
 * completions. Events of the connection manager are rare and cost a system call to ask for, so they
 * are asked for now and then.
 */
final class RdmaPoller implements Poller {
    /** Completions that are read at a time. */
    private static final int BATCH = 16;

    /** Connections whose work is posted with one crossing. */
    private static final int POSTS = 16;

    /** Polls between two looks at the connection manager; and while it is expected to have news. */
    private static final int POLLS_PER_LOOK = 1024;

    private static final int POLLS_PER_EAGER_LOOK = 16;

    /** How long news are expected after a connection was begun, made or ended. */
    private static final long EXPECTANT_NS = TimeUnit.SECONDS.toNanos(1);

    /** For waits below the millisecond that epoll_wait(2) resolves. */
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private final PollerContext context;
    private final Verbs verbs;
    private final RdmaOptions options;
    private final boolean oneCrossing;
    private final String scheme;
    private final long waiter;
    private final long channel;
    private final FrameHeader header = new FrameHeader();
    private final PathCounters paths = new PathCounters();

    private final ByteBuf nativeMemory;
    private final ByteBuffer completions;
    private final long completionsAddress;
    private final ByteBuffer posts;
    private final long postsAddress;
    private final RdmaConnection[] posting = new RdmaConnection[POSTS];

    private final Map<Long, RdmaConnection> byId = new HashMap<>();
    private final Map<Long, RdmaListener> listeners = new HashMap<>();
    private final Map<Long, LocalDevice> devices = new HashMap<>();
    private final List<RdmaConnection> connections = new ArrayList<>();
    private final List<PoolMemory> pools = new ArrayList<>();
    private final List<PoolUse> uses = new ArrayList<>();
    private CompletionQueue[] queues = new CompletionQueue[0];

    private final ArrayDeque<RdmaConnection> dirty = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> touched = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> settling = new ArrayDeque<>();
    private final ArrayDeque<RdmaConnection> ended = new ArrayDeque<>();

    /** Completions that were read when something was posted, of the first queue. */
    private int leftOver;

    private int pollsToLook;
    private long expectantUntilNs;
    private boolean lookNow;
    private final Waker waker;
    private boolean closed;

    RdmaPoller(
            final PollerContext context,
            final Verbs verbs,
            final RdmaOptions options,
            final String scheme) {
        this.context = context;
        this.verbs = verbs;
        this.options = options;
        this.scheme = scheme;
        oneCrossing = verbs.extensions().contains(Extension.PROGRESS);
        expectantUntilNs = context.nanoTime();
        long openedWaiter = 0;
        long openedChannel = 0;
        try {
            openedWaiter = verbs.createWaiter();
            openedChannel = verbs.createEventChannel();
            verbs.watch(openedWaiter, Watched.EVENT_CHANNEL, openedChannel);
        } catch (final IOException e) {
            if (openedChannel != 0) {
                verbs.destroyEventChannel(openedChannel);
            }
            if (openedWaiter != 0) {
                verbs.destroyWaiter(openedWaiter);
            }
            throw new VerbenaException(
                    EventReason.UNAVAILABLE, "RDMA can't be used: " + e.getMessage(), e);
        }
        waiter = openedWaiter;
        channel = openedChannel;
        waker = new Waker(verbs, waiter, context);
        final int completionBytes = BATCH * Layout.WC_BYTES;
        final int bytes = completionBytes + POSTS * Layout.POST_BYTES;
        nativeMemory = Unpooled.directBuffer(bytes + 64, bytes + 64);
        final ByteBuffer memory = nativeMemory.nioBuffer(0, bytes + 64);
        final ByteBuffer whole = memory.slice(64 - memory.alignmentOffset(0, 64) & 63, bytes);
        completions = whole.slice(0, completionBytes).order(ByteOrder.nativeOrder());
        completionsAddress = verbs.addressOf(completions);
        posts =
                whole.slice(completionBytes, POSTS * Layout.POST_BYTES)
                        .order(ByteOrder.nativeOrder());
        postsAddress = verbs.addressOf(posts);
    }

    // ---- the duty cycle

    @Override
    public int poll() {
        int work = runTouched();
        work += post();
        final int toSettle = settling.size();
        if (toSettle > 0) {
            // So that the queues are read anew below.
            settleLeftOver();
        }
        boolean allRead = true;
        for (int i = 0; i < queues.length; i++) {
            final int found = readCompletions(queues[i], i == 0);
            allRead &= found < BATCH;
            work += found;
        }
        if (toSettle > 0) {
            work += allRead ? settle(toSettle) : 1;
        }
        if (lookNow || --pollsToLook <= 0) {
            work += look();
        }
        work += runTouched();
        work += tellEnded();
        if (!dirty.isEmpty()) {
            work += post();
        }
        paths.publish();
        return work;
    }

    private int readCompletions(final CompletionQueue queue, final boolean first) {
        int found;
        if (first && leftOver > 0) {
            found = leftOver;
            leftOver = 0;
        } else {
            found = verbs.poll(queue.handle(), BATCH, completionsAddress);
        }
        if (found < 0) {
            return broken(queue);
        }
        for (int i = 0; i < found; i++) {
            handle(queue, i * Layout.WC_BYTES);
        }
        return found;
    }

    private void handle(final CompletionQueue queue, final int at) {
        final long id = completions.getLong(at + Layout.WC_ID);
        final RdmaConnection connection = queue.connection(id);
        if (connection == null) {
            return;
        }
        final int kind = WorkId.kind(id);
        final int status = completions.getInt(at + Layout.WC_STATUS);
        if (status != Layout.STATUS_SUCCESS) {
            connection.onWorkFailed(kind, status, completions.getInt(at + Layout.WC_VENDOR_ERROR));
        } else if (kind == WorkId.RECEIVE) {
            connection.onReceived(WorkId.slot(id), completions.getInt(at + Layout.WC_BYTE_LENGTH));
        } else if (kind == WorkId.SEND) {
            connection.onSent(WorkId.slot(id));
        } else if (kind == WorkId.READ) {
            connection.onRead(completions.getInt(at + Layout.WC_BYTE_LENGTH));
        }
        runLater(connection);
    }

    /** An overrun, or a device that is gone: its connections end, and nobody is given it again. */
    private int broken(final CompletionQueue queue) {
        if (queue.isBroken()) {
            return 0;
        }
        queue.setBroken();
        for (final RdmaConnection connection : List.copyOf(connections)) {
            if (queue.has(connection)) {
                connection.linkDown(EventReason.TRANSPORT_ERROR, "the completion queue is broken");
            }
        }
        if (queue.isEmpty()) {
            closeQueue(queue);
        }
        return 1;
    }

    /** It has received something, or may end. */
    void runLater(final RdmaConnection connection) {
        if (!connection.touched) {
            connection.touched = true;
            touched.add(connection);
        }
    }

    private int runTouched() {
        int work = 0;
        for (int i = touched.size(); i > 0; i--) {
            final RdmaConnection connection = touched.poll();
            if (connection == null) {
                break;
            }
            connection.touched = false;
            connection.run();
            work++;
        }
        return work;
    }

    /** Tell it when all completions that there are have been read. */
    void settleLater(final RdmaConnection connection) {
        if (!connection.settling) {
            connection.settling = true;
            settling.add(connection);
        }
    }

    private int settle(final int count) {
        for (int i = Math.min(count, settling.size()); i > 0; i--) {
            final RdmaConnection connection = settling.remove();
            connection.settling = false;
            connection.onSettled();
        }
        return count;
    }

    /** It has something to post, at the end of the duty cycle. */
    void flushLater(final RdmaConnection connection) {
        dirty.add(connection);
    }

    /** It has ended, and its handler is to hear of it. */
    void tellLater(final RdmaConnection connection) {
        ended.add(connection);
    }

    void forgetEnd(final RdmaConnection connection) {
        ended.remove(connection);
    }

    private int tellEnded() {
        int work = 0;
        for (RdmaConnection next = ended.poll(); next != null; next = ended.poll()) {
            next.tellEnd();
            work++;
        }
        return work;
    }

    /** Posts what was gathered, and reads completions with it where that costs no more. */
    private int post() {
        int work = 0;
        while (!dirty.isEmpty()) {
            int count = 0;
            while (count < POSTS && !dirty.isEmpty()) {
                if (gather(dirty.remove(), count)) {
                    count++;
                }
            }
            if (count > 0) {
                postGathered(count);
                work += count;
            }
        }
        return work;
    }

    private boolean gather(final RdmaConnection connection, final int index) {
        connection.prepare();
        connection.dirty = false;
        final Endpoint endpoint = connection.endpoint();
        if (endpoint == null) {
            return false;
        }
        final long receives = endpoint.incoming().takeChain();
        final long sends = endpoint.outgoing().takeChain();
        if (receives == 0 && sends == 0) {
            return false;
        }
        final int at = index * Layout.POST_BYTES;
        posts.putLong(at + Layout.POST_QUEUE_PAIR, endpoint.queuePair().handle());
        posts.putLong(at + Layout.POST_RECEIVE, receives);
        posts.putLong(at + Layout.POST_SEND, sends);
        posts.putLong(at + Layout.POST_ERROR, 0);
        posting[index] = connection;
        return true;
    }

    private void postGathered(final int count) {
        if (oneCrossing) {
            final boolean read = leftOver == 0 && queues.length > 0;
            final int found =
                    verbs.postAndPoll(
                            postsAddress,
                            count,
                            read ? queues[0].handle() : 0,
                            BATCH,
                            completionsAddress);
            if (read && found > 0) {
                leftOver = found;
            }
        } else {
            for (int i = 0; i < count; i++) {
                postOne(i * Layout.POST_BYTES);
            }
        }
        for (int i = 0; i < count; i++) {
            final long error = posts.getLong(i * Layout.POST_BYTES + Layout.POST_ERROR);
            if (error != 0) {
                posting[i].onPostFailed(error);
            }
        }
    }

    private void postOne(final int at) {
        final long queuePair = posts.getLong(at + Layout.POST_QUEUE_PAIR);
        final long receives = posts.getLong(at + Layout.POST_RECEIVE);
        final long sends = posts.getLong(at + Layout.POST_SEND);
        int error = receives == 0 ? 0 : verbs.postReceive(queuePair, receives);
        if (error == 0 && sends != 0) {
            error = verbs.postSend(queuePair, sends);
        }
        posts.putLong(at + Layout.POST_ERROR, error);
    }

    // ---- waiting

    @Override
    public int await(final long timeoutNs) {
        int work = poll();
        if (work > 0 || leftOver > 0) {
            return Math.max(1, work);
        }
        final long timeoutMs = TimeUnit.NANOSECONDS.toMillis(timeoutNs);
        if (timeoutMs == 0) {
            LockSupport.parkNanos(this, Math.min(timeoutNs, NAP_NS));
            return poll();
        }
        if (!notifyMe()) {
            return poll();
        }
        final int limited =
                timeoutNs == Long.MAX_VALUE ? -1 : (int) Math.min(timeoutMs, Integer.MAX_VALUE);
        if (verbs.await(waiter, limited)) {
            lookNow = true;
        }
        work += takeNotifications();
        return work + poll();
    }

    /** Arms all queues; false if there is something already. */
    private boolean notifyMe() {
        for (final CompletionQueue queue : queues) {
            try {
                queue.arm();
            } catch (final IOException e) {
                broken(queue);
                return false;
            }
        }
        // What came between the last poll and arming notifies nobody.
        for (int i = 0; i < queues.length; i++) {
            final int found = verbs.poll(queues[i].handle(), BATCH, completionsAddress);
            if (found != 0) {
                if (i == 0 && found > 0) {
                    leftOver = found;
                } else {
                    for (int k = 0; k < found; k++) {
                        handle(queues[i], k * Layout.WC_BYTES);
                    }
                }
                return false;
            }
        }
        return true;
    }

    private int takeNotifications() {
        for (final CompletionQueue queue : queues) {
            queue.takeNotifications();
        }
        return 0;
    }

    @Override
    public void wakeup() {
        verbs.wake(waiter);
    }

    @Override
    public boolean canArm() {
        return true;
    }

    @Override
    public boolean arm() {
        if (!touched.isEmpty()
                || !dirty.isEmpty()
                || !settling.isEmpty()
                || !ended.isEmpty()
                || leftOver > 0) {
            return false;
        }
        if (waker.hasFired()) {
            takeNotifications();
            lookNow = true;
            return false;
        }
        if (!notifyMe()) {
            return false;
        }
        waker.start();
        return true;
    }

    // ---- the connection manager

    /** News of the connection manager are to be expected. */
    void expectEvents() {
        expectantUntilNs = context.nanoTime() + EXPECTANT_NS;
        pollsToLook = Math.min(pollsToLook, POLLS_PER_EAGER_LOOK);
    }

    /** The connection manager may know more. */
    void lookSoon() {
        lookNow = true;
    }

    private int look() {
        lookNow = false;
        pollsToLook =
                context.nanoTime() - expectantUntilNs < 0 ? POLLS_PER_EAGER_LOOK : POLLS_PER_LOOK;
        int work = 0;
        try {
            for (CmEvent event = verbs.cmEvent(channel);
                    event != null;
                    event = verbs.cmEvent(channel)) {
                work++;
                expectEvents();
                dispatch(event);
            }
            for (final LocalDevice device : devices.values()) {
                device.domain().readEvents();
            }
        } catch (final IOException e) {
            context.report(
                    EventReason.TRANSPORT_ERROR,
                    "the RDMA connection manager failed: " + e.getMessage(),
                    e);
        }
        return work;
    }

    private void dispatch(final CmEvent event) {
        if (event.type() == CmEvent.Type.CONNECT_REQUEST) {
            final RdmaListener listener = listeners.get(event.listenId());
            if (listener == null) {
                verbs.destroyId(event.id());
            } else {
                listener.onRequest(event);
            }
            return;
        }
        final RdmaConnection connection = byId.get(event.id());
        if (connection != null) {
            final Connector connector = connection.connector();
            if (connector != null) {
                connector.onEvent(event);
            } else {
                connection.onEvent(event);
            }
        }
    }

    /** On another event queue's thread: a device has an event. */
    void deviceEventLater(final Domain domain, final AsyncEvent event) {
        try {
            context.execute(() -> onDeviceEvent(domain, event));
        } catch (final RejectedExecutionException e) {
            // It is being closed.
        }
    }

    private void onDeviceEvent(final Domain domain, final AsyncEvent event) {
        final boolean fatal = event.type() == AsyncEvent.DEVICE_FATAL;
        if (!fatal && event.type() != AsyncEvent.PORT_ERR) {
            return;
        }
        final String detail =
                fatal
                        ? "the RDMA device has failed (%s)".formatted(event.name())
                        : "port %d of the RDMA device is down".formatted(event.element());
        for (final RdmaConnection connection : List.copyOf(connections)) {
            final Endpoint endpoint = connection.endpoint();
            if (endpoint != null && endpoint.domain() == domain) {
                connection.linkDown(EventReason.TRANSPORT_ERROR, detail);
            }
        }
    }

    @Override
    public Listener listen(final URI uri, final PortalOptions portal, final Acceptor acceptor) {
        return RdmaListener.open(this, RdmaUri.parse(uri), portal, acceptor);
    }

    void add(final long id, final RdmaListener listener) {
        listeners.put(id, listener);
    }

    void removeListener(final long id) {
        listeners.remove(id);
    }

    @Override
    public Connection connect(
            final URI uri, final ConnectOptions connect, final ConnectionHandler handler) {
        final RdmaUri address = RdmaUri.parse(uri);
        if (address.port() == 0) {
            throw new IllegalArgumentException(
                    "port 0 is for listening; connect to the real one: " + uri);
        }
        final RdmaConnection connection =
                new RdmaConnection(this, uri.toString(), RdmaConnection.Phase.RESOLVING, handler);
        add(connection);
        new Connector(this, connection, address, connect).start();
        return connection;
    }

    @Override
    public void adopt(final Connection connection, final ConnectionHandler handler) {
        ((RdmaConnection) connection).adoptedBy(this, handler);
    }

    void add(final RdmaConnection connection) {
        connections.add(connection);
        expectEvents();
    }

    void remove(final RdmaConnection connection) {
        connections.remove(connection);
        if (connection.dirty) {
            dirty.remove(connection);
            connection.dirty = false;
        }
        if (connection.settling) {
            settling.remove(connection);
            connection.settling = false;
        }
        if (connection.touched) {
            touched.remove(connection);
            connection.touched = false;
        }
    }

    void know(final long id, final RdmaConnection connection) {
        byId.put(id, connection);
    }

    void forgetId(final long id) {
        byId.remove(id);
    }

    // ---- devices and memory

    /** What this event queue has of a device, made when it is first needed. */
    LocalDevice device(final long deviceContext) throws IOException {
        LocalDevice device = devices.get(deviceContext);
        if (device == null) {
            device = new LocalDevice(verbs, this, deviceContext, options);
            try {
                for (int i = 0; i < pools.size(); i++) {
                    device.register(pools.get(i), uses.get(i));
                }
            } catch (final IOException | RuntimeException e) {
                device.close();
                throw e;
            }
            devices.put(deviceContext, device);
        }
        return device;
    }

    @Override
    public void register(final PoolMemory memory, final PoolUse use) {
        for (final LocalDevice device : devices.values()) {
            try {
                device.register(memory, use);
            } catch (final IOException e) {
                throw new VerbenaException(
                        EventReason.LIMIT_REACHED,
                        "the pool can't be registered: " + e.getMessage(),
                        e);
            }
        }
        pools.add(memory);
        uses.add(use);
    }

    @Override
    public void deregister(final PoolMemory memory) {
        final int known = pools.indexOf(memory);
        if (known >= 0) {
            pools.remove(known);
            uses.remove(known);
        }
        devices.values().forEach(device -> device.deregister(memory));
    }

    void add(final CompletionQueue queue) {
        final List<CompletionQueue> all = new ArrayList<>(List.of(queues));
        all.add(queue);
        queues = all.toArray(CompletionQueue[]::new);
    }

    /** A connection takes its queue along. */
    void part(final CompletionQueue queue) {
        queue.unwatch();
        settleLeftOver();
        final List<CompletionQueue> all = new ArrayList<>(List.of(queues));
        all.remove(queue);
        queues = all.toArray(CompletionQueue[]::new);
    }

    /** What was read of the first queue is dealt with before another becomes the first. */
    private void settleLeftOver() {
        final int found = leftOver;
        leftOver = 0;
        for (int i = 0; i < found; i++) {
            handle(queues[0], i * Layout.WC_BYTES);
        }
    }

    void closeQueue(final CompletionQueue queue) {
        part(queue);
        queue.close();
    }

    // ---- what the others share

    PollerContext context() {
        return context;
    }

    Verbs verbs() {
        return verbs;
    }

    RdmaOptions options() {
        return options;
    }

    String scheme() {
        return scheme;
    }

    long waiter() {
        return waiter;
    }

    long channel() {
        return channel;
    }

    FrameHeader header() {
        return header;
    }

    PathCounters paths() {
        return paths;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        waker.close();
        List.copyOf(listeners.values()).forEach(RdmaListener::close);
        for (final RdmaConnection connection : List.copyOf(connections)) {
            connection.abandon();
        }
        leftOver = 0;
        for (final CompletionQueue queue : queues) {
            queue.unwatch();
            queue.close();
        }
        queues = new CompletionQueue[0];
        devices.values().forEach(LocalDevice::close);
        devices.clear();
        verbs.unwatch(waiter, Watched.EVENT_CHANNEL, channel);
        drainChannel();
        verbs.destroyEventChannel(channel);
        verbs.destroyWaiter(waiter);
        nativeMemory.release();
        ended.clear();
        paths.publish();
    }

    /** Connection requests that nobody has looked at have an id each. */
    private void drainChannel() {
        try {
            for (CmEvent event = verbs.cmEvent(channel);
                    event != null;
                    event = verbs.cmEvent(channel)) {
                if (event.type() == CmEvent.Type.CONNECT_REQUEST) {
                    verbs.destroyId(event.id());
                }
            }
        } catch (final IOException e) {
            // It is to be destroyed anyway.
        }
    }

    @Override
    public String toString() {
        return "%s, %d connections".formatted(scheme, connections.size());
    }
}
