// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** One queue pair, from the first thought of a connection to the last completion. */
final class RdmaConnection implements Connection {
    /** Where it is in its life; it moves down only. */
    enum Phase {
        /** A client looks for the server. */
        RESOLVING,

        /** A client has asked. */
        REQUESTED,

        /** A server was asked, and has not answered. There is no queue pair yet. */
        INVITED,

        /** A server has said yes. */
        ACCEPTED,

        OPEN,

        /** Receives no more, and waits until what it has sent has arrived. */
        CLOSING,

        /** The queue pair is in the error state, and what has completed before is still read. */
        DRAINING,

        ENDED
    }

    /** 0.64 ms: how soon a peer tries again that finds no receive, which doesn't happen. */
    private static final int RNR_TIMER = 12;

    /** 4.096 µs times 2 to this: with 7 retries, a link may be dead for 4 s. */
    private static final int ACK_TIMEOUT = 17;

    private static final int RETRIES = 7;

    private static final byte[] NO_DATA = {};

    private final Verbs verbs;
    private final RdmaOptions options;
    private final String scheme;
    private RdmaPoller poller;
    private ConnectionHandler handler;
    private String remoteAddress;
    private Phase phase;
    private boolean detached;

    /** The connection manager's id; 0: none. */
    private long id;

    /** The channel that the id's events wait in while it is detached; 0: none. */
    private long parkedChannel;

    /** Why it could not be detached, which whoever adopts it is told. */
    private @Nullable IOException detachFailure;

    private boolean connected;
    private int maxReads;
    private @Nullable LocalDevice device;
    private @Nullable CompletionQueue queue;
    private boolean ownsQueue;
    private int place;
    private @Nullable QueuePair queuePair;
    private @Nullable QueuePairMemory memory;
    private @Nullable Outgoing outgoing;
    private @Nullable Incoming incoming;

    /** A server's: what to send when the connection is made. A client's: its HELLO. */
    private byte @Nullable [] greeting;

    /** The greeting is the last that this side has to say. */
    private boolean closeAfterGreeting;

    private @Nullable Ending ending;

    /** Why the link is down; the frames that had come before are told of first. */
    private @Nullable Ending linkDown;

    /** It isn't known yet why. */
    private boolean causeIsOpen;

    private @Nullable Connector connector;

    /** The link is down, and everything that had completed before has been read. */
    private boolean settled;

    /** In the poller's list of those who wait until all completions have been read. */
    boolean settling;

    /** In the poller's list of those who have something to post. */
    boolean dirty;

    /** In the poller's list of those who have received something. */
    boolean touched;

    /** Why it ended. */
    private record Ending(EventReason reason, String detail, @Nullable Throwable cause) {}

    RdmaConnection(
            final RdmaPoller poller,
            final String scheme,
            final String remoteAddress,
            final Phase phase,
            final ConnectionHandler handler) {
        this.poller = poller;
        this.verbs = poller.verbs();
        this.options = poller.options();
        this.scheme = scheme;
        this.remoteAddress = remoteAddress;
        this.phase = phase;
        this.handler = handler;
    }

    // ---- setting up

    void id(final long newId) {
        id = newId;
    }

    long id() {
        return id;
    }

    Phase phase() {
        return phase;
    }

    /** Who connects, as long as it is at it. */
    @Nullable Connector connector() {
        return isConnecting() ? connector : null;
    }

    void connector(final Connector newConnector) {
        connector = newConnector;
    }

    boolean isConnecting() {
        return phase == Phase.RESOLVING || phase == Phase.REQUESTED;
    }

    void remoteAddress(final String address) {
        remoteAddress = address;
    }

    /** The attempt has failed; another may follow. */
    void attemptFailed() {
        releaseQueuePair();
        releaseId();
        phase = Phase.RESOLVING;
    }

