// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.verbena.testkit.VirtualThreads;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

/** The natives, as far as they go without an RDMA device. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class NativesTest {
    private static Verbs verbs;

    @BeforeAll
    static void load() throws IOException {
        verbs = VerbsLibrary.get();
    }

    @Test
    void isLoadedOnce() throws IOException {
        assertThat(VerbsLibrary.get()).isSameAs(verbs);
    }

    @Test
    void hasAllExtensions() {
        assertThat(verbs.extensions()).isEqualTo(EnumSet.allOf(Extension.class));
    }

    @Test
    void hasTheLayoutThatJavaHas() throws Exception {
        assertThat(disni("_getVersion")).isEqualTo(32);
        assertThat(disni("_getIbvSendWRSize")).isEqualTo(Layout.SEND_WR_BYTES);
        assertThat(disni("_getIbvRecvWRSize")).isEqualTo(Layout.RECV_WR_BYTES);
        assertThat(disni("_getIbvSgeSize")).isEqualTo(Layout.SGE_BYTES);
        assertThat(disni("_getIbvWCSize")).isEqualTo(Layout.WC_BYTES);
        assertThat(disni("_getSockAddrInSize")).isEqualTo(16);
        assertThat(disni("_getRemoteAddressOffset")).isEqualTo(Layout.WR_REMOTE_ADDRESS);
        assertThat(disni("_getRKeyOffset")).isEqualTo(Layout.WR_RKEY);
    }

    /** Calls a native of the very class that the verbs use. */
    private static Object disni(final String name, final Object... arguments) throws Exception {
        final Class<?> type =
                Class.forName(
                        "com.ibm.disni.verbs.impl.NativeDispatcher",
                        true,
                        verbs.getClass().getClassLoader());
        final Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        final Object dispatcher = constructor.newInstance();
        for (final Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(name)) {
                return method.invoke(dispatcher, arguments);
            }
        }
        throw new NoSuchMethodException(name);
    }

    @Test
    void noNativeOfDisniCrashesOnAHandleThatIsNone() throws Exception {
        final ClassLoader loader = verbs.getClass().getClassLoader();
        final Class<?> type =
                Class.forName("com.ibm.disni.verbs.impl.NativeDispatcher", true, loader);
        final Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        final Object dispatcher = constructor.newInstance();
        int tried = 0;
        for (final Method method : type.getDeclaredMethods()) {
            final Class<?>[] types = method.getParameterTypes();
            if (!Modifier.isNative(method.getModifiers())
                    || types.length == 0
                    || types[0] != long.class) {
                continue;
            }
            for (final long handle : new long[] {0, 1, -1, Long.MIN_VALUE, 0x0300000001000000L}) {
                final Object[] arguments = new Object[types.length];
                for (int i = 0; i < types.length; i++) {
                    arguments[i] = zero(types[i]);
                }
                arguments[0] = handle;
                tried++;
                assertThatThrownBy(() -> method.invoke(dispatcher, arguments))
                        .as(method.getName())
                        .hasCauseInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(tried).isEqualTo(5 * 38);
    }

    private static Object zero(final Class<?> type) {
        if (type == long.class) {
            return 0L;
        }
        if (type == int.class) {
            return 0;
        }
        return type == short.class ? (Object) (short) 0 : (Object) (byte) 0;
    }

    @Test
    void affinityIsOfTheThread() throws Exception {
        final Class<?> type =
                Class.forName(
                        "com.ibm.disni.util.NativeAffinity",
                        true,
                        verbs.getClass().getClassLoader());
        final long before = (long) type.getMethod("getAffinity").invoke(null);
        assertThat(before).isNotZero();
        final long one = Long.lowestOneBit(before);
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                type.getMethod("setAffinity", long.class).invoke(null, one);
                                assertThat(type.getMethod("getAffinity").invoke(null))
                                        .isEqualTo(one);
                            } catch (final ReflectiveOperationException e) {
                                throw new AssertionError(e);
                            }
                        });
        final AtomicBoolean failed = new AtomicBoolean();
        thread.setUncaughtExceptionHandler((t, e) -> failed.set(true));
        thread.start();
        thread.join();
        assertThat(failed).isFalse();
        assertThat(type.getMethod("getAffinity").invoke(null)).isEqualTo(before);
    }

    @Test
    void aHandleThatIsNoneIsAnException() {
        final byte[] none = new byte[0];
        final ConnectionParameters parameters = new ConnectionParameters(none, 1, 1, 7, 7);
        final QueuePairLimits limits = new QueuePairLimits(1, 1, 0);
        final InetSocketAddress address = new InetSocketAddress("127.0.0.1", 1);
        final long[] handles = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0x0200000001000000L};
        for (final long handle : handles) {
            final Map<String, ThrowingCallable> calls =
                    Map.ofEntries(
                            Map.entry("a", () -> verbs.destroyEventChannel(handle)),
                            Map.entry("b", () -> verbs.cmEvent(handle)),
                            Map.entry("c", () -> verbs.createId(handle)),
                            Map.entry("d", () -> verbs.destroyId(handle)),
                            Map.entry("e", () -> verbs.migrateId(handle, handle)),
                            Map.entry("f", () -> verbs.bind(handle, address)),
                            Map.entry("g", () -> verbs.listen(handle, 1)),
                            Map.entry("h", () -> verbs.resolveAddress(handle, address, 1)),
                            Map.entry("i", () -> verbs.resolveRoute(handle, 1)),
                            Map.entry("j", () -> verbs.connect(handle, parameters)),
                            Map.entry("k", () -> verbs.accept(handle, parameters)),
                            Map.entry("l", () -> verbs.reject(handle, none)),
                            Map.entry("m", () -> verbs.disconnect(handle)),
                            Map.entry("n", () -> verbs.localAddress(handle)),
                            Map.entry("o", () -> verbs.remoteAddress(handle)),
                            Map.entry("p", () -> verbs.context(handle)),
                            Map.entry("q", () -> verbs.limits(handle)),
                            Map.entry("r", () -> verbs.asyncEvent(handle)),
                            Map.entry("s", () -> verbs.allocateProtectionDomain(handle)),
                            Map.entry("t", () -> verbs.deallocateProtectionDomain(handle)),
                            Map.entry("u", () -> verbs.register(handle, 1, 1, 0)),
                            Map.entry(
                                    "v",
                                    () -> verbs.deregister(new MemoryRegion(handle, 1, 1, 1, 1))),
                            Map.entry("w", () -> verbs.createCompletionChannel(handle)),
                            Map.entry("x", () -> verbs.destroyCompletionChannel(handle)),
                            Map.entry("y", () -> verbs.createCompletionQueue(handle, handle, 1)),
                            Map.entry("z", () -> verbs.destroyCompletionQueue(handle)),
                            Map.entry("A", () -> verbs.requestNotification(handle)),
                            Map.entry("B", () -> verbs.takeNotifications(handle, handle)),
                            Map.entry(
                                    "C",
                                    () -> verbs.createQueuePair(handle, handle, handle, limits)),
                            Map.entry("D", () -> verbs.destroyQueuePair(handle)),
                            Map.entry("E", () -> verbs.setMinRnrTimer(handle, 1)),
                            Map.entry("F", () -> verbs.setAckTimeout(handle, 1)),
                            Map.entry("G", () -> verbs.breakQueuePair(handle)),
                            Map.entry("H", () -> verbs.postSend(handle, 0)),
                            Map.entry("I", () -> verbs.postReceive(handle, 0)),
                            Map.entry("J", () -> verbs.poll(handle, 1, 0)),
                            Map.entry("K", () -> verbs.destroyWaiter(handle)),
                            Map.entry("L", () -> verbs.await(handle, 0)),
                            Map.entry("M", () -> verbs.wake(handle)),
                            Map.entry(
                                    "N",
                                    () ->
                                            verbs.watch(
                                                    handle,
                                                    Verbs.Watched.COMPLETION_CHANNEL,
                                                    handle)),
                            Map.entry(
                                    "O",
                                    () -> verbs.unwatch(handle, Verbs.Watched.CONTEXT, handle)));
            calls.forEach(
                    (name, call) ->
                            assertThatThrownBy(call)
                                    .as(name + " of " + handle)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("0x"));
        }
    }

    @Test
    void aHandleOfAnotherKindIsAnException() throws IOException {
        final long waiter = verbs.createWaiter();
        assertThatThrownBy(() -> verbs.poll(waiter, 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not a handle of a completion queue but of a waiter");
        verbs.destroyWaiter(waiter);
    }

    @Test
    void postAndPollTellsWhichQueuePairIsNone() {
        final ByteBuffer posts =
                ByteBuffer.allocateDirect(2 * Layout.POST_BYTES).order(ByteOrder.nativeOrder());
        posts.putLong(Layout.POST_QUEUE_PAIR, 17);
        assertThatThrownBy(() -> verbs.postAndPoll(verbs.addressOf(posts), 2, 0, 0, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(posts.getLong(Layout.POST_ERROR)).isNotZero();
        assertThat(verbs.postAndPoll(0, 0, 0, 0, 0)).isZero();
    }

    @Test
    void aDestroyedWaiterIsGoneForGood() throws IOException {
        final long first = verbs.createWaiter();
        verbs.destroyWaiter(first);
        final long second = verbs.createWaiter();
        assertThat(second).isNotEqualTo(first).isPositive();
        assertThatThrownBy(() -> verbs.await(first, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("doesn't exist any more");
        assertThatThrownBy(() -> verbs.destroyWaiter(first))
                .isInstanceOf(IllegalStateException.class);
        assertThat(verbs.await(second, 0)).isFalse();
        verbs.destroyWaiter(second);
    }

    @Test
    void thousandsOfHandlesAreToldApart() throws IOException {
        final List<Long> waiters = new ArrayList<>();
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 60; i++) {
                waiters.add(verbs.createWaiter());
            }
            for (int i = 0; i < 60; i++) {
                verbs.destroyWaiter(waiters.get(waiters.size() - 1 - i));
            }
        }
        assertThat(waiters).doesNotHaveDuplicates();
        assertThat(waiters)
                .allSatisfy(
                        waiter ->
                                assertThatThrownBy(() -> verbs.wake(waiter))
                                        .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void awaitEndsInTime() throws IOException {
        final long waiter = verbs.createWaiter();
        final long start = System.nanoTime();
        assertThat(verbs.await(waiter, 30)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(25));
        verbs.destroyWaiter(waiter);
    }

    @Test
    void aWakeEndsTheNextAwaitAndOneOnly() throws IOException {
        final long waiter = verbs.createWaiter();
        verbs.wake(waiter);
        verbs.wake(waiter);
        assertThat(verbs.await(waiter, -1)).isTrue();
        assertThat(verbs.await(waiter, 0)).isFalse();
        verbs.wake(waiter);
        assertThat(verbs.await(waiter, 0)).isTrue();
        verbs.destroyWaiter(waiter);
    }

    @Test
    void aWakeEndsTheCurrentAwait() throws Exception {
        final long waiter = verbs.createWaiter();
        final AtomicBoolean woken = new AtomicBoolean();
        final CountDownLatch waits = new CountDownLatch(1);
        final Thread thread =
                new Thread(
                        () -> {
                            waits.countDown();
                            woken.set(verbs.await(waiter, -1));
                        });
        thread.start();
        waits.await();
        Thread.sleep(20);
        verbs.wake(waiter);
        thread.join();
        assertThat(woken).isTrue();
        verbs.destroyWaiter(waiter);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsThatWaitKeepNoOthersOut() throws Exception {
        final long[] waiters = new long[4 * Runtime.getRuntime().availableProcessors()];
        final ExecutorService virtual = VirtualThreads.executor();
        try {
            final CountDownLatch wait = new CountDownLatch(waiters.length);
            final List<Future<Boolean>> woken = new ArrayList<>();
            for (int i = 0; i < waiters.length; i++) {
                final long waiter = verbs.createWaiter();
                waiters[i] = waiter;
                woken.add(
                        virtual.submit(
                                () -> {
                                    wait.countDown();
                                    return verbs.await(waiter, -1);
                                }));
            }
            // Each wakes one, and none of them had a carrier if those who wait kept theirs.
            assertThat(wait.await(20, TimeUnit.SECONDS)).isTrue();
            for (final long waiter : waiters) {
                virtual.submit(() -> verbs.wake(waiter)).get(20, TimeUnit.SECONDS);
            }
            for (final Future<Boolean> each : woken) {
                assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            for (final long waiter : waiters) {
                verbs.wake(waiter);
            }
            virtual.shutdown();
            assertThat(virtual.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
        for (final long waiter : waiters) {
            verbs.destroyWaiter(waiter);
        }
        final ExecutorService another = VirtualThreads.executor();
        assertThat(another.submit(() -> awaitGone(waiters[0])).get(20, TimeUnit.SECONDS))
                .isInstanceOf(IllegalStateException.class);
        another.shutdown();
    }

    private static RuntimeException awaitGone(final long waiter) {
        try {
            verbs.await(waiter, 0);
            return null;
        } catch (final RuntimeException e) {
            return e;
        }
    }

    @Test
    void noWakeIsLost() throws Exception {
        final long waiter = verbs.createWaiter();
        final AtomicBoolean stop = new AtomicBoolean();
        final long[] handed = {0};
        final Object monitor = new Object();
        final Thread waker =
                new Thread(
                        () -> {
                            for (int i = 0; i < 20_000; i++) {
                                synchronized (monitor) {
                                    handed[0]++;
                                }
                                verbs.wake(waiter);
                            }
                            stop.set(true);
                            verbs.wake(waiter);
                        });
        waker.start();
        long taken = 0;
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!stop.get() || taken < 20_000) {
            assertThat(System.nanoTime()).isLessThan(end);
            assertThat(verbs.await(waiter, 10_000)).isTrue();
            synchronized (monitor) {
                taken += handed[0];
                handed[0] = 0;
            }
        }
        waker.join();
        verbs.destroyWaiter(waiter);
    }

    @Test
    void wakingWhileItIsDestroyedIsHarmless() throws Exception {
        for (int i = 0; i < 500; i++) {
            final long waiter = verbs.createWaiter();
            final Thread waker =
                    new Thread(
                            () -> {
                                try {
                                    while (true) {
                                        verbs.wake(waiter);
                                    }
                                } catch (final IllegalStateException e) {
                                    // It's gone.
                                }
                            });
            waker.start();
            verbs.await(waiter, 1000);
            verbs.destroyWaiter(waiter);
            waker.join();
        }
    }

    @Test
    void theAddressIsThatOfIndexZero() {
        final ByteBuffer whole = ByteBuffer.allocateDirect(64);
        final long address = verbs.addressOf(whole);
        assertThat(address).isPositive();
        assertThat(verbs.addressOf(whole.position(16))).isEqualTo(address);
        assertThat(verbs.addressOf(whole.slice())).isEqualTo(address + 16);
        assertThat(verbs.addressOf(whole.slice().asReadOnlyBuffer())).isEqualTo(address + 16);
        assertThatThrownBy(() -> verbs.addressOf(ByteBuffer.allocate(8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutADeviceThereIsNoneAndTheChannelSaysSo() throws IOException {
        assumeThat(Files.exists(Path.of("/sys/class/infiniband"))).isFalse();
        assertThat(verbs.devices()).isEmpty();
        assertThatThrownBy(() -> verbs.createEventChannel())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rdma_create_event_channel: No such device")
                .hasMessageContaining("/dev/infiniband/rdma_cm");
    }
}
