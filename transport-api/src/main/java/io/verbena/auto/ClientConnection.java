// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.VerbenaException;
import io.verbena.spi.Availability;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The client's end: says that it would upgrade, tries what it is offered, and settles which link
 * carries the session, in time.
 */
final class ClientConnection extends AutoConnection {
    private final URI uri;
    private final ConnectOptions options;

    /** The engine's HELLO. */
    private @Nullable KeptFrame hello;

    private @Nullable Token token;

    /** An OFFER has come. */
    private boolean offered;

    /** The time for a data connection is over. */
    private boolean late;

    private boolean presented;
    private boolean dataUp;

    /** The server has seen the token. */
    private boolean redeemed;

    private long startNs;

    ClientConnection(
            final AutoPoller poller,
            final TransportPair pair,
            final URI uri,
            final ConnectOptions options,
            final ConnectionHandler engine) {
        super(poller, pair, options.session(), engine);
        this.uri = uri;
        this.options = options;
    }

    void start() {
        control()
                .open(
                        poller().context()
                                .poller(pair().controlScheme())
                                .connect(pair().controlUri(uri), options, controlSide()));
    }

    // ---- the control connection

    @Override
    void onControlConnected() {
        startNs = poller().context().nanoTime();
        runIn(options.upgradeTimeoutNs(), this::onTooLate);
        // The engine says HELLO.
        engine().onConnected();
    }

    @Override
    SendResult sendEarly(final FrameHeader frame, final @Nullable MsgMemory payload) {
        if (hello != null || !Hello.isHello(frame)) {
            settleOnControl("the session ends");
            return sendOnControl(frame, payload);
        }
        final KeptFrame kept = KeptFrame.copyOf(frame, payload);
        hello = kept;
        heart().ownHello(kept.header());
        Hello.addFeatures(kept.header(), Hello.FEATURE_UPGRADE);
        control().send(kept);
        return SendResult.SENT;
    }

    @Override
    @Nullable KeptFrame negotiation(final FrameHeader frame) {
        final boolean open = carrier() == Carrier.OPEN;
        return switch (frame.type()) {
            case FrameType.OFFER -> {
                if (offered || !open) {
                    yield null;
                }
                if (frame.payloadLength() < 0 || frame.payloadLength() > Hello.MAX_PAYLOAD) {
                    teardown().protocolError("an OFFER beyond all limits: " + frame);
                    yield null;
                }
                offered = true;
                yield KeptFrame.receiving(frame);
            }
            case FrameType.UPGRADE -> {
                // It may cross a DECLINE.
                if (token == null || redeemed || frame.payloadLength() != 0) {
                    yield null;
                }
                redeemed = true;
                yield KeptFrame.receiving(frame);
            }
            default -> null;
        };
    }

    @Override
    void onNegotiation(final KeptFrame frame) {
        if (frame.header().type() == FrameType.OFFER) {
            onOffer(frame);
        } else {
            upgradeIfBothAreThere();
        }
    }

    @Override
    void onOtherFrame(final FrameHeader frame) {
        if (!data().isOver()) {
            fallBack(
                    EventReason.CONNECT_TIMEOUT,
                    "the server didn't wait for it",
                    false /* tellServer: it has settled it */);
        } else if (frame.type() != FrameType.GOODBYE) {
            fallBack(
                    EventReason.UNAVAILABLE,
                    "the server doesn't offer it",
                    false /* tellServer: it wouldn't understand */);
        } else {
            settleOnControl("");
        }
    }

    private void onOffer(final KeptFrame offer) {
        if (carrier() != Carrier.OPEN) {
            return;
        }
        if ((offer.header().flags() & FLAG_NOTHING) != 0) {
            fallBack(
                    EventReason.of(offer.header().room()),
                    "the server: " + offer.text(0),
                    false /* tellServer: it has said so itself */);
        } else if (offer.payload().length <= Token.LENGTH) {
            teardown().protocolError("an OFFER that is too short: " + offer);
        } else {
            tryOffer(offer);
        }
    }