    /** A client's route is known: makes the queue pair and asks the server. */
    void request() throws IOException {
        if (greeting == null) {
            handler.onGreeting();
        }
        final LocalDevice on = poller.device(verbs.context(id));
        maxReads = 1;
        makeQueuePair(on, on.queueFor(completions()));
        final byte[] hello = greeting;
        final boolean inside = hello != null && Invitation.fits(hello.length - FrameHeader.LENGTH);
        final byte[] data =
                new Invitation(
                                inside ? Invitation.FLAG_HELLO : 0,
                                incoming().grant(),
                                options.slotBytes(),
                                inside ? hello : null)
                        .encode();
        verbs.setAckTimeout(id, ACK_TIMEOUT);
        // The server reads this side's requests; this side reads nothing.
        final int reads = Math.min(options.maxReads(), on.domain().limits().maxReads());
        phase = Phase.REQUESTED;
        verbs.connect(id, new ConnectionParameters(data, reads, 0, RETRIES, RETRIES));
    }

    /** A server has been asked by a peer; who is told what HELLO says is decided by now. */
    void invited(final CmEvent event, final Invitation invitation) throws IOException {
        peer = invitation;
        maxReads =
                Math.max(
                        1,
                        Math.min(
                                options.maxReads(),
                                event.initiatorDepth() == 0 ? 1 : event.initiatorDepth()));
        final byte[] hello = invitation.hello();
        if (hello == null) {
            // Its HELLO is too long for a request, so the queue pair must be there first; its
            // completion queue moves along if the session is forwarded.
            final LocalDevice on = poller.device(verbs.context(id));
            ownsQueue = true;
            accept(on, on.ownQueue(completions()));
            return;
        }
        final FrameHeader header = new FrameHeader().wrap(ByteBuffer.wrap(hello), 0);
        deliver(hello, header);
    }

    private Invitation peer = Invitation.unknown();

    /** Tells the handler of a frame that came by the connection manager. */
    private void deliver(final byte[] frame, final FrameHeader header) {
        final MsgMemory target = handler.destination(header);
        if (target == null || phase == Phase.ENDED || ending != null) {
            return;
        }
        if (target != MsgMemory.DISCARD) {
            target.inbound()
                    .clear()
                    .put(frame, FrameHeader.LENGTH, frame.length - FrameHeader.LENGTH);
        }
        header.wrap(ByteBuffer.wrap(frame), 0);
        handler.onFrame(header, target);
    }

    private void accept(final LocalDevice on, final CompletionQueue completionQueue)
            throws IOException {
        makeQueuePair(on, completionQueue);
        final Outgoing out = outgoing();
        out.peer(peer.grant(), peer.slotBytes());
        final Invitation invitation =
                new Invitation(
                        peer.hello() == null ? 0 : Invitation.FLAG_HELLO,
                        incoming().grant(),
                        options.slotBytes(),
                        null);
        final byte[] data = hasConnectionExtension() ? invitation.encode() : NO_DATA;
        verbs.setAckTimeout(id, ACK_TIMEOUT);
        phase = Phase.ACCEPTED;
        verbs.accept(id, new ConnectionParameters(data, 0, maxReads, RETRIES, RETRIES));
    }

    private boolean hasConnectionExtension() {
        return verbs.extensions().contains(Extension.CONNECTION);
    }

    private int completions() {
        // Each posted request completes at most once, if only with an error.
        return options.sendQueue() + options.receiveQueue();
    }

    private void makeQueuePair(final LocalDevice on, final CompletionQueue completionQueue)
            throws IOException {
        device = on;
        queue = completionQueue;
        place = completionQueue.enter(this, completions());
        memory = new QueuePairMemory(verbs, on.domain().handle(), options, maxReads);
        final QueuePair made =
                verbs.createQueuePair(
                        id,
                        on.domain().handle(),
                        completionQueue.handle(),
                        new QueuePairLimits(
                                options.sendQueue(), options.receiveQueue(), options.maxInline()));
        queuePair = made;
        outgoing =
                new Outgoing(
                        this,
                        memory,
                        options,
                        Math.min(made.maxInline(), options.maxInline()),
                        poller.paths());
        incoming = new Incoming(this, memory, options, maxReads, poller.header(), poller.paths());
        incoming().postFirst();
        // Before the peer can send anything.
        check(verbs.postReceive(made.handle(), incoming().takeChain()), "post receives");
    }

