// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import org.jspecify.annotations.Nullable;

/**
 * The server's end: keeps the HELLO of a client that would upgrade until it is clear what carries
 * the session.
 *
 * <p>When the token is presented the engine decides on the data link at once, as RDMA has to know
 * before there is a queue pair on which event queue it is to be. If the client, which doesn't know
 * yet, then declines, what the engine has said so far, one frame, is said again on the control
 * connection, and the engine never knows.
 */
final class ServerConnection extends AutoConnection {
    private final AutoListener listener;
    private final PortalOptions options;

    /** A client that would upgrade has said this, and the engine doesn't know yet. */
    private @Nullable KeptFrame hello;

    private @Nullable Token token;

    /** The client is to say what it is. */
    private boolean verdictDue;

    /** The first frame of the engine's on the data link, as long as nothing is confirmed. */
    private @Nullable KeptFrame answer;

    private @Nullable Ending dataLoss;

    ServerConnection(
            final AutoPoller poller,
            final TransportPair pair,
            final AutoListener listener,
            final PortalOptions options) {
        super(poller, pair, options.session(), ConnectionHandler.NOBODY);
        this.listener = listener;
        this.options = options;
    }

    // ---- the client's HELLO

    @Override
    void onControlConnected() {
        // Only behind onSecuring: a TLS handshake is done, and HELLO is what comes next.
        engine().onConnected();
    }

    @Override
    @Nullable KeptFrame negotiation(final FrameHeader frame) {
        if (hello == null && carrier() == Carrier.OPEN) {
            return wouldUpgrade(frame) ? KeptFrame.receiving(frame) : null;
        }
        if (!verdictDue) {
            return null;
        }
        return switch (frame.type()) {
            case FrameType.DECLINE -> {
                if (frame.payloadLength() < 0 || frame.payloadLength() > Hello.MAX_PAYLOAD) {
                    teardown().protocolError("a DECLINE beyond all limits: " + frame);
                    yield null;
                }
                yield KeptFrame.receiving(frame);
            }
            case FrameType.UPGRADE ->
                    frame.payloadLength() == 0 && carrier() == Carrier.DATA
                            ? KeptFrame.receiving(frame)
                            : null;
            default -> null;
        };
    }

    /** Anything that is wrong with it the engine knows better. */
    private static boolean wouldUpgrade(final FrameHeader frame) {
        return Hello.isHello(frame)
                && Hello.speaksOurVersion(frame)
                && (Hello.features(frame) & Hello.FEATURE_UPGRADE) != 0
                && frame.payloadLength() >= 0
                && frame.payloadLength() <= Hello.MAX_PAYLOAD;
    }

    @Override
    void onNegotiation(final KeptFrame frame) {
        switch (frame.header().type()) {
            case FrameType.DECLINE -> onDecline(frame);
            case FrameType.UPGRADE -> confirmOnce();
            default -> onHello(frame);
        }
    }

    private void onHello(final KeptFrame frame) {
        hello = frame;
        heart().peersHello(frame.header());
        final AutoListener.Missing missing = listener.missing();
        if (missing != null) {
            control()
                    .send(
                            KeptFrame.of(
                                    FrameType.OFFER,
                                    FLAG_NOTHING,
                                    missing.reason().code(),
                                    missing.detail().getBytes(UTF_8)));
            fallBack(missing.reason(), missing.detail());
            return;
        }
        final Token made = Token.random();
        token = made;
        verdictDue = true;
        listener.offer(this);
        final byte[] where = listener.offered().getBytes(UTF_8);
        final byte[] payload = new byte[Token.LENGTH + where.length];
        System.arraycopy(made.bits(), 0, payload, 0, Token.LENGTH);
        System.arraycopy(where, 0, payload, Token.LENGTH, where.length);
        control().send(FrameType.OFFER, 0, payload);
        runIn(options.upgradeTimeoutNs(), this::onTooLate);
    }

    @Override
    void onOtherFrame(final FrameHeader frame) {
        if (hello == null) {
            settleOnControl(Hello.isHello(frame) ? "the client doesn't ask for it" : "");
        } else if (frame.type() == FrameType.GOODBYE && frame.payloadLength() == 0) {
            // It has changed its mind, before there was a session.
            abort();
        } else {
            teardown().protocolError("a client that was made an offer doesn't send " + frame);
        }
    }

