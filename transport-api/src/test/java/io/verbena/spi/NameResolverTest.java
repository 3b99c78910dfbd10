// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that a name server answers for, and ones that it doesn't. */
@Timeout(20)
class NameResolverTest {
    private static final int THREADS = 2;
    private static final int WAITING = 3;
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(1);

    /** Name servers answer when it is down. */
    private final CountDownLatch nameServers = new CountDownLatch(1);

    private final AtomicInteger begun = new AtomicInteger();
    private final NameResolver resolver = new NameResolver(THREADS, WAITING, this::resolve);

    private List<InetSocketAddress> resolve(final HostPort address) throws UnknownHostException {
        if (address.host().startsWith("hung")) {
            begun.incrementAndGet();
            try {
                nameServers.await();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (address.host().startsWith("no")) {
            throw new UnknownHostException(address.host());
        }
        if (address.host().startsWith("broken")) {
            throw new IllegalStateException("a broken resolver");
        }
        return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port()));
    }

    private CompletableFuture<List<InetSocketAddress>> lookUp(
            final HostPort address, final long timeoutNs) {
        final CompletableFuture<List<InetSocketAddress>> answer = new CompletableFuture<>();
        resolver.lookUp(
                address,
                timeoutNs,
                new NameResolver.Answer() {
                    @Override
                    public void onFound(final List<InetSocketAddress> addresses) {
                        assertThat(answer.complete(addresses)).isTrue();
                    }

                    @Override
                    public void onFailed(final IOException cause) {
                        assertThat(answer.completeExceptionally(cause)).isTrue();
                    }
                });
        return answer;
    }

    private static HostPort address(final String host) {
        return HostPort.parse(URI.create("tcp://" + host + ":9400"));
    }

    @AfterEach
    void nameServersAnswer() {
        nameServers.countDown();
    }

    @Test
    void aNameIsLookedUpElsewhere() throws Exception {
        assertThat(lookUp(address("server"), LONG_NS).get())
                .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9400));
    }

    @Test
    void anUnknownNameFailsAsThat() {
        assertThatThrownBy(() -> lookUp(address("nohost"), LONG_NS).get())
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    @Test
    void aResolverThatThrowsFailsTheOneLookup() throws Exception {
        assertThatThrownBy(() -> lookUp(address("broken"), LONG_NS).get())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("looking broken up failed");
        assertThat(lookUp(address("server"), LONG_NS).get()).hasSize(1);
    }

    @Test
    void anAddressNeedsNoThreadEvenIfAllHang() {
        hangAll(LONG_NS);
        assertThat(lookUp(address("10.0.0.1"), 0)).isCompleted();
        assertThat(lookUp(address("[::1]"), 0)).isCompleted();
    }

    @Test
    void nameServersThatDoNotAnswerTakeNoMoreThanTheThreadsAndTheQueue() {
        hangAll(LONG_NS);
        final var refused = lookUp(address("hung-too"), LONG_NS);
        assertThat(refused).isCompletedExceptionally();
        assertThatThrownBy(refused::get)
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("5 names are being looked up");
        assertThat(begun).hasValue(THREADS);
    }

    @Test
    void whatWaitedBehindThemForTooLongIsNotBegun() {
        final List<CompletableFuture<?>> lookups = hangAll(1);
        nameServers.countDown();
        await().until(() -> lookups.stream().allMatch(CompletableFuture::isDone));
        assertThat(begun).hasValue(THREADS);
        for (final CompletableFuture<?> late : lookups.subList(THREADS, lookups.size())) {
            assertThatThrownBy(late::get).hasCauseInstanceOf(SocketTimeoutException.class);
        }
    }

    /**
     * Occupies every thread for good, and every place in the queue with lookups of this patience.
     */
    private List<CompletableFuture<?>> hangAll(final long waitingNs) {
        final List<CompletableFuture<?>> lookups = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            lookups.add(lookUp(address("hung"), LONG_NS));
        }
        await().until(() -> begun.get() == THREADS);
        for (int i = 0; i < WAITING; i++) {
            lookups.add(lookUp(address("hung"), waitingNs));
        }
        return lookups;
    }
}
