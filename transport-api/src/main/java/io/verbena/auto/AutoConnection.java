// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import io.verbena.SessionOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PollerContext.Count;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * One link to the engine, made of a control connection and perhaps a data connection. What is
 * common to both ends: frames go to the carrier once it is settled which that is. How it is settled
 * is told by the two subclasses, how it ends by {@link Teardown}.
 */
abstract class AutoConnection implements Connection {
    /** What the session is carried by. */
    enum Carrier {
        /** It isn't settled yet. */
        OPEN,

        CONTROL,

        DATA
    }

    /** In an OFFER: there is nothing to offer, and the payload says why. */
    static final int FLAG_NOTHING = 1;

    /** The longest text of a DECLINE that is looked at, in characters. */
    static final int MAX_TEXT = 500;

    private final TransportPair pair;
    private final ControlHeart heart;
    private final ControlLink control = new ControlLink();
    private final DataLink data = new DataLink();
    private final Teardown teardown = new Teardown(this, control, data);
    private final ControlSide controlSide = new ControlSide(this);
    private final DataSide dataSide = new DataSide(this);

    private AutoPoller poller;
    private ConnectionHandler engine;
    private Carrier carrier = Carrier.OPEN;

    /** Both ends know that the data link is the carrier. */
    private boolean confirmed;

    private boolean detached;
    private boolean engineWaits;
    private String fallback = "";
    private @Nullable Timer timer;
    private boolean helloSeen;

    AutoConnection(
            final AutoPoller poller,
            final TransportPair pair,
            final SessionOptions options,
            final ConnectionHandler engine) {
        this.poller = poller;
        this.pair = pair;
        heart = new ControlHeart(this, options);
        this.engine = engine;
    }

    // ---- what the two ends do in their own way, until it is settled

    /** A client's control connection is up. */
    abstract void onControlConnected();

    /**
     * Is a frame on the control connection one of the negotiation, and in its place?
     *
     * @return memory for it, and then {@link #onNegotiation} is called; null if it isn't.
     */
    abstract @Nullable KeptFrame negotiation(FrameHeader frame);

    /** A frame of the negotiation is there. */
    abstract void onNegotiation(KeptFrame frame);

    /** Another frame on the control connection while nothing is settled; it may settle it. */
    abstract void onOtherFrame(FrameHeader frame);

    /** The engine sends while nothing is settled, or the peer doesn't know yet that it is. */
    abstract SendResult sendEarly(FrameHeader frame, @Nullable MsgMemory payload);

    /** A client's data connection can be asked for with the first frame. */
    abstract void onDataGreeting();

    /** A client's data connection is up. */
    abstract void onDataConnected();

    /**
     * The first frame on the data link, or an early one.
     *
     * @return whether it is the engine's.
     */
    abstract boolean onEarlyDataFrame(FrameHeader frame);

    /** The data link takes frames again, and it isn't confirmed that it is the carrier. */
    abstract void onEarlyWritable();

    /** It is on another event queue now. */
    abstract void onAdopted();

    /** The data link was lost before it was confirmed that it is the carrier. */
    abstract void onEarlyDataLoss(Ending why);

    /** The data link was lost while it carried the session. */
    abstract void onDataLoss(Ending why);

    /** Is this a client that has asked for a session, and knows nothing of one yet? */
    abstract boolean mayTakeBack();

    /** Nothing is to be settled any more: it ends. */
    abstract void onEnd();

    // ---- its parts

    AutoPoller poller() {
        return poller;
    }

    TransportPair pair() {
        return pair;
    }

    ConnectionHandler engine() {
        return engine;
    }

    ControlSide controlSide() {
        return controlSide;
    }

    DataSide dataSide() {
        return dataSide;
    }

    ControlLink control() {
        return control;
    }

    ControlHeart heart() {
        return heart;
    }

    DataLink data() {
        return data;
    }

    Carrier carrier() {
        return carrier;
    }

    boolean isConfirmed() {
        return confirmed;
    }

    Teardown teardown() {
        return teardown;
    }

    /** Runs a task later, in place of the one that was to run. */
    void runIn(final long delayNs, final Runnable task) {
        cancelTimer();
        timer = poller.context().schedule(delayNs, task);
    }

    void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    // ---- settling it

    /** The session stays on the control connection. */
    void settleOnControl(final String why) {
        cancelTimer();
        carrier = Carrier.CONTROL;
        fallback = why;
        data.drop();
    }

    /** The data link carries the session, unless the client says otherwise. */
    void settleOnData() {
        cancelTimer();
        carrier = Carrier.DATA;
    }

    /** Both ends know that the data link carries the session. */
    void confirm() {
        confirmed = true;
        cancelTimer();
        poller.context().count(Count.UPGRADE);
        startHeart();
        wakeEngine();
    }

    void wakeEngine() {
        if (engineWaits) {
            engineWaits = false;
            engine.onWritable();
        }
    }

    /** A server's HELLO goes by on the data link. */
    abstract void onServerHello(FrameHeader hello);

    /** The session is agreed on: from now on the control connection is to be heard. */
    private void startHeart() {
        if (confirmed) {
            heart.start(poller.pulse(), poller.context().nanoTime());
        }
    }

