// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.EventReason;
import io.verbena.testkit.Leaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A link that blocks, whose calls others cut short. */
@ExtendWith(Leaks.class)
class DedicatedLinkTest {
    private static final long LIMIT_S = 20;

    /** Longer than a thread waits for a processor on a busy machine. */
    private static final long LONGEST_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingCall call =
            new BlockingCall(BlockingCall.LEAST_TIMEOUT_NS, System::nanoTime);
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 16);
    private final AtomicReference<Thread> caller = new AtomicReference<>();
    private SocketChannel socket;
    private SocketChannel peer;
    private DedicatedLink link;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            socket = SocketChannel.open(listener.getLocalAddress());
            peer = listener.accept();
        }
        link = new DedicatedLink(new PlainLink(socket), socket, call);
        call.limit(System.nanoTime(), TimeUnit.SECONDS.toNanos(LIMIT_S));
    }

    @AfterEach
    void close() throws Exception {
        call.close();
        link.close();
        socket.close();
        peer.close();
        threads.shutdown();
        assertThat(threads.awaitTermination(LIMIT_S, TimeUnit.SECONDS)).isTrue();
    }

    private <T> Future<T> elsewhere(final Callable<T> what) {
        return threads.submit(
                () -> {
                    caller.set(Thread.currentThread());
                    return what.call();
                });
    }

    private static <T> T result(final Future<T> future) throws Exception {
        return future.get(LIMIT_S, TimeUnit.SECONDS);
    }

    /** Waits until the thread is in a system call on the socket. */
    private void awaitCall() {
        await().atMost(LIMIT_S, TimeUnit.SECONDS)
                .until(
                        () -> {
                            final Thread thread = caller.get();
                            final StackTraceElement[] stack =
                                    thread == null
                                            ? new StackTraceElement[0]
                                            : thread.getStackTrace();
                            return stack.length > 0 && stack[0].isNativeMethod();
                        });
    }

    @Test
    void aReadWaitsUntilThereIsSomething() throws Exception {
        final Future<Integer> read = elsewhere(() -> link.read(bytes));
        awaitCall();
        peer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(result(read)).isEqualTo(3);
        assertThat(link.isDeaf()).isFalse();
    }

    @Test
    void theEndOfTheStreamIsToldAsSuch() throws Exception {
        peer.shutdownOutput();
        assertThat(link.read(bytes)).isEqualTo(-1);
        assertThat(link.isDeaf()).isFalse();
    }

    @Test
    void aReadEndsWhenItsTimeIsOverAndNotBefore() throws Exception {
        final long startNs = System.nanoTime();
        call.limit(System.nanoTime(), BlockingCall.LEAST_TIMEOUT_NS);
        assertThat(link.read(bytes)).isZero();
        assertThat(System.nanoTime() - startNs)
                .isGreaterThanOrEqualTo(BlockingCall.LEAST_TIMEOUT_NS);
        assertThat(link.isDeaf()).isTrue();
    }

    @Test
    void whoIsDeafCanStillSpeak() throws Exception {
        final Future<Integer> read = elsewhere(() -> link.read(bytes));
        awaitCall();
        assertThat(call.wakeup()).isTrue();
        assertThat(result(read)).isZero();
        assertThat(link.isDeaf()).isTrue();

        assertThat(link.write(ByteBuffer.wrap(new byte[] {7}))).isEqualTo(1);
        final ByteBuffer heard = ByteBuffer.allocate(8);
        assertThat(peer.read(heard)).isEqualTo(1);
        assertThat(heard.get(0)).isEqualTo((byte) 7);
        // And nothing that comes is an end of the stream.
        peer.shutdownOutput();
        assertThat(link.read(bytes)).isZero();
    }

    @Test
    void whoIsWokenBeforehandDoesNotBeginToReadOnce() throws Exception {
        assertThat(call.wakeup()).isFalse();
        assertThat(link.read(bytes)).isZero();
        assertThat(link.isDeaf()).isFalse();
        peer.write(ByteBuffer.wrap(new byte[] {1}));
        assertThat(link.read(bytes)).isEqualTo(1);
    }

    @Test
    void aWakeUpAtAnyMomentEndsTheReadOrKeepsItFromBeginning() throws Exception {
        // How late a read begins is the machine's affair, so the delay follows it: longer while
        // reads have not begun, shorter once one has. So wake-ups come about when a read begins.
        long delayNs = 1_000;
        int cut = 0;
        for (int i = 0; i < 500; i++) {
            final Future<Integer> read = elsewhere(() -> link.read(bytes));
            final long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < delayNs) {
                Thread.yield();
            }
            call.wakeup();
            assertThat(result(read)).isZero();
            if (!link.isDeaf()) {
                delayNs = Math.min(2 * delayNs, LONGEST_DELAY_NS);
            } else {
                delayNs -= delayNs / 4;
                cut++;
                socket.close();
                peer.close();
                connect();
                // Who cuts a read leaves its wake-up behind, and this takes it.
                assertThat(link.read(bytes)).isZero();
            }
        }
        assertThat(cut).as("reads that had begun").isPositive();
    }

    @Test
    void aWriteThatThePeerDoesNotTakeEndsTheLink() throws Exception {
        final Future<Void> endless =
                elsewhere(
                        () -> {
                            while (true) {
                                link.write(bytes.clear());
                            }
                        });
        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                .isThrownBy(() -> result(endless))
                .havingCause()
                .isInstanceOfSatisfying(
                        LinkException.class,
                        e -> assertThat(e.reason()).isEqualTo(EventReason.TRANSPORT_ERROR))
                .withMessageContaining("takes nothing");
    }

    @Test
    void aSlowPeerIsNoStalledOne() throws Exception {
        final int total = 8 << 20;
        final Future<Long> written =
                elsewhere(
                        () -> {
                            long sum = 0;
                            while (sum < total) {
                                sum += link.write(bytes.clear());
                            }
                            return sum;
                        });
        final ByteBuffer sink = ByteBuffer.allocateDirect(1 << 20);
        long taken = 0;
        while (taken < total) {
            taken += peer.read(sink.clear());
            // As a watch would that looks all the time: the write under way is another each time.
            call.check();
        }
        assertThat(result(written)).isEqualTo(total);
    }
}
