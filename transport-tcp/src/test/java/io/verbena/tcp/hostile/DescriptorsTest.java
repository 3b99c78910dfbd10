// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A process that has no more descriptors")
class DescriptorsTest {
    private static final int LIMIT = 200;

    @ParameterizedTest
    @EnumSource(Net.class)
    void goesOnWithTheSessionsThatItHasAndTakesMoreAsSoonAsItCan(final Net net)
            throws IOException, InterruptedException {
        final List<String> said =
                new ChildJvm().maxDescriptors(LIMIT).run(Exhausted.class, net.name());

        assertThat(said).contains("goes on", "can't connect: LIMIT_REACHED", "has recovered");
        assertThat(said)
                .filteredOn(line -> line.contains("can't accept"))
                .as("lines in the log")
                .hasSizeBetween(1, 10)
                .allMatch(line -> line.contains("LIMIT_REACHED"));
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    void doesNotFailForWantOfALogEither(final Net net) throws IOException, InterruptedException {
        // Then the logging API is first used, and its back end searched in vain, when no file can
        // be opened.
        assertThat(
                        new ChildJvm()
                                .maxDescriptors(LIMIT)
                                .without("slf4j-simple")
                                .run(Exhausted.class, net.name()))
                .contains("goes on", "can't connect: LIMIT_REACHED", "has recovered");
    }

    /**
     * The process: a portal, a healthy session, one that comes when there is no descriptor for it.
     */
    static final class Exhausted {
        private static final long WHILE_NS = TimeUnit.MILLISECONDS.toNanos(400);
        private static final List<FileChannel> HOARD = new ArrayList<>();

        private Exhausted() {}

        public static void main(final String[] arguments) throws Exception {
            final Net net = Net.valueOf(arguments[0]);
            try (Target target = new Target(net);
                    Clients clients = new Clients()) {
                rehearse(net, target, clients);
                final Clients.Healthy healthy = clients.healthy(target.uri());
                hoard();
                HOARD.remove(0).close();
                try (SocketChannel latecomer = net.connect(target.uri())) {
                    latecomer.write(ByteBuffer.wrap(Frames.hello("/hostile")));
                    final long end = System.nanoTime() + WHILE_NS;
                    Wait.until("some time", () -> System.nanoTime() - end > 0);
                    healthy.assertUnharmed();
                    System.out.println("goes on");
                    final Clients.Watched other = clients.connect(target.uri());
                    System.out.println("can't connect: " + other.awaitClosed().reason());
                    release();
                    latecomer.read(ByteBuffer.allocate(FrameHeader.LENGTH));
                    clients.healthy(target.uri()).assertUnharmed();
                    healthy.assertUnharmed();
                    System.out.println("has recovered");
                }
            }
        }

        /** What the test itself needs is loaded before there is nothing left to load it with. */
        private static void rehearse(final Net net, final Target target, final Clients clients)
                throws IOException {
            try (SocketChannel rehearsal = net.connect(target.uri())) {
                // In good order, so that nothing is logged yet.
                rehearsal.write(
                        ByteBuffer.wrap(
                                Frames.concat(
                                        Frames.hello("/hostile"),
                                        Frames.goodbye(EventReason.CLOSED_BY_SELF.code()))));
                while (rehearsal.read(ByteBuffer.allocate(FrameHeader.LENGTH)) >= 0) {
                    // HELLO, GOODBYE
                }
            }
            clients.healthy(target.uri()).assertUnharmed();
            final Clients.Watched watched = clients.connect(target.uri());
            watched.awaitEstablished();
            watched.close();
            assertThat(watched.awaitClosed().reason()).isEqualTo(EventReason.CLOSED_BY_SELF);
        }

        /** Takes all descriptors that are left. */
        private static void hoard() {
            try {
                while (true) {
                    HOARD.add(FileChannel.open(Path.of("/dev/null")));
                }
            } catch (final IOException e) {
                if (!String.valueOf(e.getMessage()).contains("Too many open files")) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private static void release() throws IOException {
            for (final FileChannel each : HOARD) {
                each.close();
            }
            HOARD.clear();
        }
    }
}
