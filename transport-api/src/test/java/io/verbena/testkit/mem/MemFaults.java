// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What goes wrong on the links of one name: those that exist and those to come. Thread-safe; each
 * method returns this.
 *
 * <p>Whatever is set, a link stays what the SPI calls a link: frames arrive in order, each once and
 * whole, or the link ends. There is no reordering, no loss and no duplication to set, as a
 * transport that did that would be none.
 */
public final class MemFaults {
    private static final int DIRECTIONS = Direction.values().length;

    final Set<MemLink> links = ConcurrentHashMap.newKeySet();
    private final String name;
    private final Lane[] lanes = new Lane[DIRECTIONS];
    private volatile boolean connectsHeld;
    private volatile boolean connectsRefused;
    private volatile boolean resumeDelivers;
    private volatile boolean sentLate;
    private volatile boolean fixed;

    MemFaults(final String name) {
        this.name = name;
        for (int i = 0; i < DIRECTIONS; i++) {
            lanes[i] = new Lane();
        }
    }

    /** The faults of one direction. */
    static final class Lane {
        volatile long delayNs;
        volatile boolean stalled;
        volatile long cutAtFrame = Long.MAX_VALUE;
        volatile int maxFrames = 256;
        volatile long maxBytes = 1 << 20;
        volatile int holdBytes = Integer.MAX_VALUE;
        volatile int splitBytes = Integer.MAX_VALUE;
    }

    Lane lane(final Direction direction) {
        return lanes[direction.ordinal()];
    }

    /** Are these the faults of an alias, over which only some clients connect? */
    boolean isAlias() {
        return !MemNetwork.listenerName(name).equals(name);
    }

    boolean connectsHeld() {
        return connectsHeld;
    }

    boolean connectsRefused() {
        return connectsRefused;
    }

    boolean resumeDelivers() {
        return resumeDelivers;
    }

    boolean fixed() {
        return fixed;
    }

    /**
     * Connections stay on the event queue that has accepted them, as RDMA's do.
     *
     * @param value whether they do.
     * @return this.
     */
    public MemFaults fixed(final boolean value) {
        fixed = value;
        return this;
    }

    boolean sentLate() {
        return sentLate;
    }

    /**
     * Each frame arrives so much later. The time is the receiving event queue's, counted from when
     * its poller first sees the frame.
     *
     * @param direction which way.
     * @param delayNs nanoseconds; 0 for none.
     * @return this.
     */
    public MemFaults delay(final Direction direction, final long delayNs) {
        lane(direction).delayNs = delayNs;
        return this;
    }

    /**
     * Nothing arrives any more, until {@link #release}.
     *
     * @param direction which way.
     * @return this.
     */
    public MemFaults stall(final Direction direction) {
        lane(direction).stalled = true;
        return this;
    }

    /**
     * Nothing arrives any more, either way.
     *
     * @return this.
     */
    public MemFaults stall() {
        return stall(Direction.TO_SERVER).stall(Direction.TO_CLIENT);
    }

    /**
     * The end of {@link #stall}: what was stalled arrives.
     *
     * @param direction which way.
     * @return this.
     */
    public MemFaults release(final Direction direction) {
        lane(direction).stalled = false;
        links.forEach(MemLink::signalBoth);
        return this;
    }

    /**
     * The end of {@link #stall()}.
     *
     * @return this.
     */
    public MemFaults release() {
        return release(Direction.TO_SERVER).release(Direction.TO_CLIENT);
    }

    /**
     * Each link breaks, for both ends, when its n-th frame of this direction would arrive.
     *
     * @param direction which way.
     * @param frame counted from 1, from the link's beginning; the HELLO is the first.
     * @return this.
     */
    public MemFaults cutAtFrame(final Direction direction, final long frame) {
        lane(direction).cutAtFrame = frame;
        return this;
    }

    /**
     * Breaks all links of this name now, for both ends; what is on its way is lost.
     *
     * @return this.
     */
    public MemFaults cut() {
        links.forEach(link -> link.cut("the link was cut by a test"));
        return this;
    }

    /**
     * How much a link takes before it says {@code BACK_PRESSURED}. A frame that is longer than that
     * is taken when nothing else is queued.
     *
     * @param direction which way.
     * @param frames frames that may be queued, 1 or more.
     * @param bytes bytes, with headers, that may be queued.
     * @return this.
     */
    public MemFaults capacity(final Direction direction, final int frames, final long bytes) {
        lane(direction).maxFrames = frames;
        lane(direction).maxBytes = bytes;
        return this;
    }

    /**
     * Payloads from this length on are not copied when they are sent but when they are received:
     * {@code send} says {@code HELD}.
     *
     * @param direction which way.
     * @param bytes the shortest payload that is held; {@link Integer#MAX_VALUE} for none.
     * @return this.
     */
    public MemFaults hold(final Direction direction, final int bytes) {
        lane(direction).holdBytes = bytes;
        return this;
    }

    /**
     * Payloads arrive in pieces, one for each time that the receiver polls.
     *
     * @param direction which way.
     * @param bytes the length of a piece, 1 or more.
     * @return this.
     */
    public MemFaults split(final Direction direction, final int bytes) {
        lane(direction).splitBytes = bytes;
        return this;
    }

    /**
     * New connections hang: no answer, no refusal.
     *
     * @param held whether they do.
     * @return this.
     */
    public MemFaults holdConnects(final boolean held) {
        connectsHeld = held;
        return this;
    }

    /**
     * New connections are refused, though somebody listens.
     *
     * @param refused whether they are.
     * @return this.
     */
    public MemFaults refuseConnects(final boolean refused) {
        connectsRefused = refused;
        return this;
    }

    /**
     * {@code Connection.resume()} calls back before it returns, which the SPI lets a transport do.
     *
     * @param delivers whether it does; else what waits is delivered by the next poll.
     * @return this.
     */
    public MemFaults deliverInResume(final boolean delivers) {
        resumeDelivers = delivers;
        return this;
    }

    /**
     * That a payload is not needed any more is told after what the peer has sent meanwhile, so that
     * a response comes before its request's {@code onSent}.
     *
     * @param late whether it is.
     * @return this.
     */
    public MemFaults tellSentLate(final boolean late) {
        sentLate = late;
        return this;
    }

    @Override
    public String toString() {
        return "faults of mem://" + name;
    }
}