    /** Looks for the server's HELLO, once. */
    void watch(final FrameHeader frame) {
        if (!helloSeen && frame.type() == FrameType.HELLO) {
            helloSeen = true;
            onServerHello(frame);
            startHeart();
        }
    }

    /** It does without the data link: counted, and logged now and then. */
    void fellBack(final EventReason reason) {
        poller.context().count(Count.FALLBACK);
        poller.log().fallback(reason, remoteAddress(), transportDetail());
    }

    // ---- sending

    @Override
    public final SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (detached || teardown.hasBegun()) {
            return SendResult.CLOSED;
        }
        if (confirmed) {
            watch(frame);
            return data.send(frame, payload);
        }
        return carrier == Carrier.CONTROL
                ? sendOnControl(frame, payload)
                : sendEarly(frame, payload);
    }

    SendResult sendOnControl(final FrameHeader frame, final @Nullable MsgMemory payload) {
        final SendResult result = control.send(frame, payload);
        engineWaits |= result == SendResult.BACK_PRESSURED;
        return result;
    }

    /** Not now; the engine is told when it can. */
    SendResult backPressured() {
        engineWaits = true;
        return SendResult.BACK_PRESSURED;
    }

    void onControlWritable() {
        if (control.onWritable() && carrier == Carrier.CONTROL) {
            engineWaits = false;
            engine.onWritable();
        }
    }

    void onDataWritable() {
        if (confirmed) {
            engine.onWritable();
        } else {
            onEarlyWritable();
        }
    }

    // ---- the control connection beside the session

    /** A frame on the control connection while another link carries the session. */
    void onLivenessFrame(final FrameHeader frame) {
        switch (frame.type()) {
            case FrameType.KEEPALIVE -> {
                // That it came is what it says.
            }
            case FrameType.GOODBYE -> teardown.onGoodbye(frame);
            default ->
                    teardown.protocolError("beside a session, a connection doesn't carry " + frame);
        }
    }

    // ---- the end

    @Override
    public final void close() {
        teardown.close();
    }

    @Override
    public final void abort() {
        if (detached) {
            teardown.abortDetached();
        } else {
            teardown.abort();
        }
    }

    void stopHeart() {
        poller.pulse().remove(heart);
    }

    // ---- moving

    @Override
    public final void detach() {
        cancelTimer();
        stopHeart();
        detached = true;
        control.detach();
        data.detach();
    }

    /** The other half of {@link #detach()}, on another event queue. */
    void adoptedBy(final AutoPoller target, final ConnectionHandler handler) {
        if (!detached) {
            throw new IllegalStateException("only a detached connection can be adopted");
        }
        detached = false;
        poller = target;
        engine = handler;
        control.adoptedBy(target.context().poller(pair.controlScheme()), controlSide);
        adoptData();
        heart.resume(target.pulse(), target.context().nanoTime());
        onAdopted();
    }

    private void adoptData() {
        final Connection link = data.connection();
        if (link == null) {
            return;
        }
        try {
            poller.context().poller(pair.dataScheme()).adopt(link, dataSide);
        } catch (final VerbenaException e) {
            // Not on this event queue. The client is told by the end of the link.
            link.abort();
            final Ending why =
                    new Ending(
                            e.reason(),
                            "%s could not be moved to another event queue: %s"
                                    .formatted(link.transport(), e.getMessage()),
                            e);
            poller.context().schedule(0, () -> teardown.onDataClosed(why));
        }
    }

    // ---- what the engine asks

    @Override
    public final void handler(final ConnectionHandler handler) {
        engine = handler;
    }

    @Override
    public final void resume() {
        final Connection link =
                carrier == Carrier.DATA ? data.connection() : control.connectionIfAny();
        if (link != null) {
            link.resume();
        }
    }

    private @Nullable Connection carrying() {
        final Connection link = carrier == Carrier.DATA ? data.lastConnection() : null;
        return link == null ? control.connectionIfAny() : link;
    }

    @Override
    public final boolean isDown() {
        final Connection link = carrying();
        return link != null && link.isDown();
    }

    @Override
    public final long receivedBytes() {
        final Connection link = carrying();
        return link == null ? 0 : link.receivedBytes();
    }

    @Override
    public final long sentBytes() {
        final Connection link = carrying();
        return link == null ? 0 : link.sentBytes();
    }

    @Override
    public final String remoteAddress() {
        final Connection link = control.connectionIfAny();
        return link == null ? "" : link.remoteAddress();
    }

    @Override
    public final String remoteHost() {
        final Connection link = control.connectionIfAny();
        return link == null ? "" : link.remoteHost();
    }

    @Override
    public final String transport() {
        final Connection link = carrying();
        return link == null ? "" : link.transport();
    }

    @Override
    public final String transportDetail() {
        final String name = transport();
        return switch (carrier) {
            case OPEN -> name;
            case CONTROL ->
                    fallback.isEmpty()
                            ? name
                            : "%s (%s: %s)".formatted(name, pair.dataScheme(), fallback);
            case DATA -> "%s (beside %s)".formatted(name, pair.controlScheme());
        };
    }

    @Override
    public final @Nullable PeerIdentity peer() {
        final Connection link = control.connectionIfAny();
        return link == null ? null : link.peer();
    }

    @Override
    public final String toString() {
        return "%s to %s, %s".formatted(transport(), remoteAddress(), carrier);
    }
}
