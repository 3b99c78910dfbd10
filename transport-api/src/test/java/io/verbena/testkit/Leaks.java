// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import io.verbena.MsgPool;
import io.verbena.testkit.mem.MemNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Asserts that a test leaves nothing behind: no message out of its pool and no open pool, no file
 * descriptor, no direct memory, no thread, nothing of the mem transport. A JUnit extension;
 * elsewhere call {@link #begin()} and {@link #check()}.
 *
 * <p>What a JVM opens once and keeps (the channels' helper descriptors, the buffers of the thread
 * that runs the tests) is opened before the first measurement. Netty's allocators keep some chunks
 * that were used once: those of the pooled one are not counted, as each of its buffers is; of the
 * others {@link #CACHED_BYTES} are let pass, far less than a pool of the larger tests, and as they
 * are kept and not made anew, the allowance holds for a whole run. A few small buffers that nobody
 * frees by hand may wait for the garbage collector, which nobody calls: what is more than {@link
 * #COLLECTED_BYTES} is to be freed by hand, or each test waits for a collection.
 */
public final class Leaks implements BeforeEachCallback, AfterEachCallback {
    /** How much of what Netty counts may be cached chunks. */
    public static final long CACHED_BYTES = 16 << 20;

    /**
     * How many bytes of direct buffers may be left to the garbage collector: headers, not pools.
     */
    public static final long COLLECTED_BYTES = 1 << 16;

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path UNIX_SOCKETS = Path.of("/proc/net/unix");
    private static final Pattern OURS = Pattern.compile("(socket|pipe|anon_inode):.*");
    private static final Pattern THE_JVMS =
            Pattern.compile(
                    "ForkJoinPool.*|.*[Cc]leaner.*|process reaper.*|Attach Listener|"
                            + "surefire.*|awaitility.*|C[12] CompilerThread.*|VirtualThread.*");
    private static final List<MsgPool> POOLS = Collections.synchronizedList(new ArrayList<>());
    private static final int PROBE_BYTES = 1 << 20;
    private static final boolean NETTYS_ARE_THE_JVMS = areNettysTheJvms();
    private static long nettyAtFirst = -1;

    private final long limitNs;
    private Set<String> descriptors = Set.of();
    private Set<Thread> threads = Set.of();
    private long direct;
    private long pooled;

    /** Waits 10 s for what is going away. */
    public Leaks() {
        this(LIMIT_NS);
    }

    /**
     * Waits for what is going away.
     *
     * @param limitNs nanoseconds, after which it is a leak.
     */
    public Leaks(final long limitNs) {
        this.limitNs = limitNs;
    }

    /**
     * Makes a pool that is checked at the end of the test.
     *
     * @param count messages.
     * @param inBytes capacity of each IN.
     * @param outBytes capacity of each OUT.
     * @return the pool.
     */
    public static MsgPool pool(final int count, final int inBytes, final int outBytes) {
        final MsgPool pool = MsgPool.direct(count, inBytes, outBytes);
        POOLS.add(pool);
        return pool;
    }

    /** Notes what there is. */
    public void begin() {
        warmUp();
        POOLS.clear();
        MemNetwork.takeViolations();
        descriptors = descriptors();
        threads = threads();
        direct = directBytes();
        pooled = pooledBuffers();
        if (nettyAtFirst < 0) {
            nettyAtFirst = nettyBytes();
        }
    }

    /**
     * Asserts that there is no more than there was.
     *
     * @throws AssertionError if there is, when it has had time to go.
     */
    public void check() {
        final List<String> found = new ArrayList<>();
        final long start = System.nanoTime();
        do {
            found.clear();
            look(found);
            if (found.isEmpty()) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NS);
        } while (System.nanoTime() - start < limitNs && !Thread.interrupted());
        POOLS.clear();
        throw new AssertionError("left behind: " + String.join("; ", found));
    }

    /** Whether there is no more than there was, at this moment. */
    public boolean isNothingLeft() {
        final List<String> found = new ArrayList<>();
        look(found);
        return found.isEmpty();
    }

    private void look(final List<String> found) {
        for (final MsgPool pool : List.copyOf(POOLS)) {
            if (!pool.isClosed()) {
                found.add("open pool, %d of %d free".formatted(pool.available(), pool.count()));
            }
        }
        final Set<String> newDescriptors = descriptors();
        newDescriptors.removeAll(descriptors);
        newDescriptors.removeIf(Leaks::isAttachListener);
        newDescriptors.forEach(each -> found.add("descriptor " + each));
        final Set<Thread> newThreads = threads();
        newThreads.removeAll(threads);
        newThreads.forEach(each -> found.add("thread " + each.getName()));
        final long moreDirect = directBytes() - direct;
        if (moreDirect > COLLECTED_BYTES) {
            found.add(moreDirect + " bytes of direct buffers");
        }
        final long morePooled = pooledBuffers() - pooled;
        if (morePooled > 0) {
            found.add(morePooled + " buffers of Netty's pooled allocator");
        }
        final long moreNetty = nettyBytes() - nettyAtFirst;
        if (moreNetty > CACHED_BYTES) {
            found.add(moreNetty + " bytes of Netty's direct memory");
        }
        if (MemNetwork.links() > 0 || MemNetwork.listeners() > 0) {
            found.add(
                    "%d links and %d listeners of the mem transport"
                            .formatted(MemNetwork.links(), MemNetwork.listeners()));
        }
        final List<String> violations = MemNetwork.takeViolations();
        if (!violations.isEmpty()) {
            throw new AssertionError("the SPI was violated: " + violations);
        }
    }

    @Override
    public void beforeEach(final ExtensionContext context) {
        begin();
    }

    @Override
    public void afterEach(final ExtensionContext context) {
        check();
    }

    private static Set<Thread> threads() {
        final Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> THE_JVMS.matcher(thread.getName()).matches());
        return all;
    }

    private static Set<String> descriptors() {
        final Set<String> found = new HashSet<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return found;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (final Path each : all) {
                addIfOurs(each, found);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void addIfOurs(final Path descriptor, final Set<String> found) {
        try {
            final String target = Files.readSymbolicLink(descriptor).toString();
            if (OURS.matcher(target).matches()) {
                // eventpolls have no number of their own: the descriptor's tells them apart
                found.add(descriptor.getFileName() + " " + target);
            }
        } catch (final IOException e) {
            // closed meanwhile
        }
    }

    /**
     * Is it where the JVM listens from the moment on when a tool has attached to it: jstack, jcmd?
     */
    private static boolean isAttachListener(final String descriptor) {
        final int inodeAt = descriptor.indexOf("socket:[") + "socket:[".length();
        if (inodeAt < "socket:[".length()) {
            return false;
        }
        final String inode = descriptor.substring(inodeAt, descriptor.length() - 1);
        // proc(5): the inode is the last field but the path.
        try (Stream<String> sockets = Files.lines(UNIX_SOCKETS)) {
            return sockets.anyMatch(
                    line -> line.contains(" " + inode + " ") && line.contains("/.java_pid"));
        } catch (final IOException | UncheckedIOException e) {
            return false;
        }
    }

    /**
     * Direct buffers but for the chunks of Netty's allocator, which it keeps or not as it likes.
     */
    private static long directBytes() {
        final long all = jvmsDirectBytes();
        return NETTYS_ARE_THE_JVMS
                ? all - PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
                : all;
    }

    private static long jvmsDirectBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(bean -> bean.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** That depends on how Netty allocates, which depends on the JVM. */
    private static boolean areNettysTheJvms() {
        final long before = jvmsDirectBytes();
        final CleanableDirectBuffer probe = PlatformDependent.allocateDirect(PROBE_BYTES, true);
        final boolean counted = jvmsDirectBytes() - before >= PROBE_BYTES;
        probe.clean();
        return counted;
    }

    /**
     * What Netty counts but for the pooled allocator's chunks, which it keeps, and of which each
     * buffer that is in use is counted.
     */
    private static long nettyBytes() {
        return Math.max(
                0,
                PlatformDependent.usedDirectMemory()
                        - PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
    }

    /** Buffers of the pooled allocator that were not released. */
    private static long pooledBuffers() {
        return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }

    /** Makes the JVM open and allocate what it will keep. */
    private static void warmUp() {
        try (Selector selector = Selector.open();
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                    SocketChannel server = listener.accept()) {
                // 64 KiB: the largest temporary buffer that the tests' own sockets need
                client.write(ByteBuffer.allocate(1 << 16));
                server.read(ByteBuffer.allocate(1 << 16));
                selector.selectNow();
            }
            if (Runtime.version().feature() >= 21) {
                waitOnAVirtualThread(selector);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first virtual thread that waits makes the JVM open what wakes them all. */
    private static void waitOnAVirtualThread(final Selector selector) {
        try {
            final ExecutorService virtual = VirtualThreads.executor();
            try {
                virtual.submit(() -> selector.select(1)).get(10, TimeUnit.SECONDS);
            } finally {
                virtual.shutdown();
            }
        } catch (final Exception e) {
            throw new AssertionError("a virtual thread can't wait", e);
        }
    }
}
