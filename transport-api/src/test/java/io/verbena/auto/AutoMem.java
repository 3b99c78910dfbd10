// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** {@code auto+mem}, for the contract and for tests of its own. */
final class AutoMem implements TransportUnderTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Consumer<MemFaults> misbehaviour;

    AutoMem(final Consumer<MemFaults> misbehaviour) {
        this.misbehaviour = misbehaviour;
    }

    /** The faults of a portal's control connections. */
    static MemFaults controlFaults(final URI portal) {
        return MemNetwork.faults(portal.getRawAuthority());
    }

    /** The faults of its data connections. */
    static MemFaults dataFaults(final URI portal) {
        final String name = portal.getRawAuthority();
        final int alias = name.indexOf('~');
        return MemNetwork.faults(
                alias < 0
                        ? name + AutoMemTransportProvider.DATA
                        : name.substring(0, alias)
                                + AutoMemTransportProvider.DATA
                                + name.substring(alias));
    }

    @Override
    public URI listenUri() {
        final URI uri = URI.create("auto+mem://auto" + NAMES.incrementAndGet());
        misbehaviour.accept(controlFaults(uri));
        misbehaviour.accept(dataFaults(uri));
        return uri;
    }

    @Override
    public URI nobodyUri() {
        return URI.create("auto+mem://nobody");
    }

    @Override
    public Wire wire(final URI portal) {
        final URI uri = URI.create(portal + "~" + NAMES.incrementAndGet());
        final MemFaults control = controlFaults(uri);
        final MemFaults data = dataFaults(uri);
        misbehaviour.accept(control);
        misbehaviour.accept(data);
        return new Wire() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public void cut() {
                data.cut();
                control.cut();
            }

            @Override
            public void stall() {
                data.stall();
                control.stall();
            }

            @Override
            public void release() {
                control.release();
                data.release();
            }

            @Override
            public void close() {
                cut();
            }
        };
    }

    @Override
    public long quietNs() {
        return 0;
    }
}
