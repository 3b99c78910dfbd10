// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.Delivery;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.Extension;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import io.verbena.testkit.story.StoryTest;
import java.net.URI;
import java.util.EnumSet;
import java.util.SplittableRandom;

/** Stories, over a fabric that is as late as it likes, with options as they come. */
class FakeStoryTest extends StoryTest {
    /** A fabric whose whims follow from a seed. */
    private record Fickle(FakeFabric fabric) implements TransportUnderTest {
        @Override
        public URI listenUri() {
            return URI.create("fake://0.0.0.0:0");
        }

        @Override
        public URI nobodyUri() {
            return URI.create("fake://10.0.0.1:9");
        }

        @Override
        public Wire wire(final URI portal) {
            return new FakeWire(fabric, portal);
        }
    }

    @Override
    protected TransportUnderTest transport(final long seed) {
        final SplittableRandom random = new SplittableRandom(~seed);
        final FakeFabric fabric =
                FakeTransportProvider.reset(
                        random.nextBoolean()
                                ? EnumSet.allOf(Extension.class)
                                : EnumSet.complementOf(EnumSet.of(Extension.PROGRESS)),
                        new RdmaOptions(
                                pick(random, 0, 100, 512, 8192),
                                pick(random, 32, 128),
                                pick(random, 1, 4, 16),
                                pick(random, 0, 220),
                                pick(random, 200, 16_384)));
        fabric.delivery(random.nextInt(4) == 0 ? Delivery.IMMEDIATE : Delivery.ON_POLL)
                .delays(seed, pick(random, 0, 1, 4, 12))
                .disconnectBreaksPeer(random.nextBoolean())
                .maxInline(pick(random, 0, 64, 220));
        return new Fickle(fabric);
    }

    private static int pick(final SplittableRandom random, final int... values) {
        return values[random.nextInt(values.length)];
    }

    @Override
    protected long[] lessons() {
        return new long[] {
            // An answer waited for a grant, which was in a request that waited for the answer.
            -6791326292499209307L,
            // The link was down, and requests that had come waited for messages that answers had,
            // which could not leave.
            529720428309653481L
        };
    }

    @Override
    protected int count() {
        return 100;
    }
}