    private static void check(final int error, final String what) throws IOException {
        if (error != 0) {
            throw new IOException("can't %s: error %d".formatted(what, error));
        }
    }

    /** An event of the connection manager. */
    void onEvent(final CmEvent event) {
        switch (event.type()) {
            case ESTABLISHED -> {
                if (phase == Phase.REQUESTED) {
                    establishedAtClient(event);
                } else if (phase == Phase.ACCEPTED) {
                    establishedAtServer();
                }
            }
            case DISCONNECTED ->
                    linkDown(
                            EventReason.TRANSPORT_ERROR,
                            remoteAddress + " ended the connection without GOODBYE");
            case DEVICE_REMOVAL ->
                    linkDown(EventReason.TRANSPORT_ERROR, "the RDMA device was removed");
            case CONNECT_ERROR, UNREACHABLE, REJECTED -> {
                if (phase == Phase.ACCEPTED || phase == Phase.INVITED) {
                    end(
                            EventReason.CLOSED_BY_PEER,
                            "%s has withdrawn its request".formatted(remoteAddress),
                            null);
                }
            }
            default -> {
                // Of no concern: addresses that change, the end of the time to wait.
            }
        }
    }

    private void establishedAtClient(final CmEvent event) {
        final Invitation answer = Invitation.decode(event.privateData());
        if (answer == null && !Invitation.isBlank(event.privateData())) {
            end(
                    EventReason.PROTOCOL_ERROR,
                    "the answer of %s is not of Verbena".formatted(remoteAddress),
                    null);
            return;
        }
        peer = answer == null ? Invitation.unknown() : answer;
        outgoing().peer(peer.grant(), peer.slotBytes());
        open();
        final byte[] hello = greeting;
        greeting = null;
        if (hello != null && (peer.flags() & Invitation.FLAG_HELLO) == 0) {
            sendGreeting(hello);
        }
        handler.onConnected();
        run();
    }

    private void establishedAtServer() {
        open();
        final byte[] answer = greeting;
        if (answer != null) {
            greeting = null;
            sendGreeting(answer);
        }
        if (closeAfterGreeting) {
            close();
        } else {
            handler.onWritable();
            run();
        }
    }

    private void open() {
        phase = Phase.OPEN;
        connected = true;
        final QueuePair pair = queuePair;
        try {
            if (pair != null) {
                verbs.setMinRnrTimer(pair.handle(), RNR_TIMER);
            }
        } catch (final IOException e) {
            // It only matters where there is no receive, which credits make impossible.
        }
    }

    private void sendGreeting(final byte[] frame) {
        final FrameHeader header = new FrameHeader().wrap(ByteBuffer.wrap(frame), 0);
        outgoing().send(header, frame.length == FrameHeader.LENGTH ? null : new Greeting(frame));
    }

    /** A client was refused with a frame of Verbena's: tells its handler what it says. */
    boolean wasAnsweredByRejection(final CmEvent event) {
        final byte[] frame = Invitation.frameOf(event.privateData());
        if (frame == null) {
            return false;
        }
        releaseQueuePair();
        handler.onConnected();
        if (ending == null) {
            deliver(frame, new FrameHeader().wrap(ByteBuffer.wrap(frame), 0));
            end(EventReason.TRANSPORT_ERROR, remoteAddress + " ended the connection", null);
        }
        return true;
    }

    // ---- sending