    @Override
    SendResult sendEarly(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (carrier() == Carrier.OPEN) {
            // It can only be a no, before the session was asked for.
            withdraw();
            settleOnControl("the session ends");
            return sendOnControl(frame, payload);
        }
        if (answer != null) {
            return backPressured();
        }
        final KeptFrame kept = KeptFrame.copyOf(frame, payload);
        final Connection link = data().connection();
        if (link != null && link.send(kept.header(), kept.memory()) == SendResult.BACK_PRESSURED) {
            return backPressured();
        }
        // If the link is gone the client will decline.
        answer = kept;
        watch(kept.header());
        return SendResult.SENT;
    }

    // ---- the token

    /** The token that the client was given; null if it is good no more. */
    @Nullable Token token() {
        return token;
    }

    /** The token was presented, on this connection; the client is told, and the engine asked. */
    void redeemed(final Connection link) {
        withdraw();
        data().open(link);
        link.handler(dataSide());
        settleOnData();
        control().send(FrameType.UPGRADE, 0);
        tellEngine();
    }

    private void withdraw() {
        if (token != null) {
            token = null;
            listener.withdraw(this);
        }
    }

    private void onTooLate() {
        withdraw();
        fallBack(
                EventReason.CONNECT_TIMEOUT,
                "the client has not connected within %d ms"
                        .formatted(options.upgradeTimeoutNs() / 1_000_000));
    }

    /** The engine hears of the session, on whichever link it is. */
    private void tellEngine() {
        final KeptFrame asked = hello;
        if (asked == null) {
            return;
        }
        final MsgMemory target = engine().destination(asked.header());
        if (target == null || teardown().isEnding() || teardown().isClosing()) {
            // The engine has refused it; to go on would be to ask for it again.
            return;
        }
        if (asked.payload().length > 0 && target != MsgMemory.DISCARD) {
            target.inbound().clear().put(asked.payload());
        }
        engine().onFrame(asked.header(), target);
    }

    // ---- the client's verdict

    private void onDecline(final KeptFrame frame) {
        verdictDue = false;
        final EventReason reason = EventReason.of(frame.header().room());
        final String told = shortened(frame.text(0));
        final String why = "the client: " + (told.isEmpty() ? reason.toString() : told);
        if (isConfirmed()) {
            teardown().protocolError("a DECLINE of what is in use");
        } else if (carrier() == Carrier.DATA) {
            settleOnControl(why);
            fellBack(reason);
            replay();
        } else if (carrier() == Carrier.OPEN) {
            withdraw();
            fallBack(reason, why);
        }
    }

    private static String shortened(final String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    private void replay() {
        final KeptFrame said = answer;
        answer = null;
        if (said != null) {
            control().send(said);
        }
        teardown().closeDeclined();
        wakeEngine();
    }

    private void confirmOnce() {
        verdictDue = false;
        if (isConfirmed()) {
            return;
        }
        answer = null;
        confirm();
        final Ending lost = dataLoss;
        if (lost != null) {
            teardown().onDataClosed(lost);
        } else {
            teardown().closeConfirmed();
        }
    }

    private void fallBack(final EventReason reason, final String why) {
        settleOnControl(why);
        fellBack(reason);
        tellEngine();
    }

    // ---- the data link

    @Override
    void onDataGreeting() {
        throw new AssertionError("an accepted connection was connected before");
    }

    @Override
    void onDataConnected() {
        throw new AssertionError("an accepted connection was connected before");
    }

    /** It has read the answer, and so has said UPGRADE; the links are no order of each other's. */
    @Override
    boolean onEarlyDataFrame(final FrameHeader frame) {
        if (carrier() != Carrier.DATA) {
            return false;
        }
        if (!isConfirmed()) {
            answer = null;
            confirm();
        }
        return true;
    }

    @Override
    void onServerHello(final FrameHeader frame) {
        heart().ownHello(frame);
    }

    @Override
    void onAdopted() {
        final Ending lost = dataLoss;
        if (lost != null && !isConfirmed()) {
            onEarlyDataLoss(lost);
        }
    }

    @Override
    void onEarlyWritable() {
        if (answer == null) {
            engine().onWritable();
        }
    }

    /** The client sees it, too, and says what it is, if it is there. */
    @Override
    void onEarlyDataLoss(final Ending why) {
        dataLoss = why;
        runIn(options.upgradeTimeoutNs(), () -> teardown().endByDataLoss(why));
    }

    @Override
    void onDataLoss(final Ending why) {
        // The client is who tries again, or doesn't.
    }

    @Override
    boolean mayTakeBack() {
        return false;
    }

    @Override
    void onEnd() {
        stopHeart();
        withdraw();
    }
}
