// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The mem transport, for the contract and for stories. */
public final class MemUnderTest implements TransportUnderTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Consumer<MemFaults> misbehaviour;

    /** All links do what they should, as well as they can. */
    public MemUnderTest() {
        this(faults -> {});
    }

    /**
     * All links have faults.
     *
     * @param misbehaviour sets the faults of each.
     */
    public MemUnderTest(final Consumer<MemFaults> misbehaviour) {
        this.misbehaviour = misbehaviour;
    }

    /**
     * Sets all that the SPI lets a transport do: payloads are kept until they are received, two
     * frames are taken and no more, they arrive in pieces, and from within resume(), and that a
     * payload was sent is told late.
     *
     * @param faults of the links.
     */
    public static void adverse(final MemFaults faults) {
        for (final Direction direction : Direction.values()) {
            faults.hold(direction, 1).capacity(direction, 2, 4096).split(direction, 40_000);
        }
        faults.deliverInResume(true).tellSentLate(true);
    }

    @Override
    public URI listenUri() {
        final URI uri = URI.create("mem://name" + NAMES.incrementAndGet());
        misbehaviour.accept(MemNetwork.faults(uri));
        return uri;
    }

    @Override
    public URI nobodyUri() {
        return URI.create("mem://nobody");
    }

    @Override
    public Wire wire(final URI portal) {
        final URI uri = URI.create(portal + "~" + NAMES.incrementAndGet());
        final MemFaults faults = MemNetwork.faults(uri);
        misbehaviour.accept(faults);
        return new Wire() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public void cut() {
                faults.cut();
            }

            @Override
            public void stall() {
                faults.stall();
            }

            @Override
            public void release() {
                faults.release();
            }

            @Override
            public void close() {
                faults.cut();
            }
        };
    }

    @Override
    public long quietNs() {
        return 0;
    }
}