    @Override
    public SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (phase == Phase.OPEN && linkDown == null && !detached) {
            return outgoing().send(frame, payload);
        }
        if (ending != null || linkDown != null || greeting != null || closeAfterGreeting) {
            return greeting != null && ending == null && linkDown == null
                    ? SendResult.BACK_PRESSURED
                    : SendResult.CLOSED;
        }
        greeting = copy(frame, payload);
        if (phase == Phase.INVITED) {
            return answer() ? SendResult.SENT : SendResult.CLOSED;
        }
        return SendResult.SENT;
    }

    private static byte[] copy(final FrameHeader frame, final @Nullable MsgMemory payload) {
        final int length = frame.payloadLength();
        final byte[] bytes = new byte[FrameHeader.LENGTH + length];
        final ByteBuffer target = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        frame.copyTo(target, 0);
        if (payload != null && length > 0) {
            payload.outbound().clear().get(bytes, FrameHeader.LENGTH, length);
        }
        return bytes;
    }

    /**
     * A server's first word, before there is a queue pair: it is a yes, or the last word as well.
     */
    private boolean answer() {
        final byte[] frame = greeting;
        final FrameHeader header =
                new FrameHeader().wrap(ByteBuffer.wrap(frame == null ? NO_DATA : frame), 0);
        final byte[] rejection =
                frame != null && Greeting.isLastWord(header) && hasConnectionExtension()
                        ? Invitation.rejection(frame)
                        : null;
        try {
            if (rejection != null) {
                verbs.reject(id, rejection);
                end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
                return true;
            }
            final LocalDevice on = poller.device(verbs.context(id));
            accept(on, on.queueFor(completions()));
            return true;
        } catch (final IOException e) {
            fail(e);
            return false;
        }
    }

    void markDirty() {
        if (!dirty && !detached) {
            dirty = true;
            poller.flushLater(this);
        }
    }

    /** Before its chains are taken: what is owed to the peer. */
    void prepare() {
        final Incoming in = incoming;
        if (in != null && in.owesGrant() && phase == Phase.OPEN) {
            outgoing().sendGrant();
        }
    }

    /** What was posted has failed at once, as nothing is posted to a healthy queue pair. */
    void onPostFailed(final long error) {
        linkDown(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s broke: error %d when posting"
                        .formatted(remoteAddress, error));
    }

    // ---- completions

    void onReceived(final int slot, final int bytes) {
        if (phase == Phase.OPEN || phase == Phase.ACCEPTED || phase == Phase.REQUESTED) {
            incoming().onReceived(slot, bytes);
        }
    }

    void onSent(final int slot) {
        if (phase != Phase.DRAINING) {
            outgoing().onSent(slot);
        }
    }

    void onRead(final int bytes) {
        incoming().onRead(bytes);
    }

    /** All completions that there were have been read. */
    void onSettled() {
        if (phase == Phase.DRAINING) {
            finish();
        } else if (linkDown != null) {
            settled = true;
            run();
        }
    }

    void onWorkFailed(final int kind, final int status, final int vendorError) {
        if (status == Layout.STATUS_FLUSHED) {
            if (linkDown == null) {
                // Its cause is told by another completion, or by the connection manager, unless
                // those stay out.
                linkDown(
                        EventReason.TRANSPORT_ERROR,
                        "the connection to %s broke".formatted(remoteAddress));
                causeIsOpen = true;
                poller.lookSoon();
            }
        } else {
            linkDown(
                    EventReason.TRANSPORT_ERROR,
                    "the connection to %s broke: %s (vendor %#x, work %d)"
                            .formatted(remoteAddress, Faults.ofStatus(status), vendorError, kind));
        }
    }

    /** Tells of what has come, and ends if nothing more will. */
    void run() {
        final Incoming in = incoming;
        final Outgoing out = outgoing;
        if (in == null || out == null) {
            return;
        }
        in.run();
        if (phase == Phase.OPEN && linkDown == null && out.takeWritable()) {
            handler.onWritable();
        }
        if (phase == Phase.CLOSING) {
            closeIfDone();
        }
        final Ending down = linkDown;
        if (down != null
                && settled
                && isLive()
                && !detached
                && (in.isExhausted() || in.awaitsRead())) {
            end(down.reason, down.detail, down.cause);
        }
    }

    private boolean isLive() {
        return phase == Phase.OPEN || phase == Phase.ACCEPTED;
    }

    /** May frames be told of? */
    boolean isReceiving() {
        return (phase == Phase.OPEN || phase == Phase.ACCEPTED) && !detached;
    }

    /** The peer has granted more; false if it lies. */
    boolean onGrant(final int total) {
        final Outgoing out = outgoing();
        if (!out.isPlausible(total)) {
            end(EventReason.PROTOCOL_ERROR, "a grant of " + total + " frames", null);
            return false;
        }
        out.granted(total);
        return true;
    }

    int grant() {
        return incoming().grant();
    }

    // ---- the end

    @Override
    public void close() {
        switch (phase) {
            case OPEN -> {
                phase = Phase.CLOSING;
                ending = new Ending(EventReason.CLOSED_BY_SELF, "closed by this side", null);
                closeIfDone();
            }
            case ACCEPTED -> closeAfterGreeting = true;
            case RESOLVING, REQUESTED, INVITED -> abort();
            default -> {
                // It ends already.
            }
        }
    }

    private void closeIfDone() {
        final Outgoing out = outgoing();
        if (linkDown != null || out.isDone()) {
            drain();
        } else if (!out.isLastSignalled()) {
            out.signalLast();
        }
    }

    @Override
    public void abort() {
        if (detached) {
            phase = Phase.ENDED;
            ending = null;
            release();
            return;
        }
        end(EventReason.CLOSED_BY_SELF, "closed by this side", null);
    }

    void fail(final IOException e) {
        end(
                EventReason.TRANSPORT_ERROR,
                "the connection to %s failed: %s".formatted(remoteAddress, e.getMessage()),
                e);
    }

    /** The link carries nothing more; what has come is told of first. */
    void linkDown(final EventReason reason, final String detail) {
        if (phase == Phase.DRAINING || phase == Phase.ENDED || detached) {
            return;
        }
        if (linkDown == null || causeIsOpen) {
            linkDown = new Ending(reason, detail, null);
            causeIsOpen = false;
        }
        if (phase == Phase.CLOSING) {
            drain();
        } else if (isLive()) {
            // What the peer has sent before is in the completion queue, perhaps behind much else.
            poller.settleLater(this);
        } else {
            end(reason, detail, null);
        }
    }

    /** Ends it; its handler hears of it when no memory is touched any more. */
    void end(final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (phase == Phase.ENDED || phase == Phase.DRAINING) {
            return;
        }
        if (ending == null) {
            ending = new Ending(reason, detail, cause);
        }
        if (connected) {
            drain();
        } else {
            finish();
        }
    }

    /**
     * Moves the queue pair to the error state, which tells the peer, and lets the completions be
     * read that there are. Those that are flushed later say nothing, and nobody waits for them:
     * once the queue pair is destroyed no memory of it is touched (ibv_destroy_qp(3)), and a
     * completion that names it is known by its generation. A work request posted to mark the end
     * would be surer of its place, but to a queue pair in the error state SoftRoCE never completes
     * a receive.
     */
    private void drain() {
        phase = Phase.DRAINING;
        try {
            verbs.disconnect(id);
        } catch (final IOException e) {
            // The peer, or the device, was faster.
        }
        poller.settleLater(this);
    }

    private void finish() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        release();
        poller.tellLater(this);
    }

    /** Its poller is closed, and nobody is told. */
    void abandon() {
        phase = Phase.ENDED;
        ending = null;
        release();
    }

    private void release() {
        releaseQueuePair();
        releaseId();
        if (!detached) {
            poller.remove(this);
        }
    }

    private void releaseQueuePair() {
        if (queuePair != null) {
            verbs.destroyQueuePair(id);
            queuePair = null;
        }
        final CompletionQueue used = queue;
        if (used != null) {
            queue = null;
            used.leave(place, completions());
            if (ownsQueue && detached) {
                // Its poller has parted with it, and its thread may be another.
                used.close();
            } else if (ownsQueue || (used.isBroken() && used.isEmpty())) {
                poller.closeQueue(used);
            }
        }
        if (memory != null) {
            memory.close();
            memory = null;
        }
        outgoing = null;
        incoming = null;
    }

    private void releaseId() {
        if (id != 0) {
            if (!detached) {
                poller.forgetId(id);
            }
            verbs.destroyId(id);
            id = 0;
        }
        if (parkedChannel != 0) {
            verbs.destroyEventChannel(parkedChannel);
            parkedChannel = 0;
        }
        connected = false;
    }

    /** Tells the handler of the end. */
    void tellEnd() {
        final Ending why = ending;
        if (why != null) {
            ending = null;
            handler.onClosed(why.reason, why.detail, why.cause);
        }
    }

    // ---- moving

    @Override
    public void detach() {
        if (phase != Phase.INVITED && !(isLive() && ownsQueue)) {
            throw new IllegalStateException("only a connection that was not accepted can move");
        }
        try {
            if (!hasConnectionExtension()) {
                throw new IOException("a session can't be forwarded with a stock libdisni");
            }
            // Its events wait here until it is adopted, and no thread sees those of another's.
            parkedChannel = verbs.createEventChannel();
            verbs.migrateId(id, parkedChannel);
        } catch (final IOException e) {
            detachFailure = e;
        }
        poller.forgetId(id);
        poller.remove(this);
        final CompletionQueue own = queue;
        if (own != null) {
            poller.part(own);
        }
        detached = true;
    }

    /** The other half of {@link #detach()}, on another poller. */
    void adoptedBy(final RdmaPoller target, final ConnectionHandler newHandler) {
        if (!detached) {
            throw new IllegalStateException("only a detached connection can be adopted");
        }
        detached = false;
        poller = target;
        handler = newHandler;
        target.add(this);
        try {
            if (detachFailure != null) {
                throw detachFailure;
            }
            final long channel = parkedChannel;
            verbs.migrateId(id, target.channel());
            parkedChannel = 0;
            verbs.destroyEventChannel(channel);
            target.know(id, this);
            final CompletionQueue own = queue;
            if (own != null) {
                device = target.device(verbs.context(id));
                own.watch(target.waiter());
                target.add(own);
                outgoing().movedTo(target.paths());
                incoming().movedTo(target.header(), target.paths());
                markDirty();
                target.runLater(this);
            }
            if (linkDown != null) {
                settled = false;
                target.settleLater(this);
            }
        } catch (final IOException e) {
            fail(e);
        }
    }

    // ---- what the halves ask

    long workId(final int kind, final int slot) {
        final CompletionQueue used = queue;
        return WorkId.of(place, used == null ? 0 : used.generation(place), kind, slot);
    }

    @Nullable RegisteredPool poolOf(final MsgMemory message) {
        final LocalDevice on = device;
        return on == null ? null : on.poolOf(message);
    }

    boolean uses(final Domain domain) {
        final LocalDevice on = device;
        return on != null && on.domain() == domain;
    }

    Outgoing outgoing() {
        final Outgoing out = outgoing;
        if (out == null) {
            throw new AssertionError("there is no queue pair");
        }
        return out;
    }

    Incoming incoming() {
        final Incoming in = incoming;
        if (in == null) {
            throw new AssertionError("there is no queue pair");
        }
        return in;
    }

    long queuePairHandle() {
        final QueuePair pair = queuePair;
        return pair == null ? 0 : pair.handle();
    }

    ConnectionHandler handler() {
        return handler;
    }

    @Override
    public void handler(final ConnectionHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void resume() {
        final Incoming in = incoming;
        if (in != null && isReceiving()) {
            in.resume();
            poller.runLater(this);
        }
    }

    @Override
    public long receivedBytes() {
        final Incoming in = incoming;
        return in == null ? 0 : in.bytes();
    }

    @Override
    public long sentBytes() {
        final Outgoing out = outgoing;
        return out == null ? 0 : out.completed();
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String transport() {
        return scheme;
    }

    @Override
    public String toString() {
        return "%s to %s, %s".formatted(scheme, remoteAddress, phase);
    }
}