    private void tryOffer(final KeptFrame offer) {
        final String scheme = pair().dataScheme();
        final URI target = pair().dataUri(uri, remoteAddress(), offer.text(Token.LENGTH));
        final Availability here = poller().context().availability(scheme);
        final String pause = poller().pauses().reason(remoteAddress());
        if (!here.available()) {
            fallBack(EventReason.UNAVAILABLE, here.detail(), true);
        } else if (target == null) {
            fallBack(EventReason.UNAVAILABLE, "the server's address is unclear", true);
        } else if (pause != null) {
            fallBack(EventReason.UNREACHABLE, pause, true);
        } else if (late) {
            fallBack(EventReason.CONNECT_TIMEOUT, "the server's offer came too late", true);
        } else {
            token = Token.of(offer.payload());
            connectData(scheme, target);
        }
    }

    private void connectData(final String scheme, final URI target) {
        final long usedNs = poller().context().nanoTime() - startNs;
        final long leftNs = Math.max(1, options.upgradeTimeoutNs() - usedNs);
        try {
            data().open(
                            poller().context()
                                    .poller(scheme)
                                    .connect(
                                            target,
                                            options.withConnectTimeoutNs(leftNs).withTls(null),
                                            dataSide()));
        } catch (final VerbenaException e) {
            fallBack(e.reason(), String.valueOf(e.getMessage()), true);
        }
    }

    private void onTooLate() {
        if (carrier() != Carrier.OPEN) {
            return;
        }
        late = true;
        if (!data().isOver()) {
            dataFailed(
                    EventReason.CONNECT_TIMEOUT,
                    "no connection within %d ms".formatted(options.upgradeTimeoutNs() / 1_000_000));
        }
    }

    // ---- the data connection

    @Override
    void onDataGreeting() {
        present();
    }

    @Override
    void onDataConnected() {
        present();
        dataUp = true;
        upgradeIfBothAreThere();
    }

    private void present() {
        final KeptFrame kept = hello;
        final Token presenting = token;
        final Connection link = data().connection();
        if (!presented && kept != null && presenting != null && link != null) {
            presented = true;
            final KeptFrame frame = kept.withPayload(presenting.presented());
            link.send(frame.header(), frame.memory());
        }
    }

    private void upgradeIfBothAreThere() {
        if (redeemed && dataUp && carrier() == Carrier.OPEN) {
            upgrade();
        }
    }

    private void upgrade() {
        settleOnData();
        control().send(FrameType.UPGRADE, 0);
        confirm();
    }

    /** Nothing but the server's engine speaks on a data link, unless it refuses the token. */
    @Override
    boolean onEarlyDataFrame(final FrameHeader frame) {
        if (frame.type() == FrameType.GOODBYE
                && frame.room() == EventReason.REFUSED.code()
                && !redeemed) {
            dataFailed(EventReason.REFUSED, "the server refused the token");
            return false;
        }
        if (carrier() != Carrier.OPEN) {
            return false;
        }
        upgrade();
        return true;
    }

    @Override
    void onServerHello(final FrameHeader frame) {
        heart().peersHello(frame);
    }

    @Override
    void onEarlyWritable() {
        // There is one frame until it is settled, and any link has room for it.
    }

    @Override
    void onAdopted() {
        // A client's session stays on its event queue.
    }

    @Override
    void onEarlyDataLoss(final Ending why) {
        if (carrier() == Carrier.OPEN) {
            dataFailed(why.reason(), why.detail());
        }
    }

    @Override
    void onDataLoss(final Ending why) {
        poller().pauses().failed(remoteAddress(), why.detail(), options.upgradePauseNs());
    }

    /**
     * Else a server that has just accepted would take the end of the links for a fault of theirs.
     */
    @Override
    boolean mayTakeBack() {
        return hello != null && carrier() == Carrier.OPEN;
    }

    @Override
    void onEnd() {
        stopHeart();
    }

    // ---- without the data connection

    private void dataFailed(final EventReason reason, final String detail) {
        poller().pauses().failed(remoteAddress(), detail, options.upgradePauseNs());
        fallBack(reason, detail, true /* tellServer */);
    }

    private void fallBack(final EventReason reason, final String detail, final boolean tellServer) {
        settleOnControl(detail);
        fellBack(reason);
        if (tellServer) {
            control().send(FrameType.DECLINE, reason.code(), shortened(detail));
        }
    }

    private static byte[] shortened(final String detail) {
        return (detail.length() <= MAX_TEXT ? detail : detail.substring(0, MAX_TEXT))
                .getBytes(UTF_8);
    }
}
