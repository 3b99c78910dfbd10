// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.spi.MsgMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message and its mirror are two of these over the same memory. The message ({@code !mirror})
 * owns the place in the pool; the mirror is only ever idle ({@link #HELD}) or in flight.
 */
final class EngineMsg implements Msg, MsgMemory {
    /** In the pool. */
    static final int FREE = 0;

    /** The application's. */
    static final int HELD = 1;

    /** A request that is queued, or sent and not answered. */
    static final int IN_FLIGHT = 2;

    /** A request that was given back unanswered while the server may still touch it. */
    static final int QUARANTINED = 3;

    /** A request that the application of a server holds. */
    static final int REQUEST = 4;

    /** A response that is queued, or that the transport still needs. */
    static final int ANSWERED = 5;

    /** A request is being received into it. */
    static final int RECEIVING = 6;

    private static final String[] STATE_NAMES = {
        "free",
        "held by the application",
        "in flight",
        "quarantined after its deadline",
        "a request",
        "a response on its way",
        "being received into"
    };

    final DirectMsgPool pool;
    private final int index;
    private final ByteBuffer in;
    private final ByteBuffer out;
    private final ByteBuffer inView;
    private final ByteBuffer outView;
    private final boolean mirror;

    /** The other one of message and mirror; a message has none until it is asked for. */
    private @Nullable EngineMsg twin;

    int state;

    /** Of a quarantined message: the application has released it. */
    private boolean releaseWhenConfirmed;

    /** The next in a {@link MsgQueue}. */
    @Nullable EngineMsg next;

    /** Of a request at a server: the {@link AbstractSession#number} of its session. */
    long session;

    long transactionId;
    int slot;

    /** Of a request at a client: the transport still needs its memory. */
    boolean sending;

    int length;

    /** Of a request at a server: what the client has room for. */
    int room;

    /** Of a request at a client, in the event queue's time; 0 for none. */
    long deadlineNs;

    /** Of an answer: it isn't a response but this failure. */
    @Nullable EventReason failure;

    /** Where it was taken, if that is tracked. */
    @Nullable Throwable takenAt;

    private @Nullable Object userContext;

    EngineMsg(
            final DirectMsgPool pool, final int index, final ByteBuffer in, final ByteBuffer out) {
        this(pool, index, in, out, false, null);
    }

    private EngineMsg(
            final DirectMsgPool pool,
            final int index,
            final ByteBuffer in,
            final ByteBuffer out,
            final boolean mirror,
            final @Nullable EngineMsg twin) {
        this.pool = pool;
        this.index = index;
        this.in = in;
        this.out = out;
        this.inView = in.duplicate();
        this.outView = out.duplicate();
        this.mirror = mirror;
        this.twin = twin;
        this.state = mirror ? HELD : FREE;
    }

    static EngineMsg of(final Msg msg) {
        if (msg instanceof EngineMsg own) {
            return own;
        }
        throw new IllegalArgumentException(
                "not a message of a MsgPool: " + msg.getClass().getName());
    }

    @Override
    public ByteBuffer in() {
        return in;
    }

    @Override
    public ByteBuffer out() {
        return out;
    }

    @Override
    public ByteBuffer inbound() {
        return inView;
    }

    @Override
    public ByteBuffer outbound() {
        return outView;
    }

    @Override
    public DirectMsgPool pool() {
        return pool;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean swapped() {
        return mirror;
    }

    @Override
    public boolean isMirror() {
        return mirror;
    }

    @Override
    public @Nullable Object userContext() {
        return userContext;
    }

    @Override
    public void userContext(final @Nullable Object context) {
        userContext = context;
    }

    @Override
    public void reset() {
        in.position(0).limit(0);
        out.clear();
    }

    @Override
    public Msg mirror() {
        final EngineMsg other = twin;
        if (mirror) {
            return primary();
        }
        if (state != HELD && state != REQUEST) {
            throw refused("mirrored");
        }
        if (other == null) {
            // Views of its own: the positions of a message and of its mirror are different things.
            final EngineMsg made =
                    new EngineMsg(pool, index, out.duplicate(), in.duplicate(), true, this);
            twin = made;
            return made.positionAsMirror();
        }
        if (other.state != HELD) {
            throw new IllegalStateException(
                    "the message's mirror is %s; wait until it is answered"
                            .formatted(STATE_NAMES[other.state]));
        }
        return other.positionAsMirror();
    }

    /** What the message has received is what its mirror would send. */
    private EngineMsg positionAsMirror() {
        final ByteBuffer received = primary().in;
        out.limit(out.capacity()).position(received.limit());
        in.position(0).limit(0);
        return this;
    }

    /** The message that owns the place in the pool. */
    EngineMsg primary() {
        final EngineMsg other = twin;
        return mirror && other != null ? other : this;
    }

    @Override
    public void release() {
        pool.checkThread();
        if (mirror) {
            throw new IllegalStateException(
                    "a mirror is never released; release or answer the message that it mirrors");
        }
        if (state == QUARANTINED && !releaseWhenConfirmed) {
            releaseWhenConfirmed = true;
            return;
        }
        if (state != HELD) {
            throw refused("released");
        }
        checkMirrorDone("released");
        free();
    }

    /** Goes back to the pool, as soon as nobody touches the memory through the mirror. */
    void free() {
        if (twin != null && twin.state == QUARANTINED) {
            state = QUARANTINED;
            releaseWhenConfirmed = true;
        } else {
            pool.free(this);
        }
    }

    /** Checks that a client may send the message now. */
    void checkSendable() {
        final EngineMsg owner = primary();
        if (mirror ? owner.state != HELD && owner.state != REQUEST : state != HELD) {
            throw owner.refused("sent");
        }
        if (mirror) {
            if (state != HELD) {
                throw refused("sent");
            }
        } else {
            checkMirrorIdle("sent");
        }
    }

    /** Checks that nothing else uses the memory. */
    void checkMirrorIdle(final String what) {
        if (twin != null && twin.state != HELD) {
            throw new IllegalStateException(
                    "the message can't be %s while its mirror is %s"
                            .formatted(what, STATE_NAMES[twin.state]));
        }
    }

    /** Checks that the application waits for nothing from the mirror. */
    void checkMirrorDone(final String what) {
        if (twin != null && twin.state != QUARANTINED) {
            checkMirrorIdle(what);
        }
    }

    IllegalStateException refused(final String what) {
        final String hint =
                switch (state) {
                    case FREE ->
                            pool.isClosed()
                                    ? "its pool is closed"
                                    : "it was given back to its pool already";
                    case IN_FLIGHT -> "wait for its response or error";
                    case QUARANTINED ->
                            releaseWhenConfirmed
                                    ? "it was released already"
                                    : "its deadline passed, and the server may still answer it;"
                                            + " it can only be released";
                    case REQUEST -> "answer it with sendResponse or discardRequest";
                    case ANSWERED -> "it was answered already";
                    default -> "it is the application's";
                };
        return new IllegalStateException(
                "the message can't be %s: it is %s; %s".formatted(what, STATE_NAMES[state], hint));
    }

    /** A payload of this length has been received into it. */
    void received(final int bytes) {
        in.clear().limit(bytes);
        final EngineMsg owner = twin;
        if (mirror && owner != null) {
            // What a mirror receives is what its message would send on.
            owner.out.clear().limit(owner.sendLimit()).position(bytes);
        }
    }

    /** How much OUT may take: as much as there is, and no more than the client has room for. */
    int sendLimit() {
        return state == REQUEST ? Math.min(room, out.capacity()) : out.capacity();
    }

    /** Room for a response: of a request that is relayed, no more than its own client has. */
    int responseRoom() {
        return mirror ? primary().sendLimit() : in.capacity();
    }

    /** The deadline passed while the server may still touch the memory. */
    void quarantine() {
        state = QUARANTINED;
        releaseWhenConfirmed = false;
    }

    /** Nobody touches the memory of a quarantined message any more. */
    void confirm() {
        state = HELD;
        if (releaseWhenConfirmed) {
            releaseWhenConfirmed = false;
            pool.free(this);
        }
        final EngineMsg owner = primary();
        if (owner != this && owner.state == QUARANTINED) {
            owner.confirm();
        }
    }

    /** Goes back to its pool. */
    void cleared() {
        state = FREE;
        session = 0;
        failure = null;
        sending = false;
        deadlineNs = 0;
        takenAt = null;
        userContext = null;
        if (twin != null) {
            twin.userContext = null;
        }
    }

    static String stateName(final int state) {
        return STATE_NAMES[state];
    }

    @Override
    public String toString() {
        return "Msg[%d%s of %s, %s]"
                .formatted(index, mirror ? " mirrored" : "", pool, STATE_NAMES[state]);
    }
}
