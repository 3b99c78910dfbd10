// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.verbena.EventReason;
import io.verbena.stream.BackOff;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerCompilationFailure;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamClientSessionTerminate;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamConnector;
import io.verbena.stream.StreamFailure;
import io.verbena.stream.StreamHandler;
import io.verbena.stream.StreamInterrupted;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamMalformedMessage;
import io.verbena.stream.StreamMessageTypeMismatch;
import io.verbena.stream.StreamOptions;
import io.verbena.stream.StreamStatus;
import io.verbena.stream.StreamVersion;
import io.verbena.stream.StreamVersionIncompatible;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a stream is to do over every transport. A subclass says which that is. */
@ExtendWith(Leaks.class)
public abstract class StreamContract {
    private static final int REQUEST = MessageTypes.COMPILATION_REQUEST;
    private static final int RESULT = MessageTypes.COMPILATION_CODE;
    private static final int QUERY = 100;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long CLOSE_LIMIT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();

    /** For subclasses. */
    protected StreamContract() {}

    /**
     * What carries the streams.
     *
     * @return the transport, always the same.
     */
    protected abstract TransportUnderTest transport();

    /**
     * What all streams of the suite have; a transport adds what it needs. An end in good order
     * takes both ends, and a test often has but one thread for them: it needn't wait long.
     */
    protected StreamOptions options() {
        return StreamOptions.defaults()
                .withTimeoutNs(LIMIT_NS)
                .withCloseTimeoutNs(CLOSE_LIMIT_NS)
                .withPortal(transport().portalOptions())
                .withConnect(transport().connectOptions());
    }

    @AfterEach
    final void closeAll() throws Exception {
        // Streams at the same time, as an end in good order takes both ends; behind them what they
        // were accepted by, which is to have the processors then.
        final List<Future<?>> closed = new ArrayList<>();
        for (final AutoCloseable each : open) {
            if (!(each instanceof StreamListener)) {
                closed.add(
                        elsewhere(
                                () -> {
                                    each.close();
                                    return each;
                                }));
            }
        }
        for (final Future<?> each : closed) {
            result(each);
        }
        for (final AutoCloseable each : open) {
            each.close();
        }
        for (ServerStream left = queue.poll(); left != null; left = queue.poll()) {
            left.close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T extends AutoCloseable> T closing(final T closeable) {
        // A stream that was requeued is taken again, and is for one thread, its end included.
        if (!open.contains(closeable)) {
            open.add(closeable);
        }
        return closeable;
    }

    private StreamListener listen() {
        return listen(options());
    }

    private StreamListener listen(final StreamOptions options) {
        return closing(StreamListener.listen(transport().listenUri(), options, queue));
    }

    private StreamListener serve(final StreamHandler handler) {
        return closing(StreamListener.listen(transport().listenUri(), options(), threads, handler));
    }

    private ClientStream connect(final StreamListener listener) {
        return connect(listener, options());
    }

    private ClientStream connect(final StreamListener listener, final StreamOptions options) {
        return closing(ClientStream.connect(listener.uri(), options));
    }

    /** The next stream that is handed over. */
    private ServerStream take() throws InterruptedException {
        final ServerStream stream = queue.poll(20, TimeUnit.SECONDS);
        assertThat(stream).as("a stream that is handed over").isNotNull();
        return closing(stream);
    }

    private <T> T result(final Future<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private <T> Future<T> elsewhere(final Callable<T> work) {
        return threads.submit(work);
    }

    /** Asks so many questions back, and returns the sum of the answers. */
    private static void answerWithSum(final ServerStream stream) {
        final int questions = stream.expect(REQUEST).int32();
        long sum = 0;
        for (int i = 0; i < questions; i++) {
            final int question = i;
            stream.write(QUERY, w -> w.int32(question).string("question"));
            sum += stream.expect(QUERY).int64();
        }
        final long total = sum;
        stream.write(RESULT, w -> w.int64(total));
    }

    /** Asks for a sum, and answers n with 10 n. */
    private static long askForSum(final MessageStream stream, final int questions) {
        stream.write(REQUEST, w -> w.int32(questions));
        while (stream.read() == QUERY) {
            final MessageReader in = stream.in().expect(2);
            final long answer = 10L * in.int32();
            assertThat(in.string()).isEqualTo("question");
            in.end();
            stream.write(QUERY, w -> w.int64(answer));
        }
        return stream.in().expect(1).int64();
    }

    // ---- conversations

    @Test
    void aConversationGoesBackAndForth() {
        final ClientStream client = connect(serve(StreamContract::answerWithSum));
        assertThat(askForSum(client, 50)).isEqualTo(10 * 49 * 50 / 2);
        assertThat(client.remoteAddress()).isNotEmpty();
        assertThat(client.transport()).isNotEmpty();
    }

    @Test
    void aStreamIsUsedForManyConversations() {
        final StreamListener listener = serve(StreamContract::answerWithSum);
        final ClientStream client = connect(listener);
        for (int i = 0; i < 50; i++) {
            assertThat(askForSum(client, i % 4)).isEqualTo(10L * (i % 4) * (i % 4 - 1) / 2);
        }
        assertThat(listener.counters().accepted()).isEqualTo(1);
        assertThat(listener.counters().handedOver()).isEqualTo(50);
        assertThat(listener.counters().handOversFailed()).isZero();
    }

    private void serveTheQueue() {
        try {
            while (true) {
                final ServerStream stream = queue.take();
                try {
                    answerWithSum(stream);
                    stream.requeue();
                } catch (final StreamConnectionTerminate e) {
                    stream.close();
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void manyClientsAreServedByFewThreads() throws Exception {
        final StreamListener listener = listen();
        for (int i = 0; i < 3; i++) {
            threads.execute(this::serveTheQueue);
        }
        final List<Future<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            sums.add(
                    elsewhere(
                            () -> {
                                long sum = 0;
                                try (ClientStream client =
                                        ClientStream.connect(listener.uri(), options())) {
                                    for (int j = 0; j < 20; j++) {
                                        sum += askForSum(client, 5);
                                    }
                                }
                                return sum;
                            }));
        }
        for (final Future<Long> sum : sums) {
            assertThat(result(sum)).isEqualTo(20 * 100);
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
        assertThat(listener.counters().accepted()).isEqualTo(15);
    }

    private static void meet(final CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (final InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("not all have come", e);
        }
    }

    /**
     * No server answers before all clients have asked: a thread that kept others out would tell.
     */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void manyMoreVirtualThreadsThanCarriersConverse() throws Exception {
        final int streams = 60;
        final CyclicBarrier allHaveAsked = new CyclicBarrier(streams);
        final ExecutorService virtual = VirtualThreads.executor();
        try {
            final StreamHandler handler =
                    stream -> {
                        meet(allHaveAsked);
                        answerWithSum(stream);
                    };
            final StreamListener listener =
                    closing(
                            StreamListener.listen(
                                    transport().listenUri(), options(), virtual, handler));
            final List<Future<Long>> sums = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                sums.add(
                        virtual.submit(
                                () -> {
                                    try (ClientStream client =
                                            ClientStream.connect(listener.uri(), options())) {
                                        return askForSum(client, 5);
                                    }
                                }));
            }
            for (final Future<Long> sum : sums) {
                assertThat(result(sum)).isEqualTo(100);
            }
        } finally {
            virtual.shutdownNow();
            assertThat(virtual.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void messagesOfAllSizesArriveWholeBothWays() {
        final ClientStream client =
                connect(
                        serve(
                                stream -> {
                                    final byte[] bytes = stream.expect(REQUEST).bytes();
                                    stream.write(RESULT, w -> w.bytes(bytes));
                                }));
        final int piece = options().fragmentBytes();
        // A header and a descriptor are 24 bytes.
        for (final int size :
                new int[] {
                    0,
                    1,
                    100,
                    4096,
                    17 << 10,
                    65 << 10,
                    piece - 28,
                    piece - 24,
                    piece - 20,
                    2 * piece - 24,
                    2 * piece - 20,
                    1 << 20,
                    5 << 20
                }) {
            final byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (i * 31 + size);
            }
            client.write(REQUEST, w -> w.bytes(bytes));
            assertThat(Arrays.equals(client.expect(RESULT).bytes(), bytes))
                    .as("%d bytes", size)
                    .isTrue();
        }
    }

    /** Which the kernel doesn't take at once: the server's thread sends the rest in requeue(). */
    @Test
    void theNextRequestMayComeAsSoonAsTheLastOfALongAnswerHasLeft() {
        final byte[] answer = new byte[1 << 20];
        final ClientStream client =
                connect(
                        serve(
                                stream -> {
                                    stream.expect(REQUEST);
                                    stream.write(RESULT, w -> w.bytes(answer));
                                }));
        for (int i = 0; i < 50; i++) {
            client.write(REQUEST);
            assertThat(client.expect(RESULT).bytes()).hasSameSizeAs(answer);
        }
    }

    @Test
    void aPeerOfTheOtherByteOrderIsUnderstood() {
        final StreamListener listener = serve(StreamContract::answerWithSum);
        final ClientStream client = connect(listener, options().withOrder(ByteOrder.BIG_ENDIAN));
        assertThat(askForSum(client, 3)).isEqualTo(30);
        assertThat(client.statistics().of(REQUEST).sentBytes()).isEqualTo(28);
    }

    @Test
    void aStreamThatIsGivenBackWhileItsListenerClosesIsClosed() throws Exception {
        for (int i = 0; i < 15; i++) {
            final StreamListener listener = listen();
            final ClientStream client = connect(listener);
            client.write(REQUEST);
            final ServerStream stream = take();
            stream.read();
            stream.write(RESULT);
            client.read();
            final CyclicBarrier both = new CyclicBarrier(2);
            final Future<Boolean> givenBack =
                    elsewhere(
                            () -> {
                                both.await();
                                return stream.requeue();
                            });
            both.await();
            listener.close();
            // Taken back and ended, or refused and ended; Leaks sees to it that it has ended.
            result(givenBack);
            client.close();
        }
    }

    // ---- hand-over

    @Test
    void aStreamIsHandedOverWhenItsFirstMessageIsThere() throws Exception {
        final StreamListener listener = listen();
        final ClientStream client = connect(listener);
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 1);
        assertThat(queue).isEmpty();
        assertThat(listener.counters().handedOver()).isZero();

        client.write(REQUEST);

        final ServerStream stream = take();
        assertThat(stream.read()).isEqualTo(REQUEST);
        assertThat(stream.clientId()).isZero();
        stream.clientId(77);
        stream.userContext("kept");
        stream.write(RESULT);
        assertThat(client.read()).isEqualTo(RESULT);
        assertThat(stream.requeue()).isTrue();
        client.write(REQUEST);
        final ServerStream again = take();
        assertThat(again).isSameAs(stream);
        assertThat(again.clientId()).isEqualTo(77);
        assertThat(again.userContext()).isEqualTo("kept");
    }

    @Test
    void aStreamMovesFromThreadToThread() throws Exception {
        final ClientStream client = connect(listen());
        for (int i = 0; i < 5; i++) {
            client.write(REQUEST, w -> w.string("a"));
            final ServerStream stream = take();
            assertThat(result(elsewhere(() -> stream.expect(REQUEST).string()))).isEqualTo("a");
            result(
                    elsewhere(
                            () -> {
                                stream.write(QUERY);
                                return true;
                            }));
            assertThat(client.read()).isEqualTo(QUERY);
            client.write(QUERY);
            assertThat(result(elsewhere(() -> stream.read()))).isEqualTo(QUERY);
            result(
                    elsewhere(
                            () -> {
                                stream.write(RESULT);
                                return stream.requeue();
                            }));
            assertThat(client.read()).isEqualTo(RESULT);
        }
    }

    @Test
    public void idleStreamsCostNoThread() {
        final StreamListener listener = serve(StreamContract::answerWithSum);
        final ClientStream first = connect(listener);
        assertThat(askForSum(first, 1)).isZero();
        final int before = Thread.activeCount();
        for (int i = 0; i < 50; i++) {
            connect(listener);
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 51);
        // The wait itself may have one, and the JVM.
        assertThat(Thread.activeCount()).isLessThan(before + 10);
        assertThat(askForSum(first, 2)).isEqualTo(10);
    }

    @Test
    void aStreamThatNoQueueTakesIsClosed() {
        final StreamListener listener =
                closing(
                        StreamListener.listen(
                                transport().listenUri(),
                                options(),
                                stream -> {
                                    throw new IllegalStateException("no");
                                }));
        final ClientStream client = connect(listener);
        client.write(REQUEST);
        assertThatThrownBy(client::read).isInstanceOf(StreamFailure.class);
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
        assertThat(listener.counters().handOversFailed()).isEqualTo(1);
    }

    @Test
    void aHandlerThatFailsCostsItsClientTheStreamAndNobodyElse() {
        final StreamListener listener =
                serve(
                        stream -> {
                            if (stream.expect(REQUEST).int32() < 0) {
                                throw new StreamFailure(
                                        EventReason.CANCELLED, false, "not this one", null);
                            }
                            stream.write(RESULT);
                        });
        final ClientStream other = connect(listener);
        final ClientStream unlucky = connect(listener);
        unlucky.write(REQUEST, w -> w.int32(-1));
        assertThatThrownBy(unlucky::read).isInstanceOf(StreamFailure.class);
        other.write(REQUEST, w -> w.int32(1));
        assertThat(other.read()).isEqualTo(RESULT);
    }

    // ---- turns

    @Test
    void theTwoEndsTakeTurns() throws Exception {
        final ClientStream client = connect(listen());
        assertThatIllegalStateException().isThrownBy(client::read);
        client.write(REQUEST);
        assertThatIllegalStateException().isThrownBy(() -> client.begin(REQUEST));
        assertThatIllegalStateException().isThrownBy(client::interrupt);

        final ServerStream stream = take();
        assertThatIllegalStateException().isThrownBy(() -> stream.begin(QUERY));
        stream.read();
        assertThatIllegalStateException().isThrownBy(stream::read);
        assertThatIllegalStateException().isThrownBy(stream::requeue);
        stream.write(RESULT);
        assertThatIllegalStateException().isThrownBy(() -> stream.begin(QUERY));
        assertThat(client.read()).isEqualTo(RESULT);
    }

    @Test
    void aClosedStreamSaysSo() {
        final ClientStream client = connect(listen());
        client.close();
        client.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> client.write(REQUEST))
                .withMessageContaining("closed");
    }

    // ---- time

    @Test
    void aReadThatIsLateFailsAndIsWorthTryingAgain() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();

        final long before = System.nanoTime();
        final StreamFailure failure =
                catchThrowableOfType(
                        StreamFailure.class, () -> client.read(TimeUnit.MILLISECONDS.toNanos(50)));

        assertThat(System.nanoTime() - before).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(49));
        assertThat(failure.reason()).isEqualTo(EventReason.DEADLINE_EXCEEDED);
        assertThat(failure.retryImmediately()).isTrue();
        assertThatIllegalStateException().isThrownBy(client::read).withMessageContaining("failed");
    }

    @Test
    void aServersReadHasADeadlineToo() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();
        stream.write(QUERY);
        assertThat(
                        catchThrowableOfType(
                                        StreamFailure.class,
                                        () -> stream.read(TimeUnit.MILLISECONDS.toNanos(20)))
                                .reason())
                .isEqualTo(EventReason.DEADLINE_EXCEEDED);
    }

    @Test
    void aReadIsCancelledFromAnotherThread() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();
        stream.write(QUERY);
        client.read();
        client.write(QUERY);
        stream.read();
        final Future<StreamFailure> read =
                elsewhere(() -> catchThrowableOfType(StreamFailure.class, client::read));
        client.cancel();
        assertThat(result(read).reason()).isEqualTo(EventReason.CANCELLED);
    }

    @Test
    void aServersReadIsCancelledFromAnotherThread() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();
        stream.write(QUERY);
        final Future<StreamFailure> read =
                elsewhere(() -> catchThrowableOfType(StreamFailure.class, stream::read));
        stream.cancel();
        assertThat(result(read).reason()).isEqualTo(EventReason.CANCELLED);
    }

    @Test
    void aLongReadEndsWhenItsTimeIsOver() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        take().read();
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(1_100);
        final long startNs = System.nanoTime();
        final StreamFailure failure =
                catchThrowableOfType(StreamFailure.class, () -> client.read(timeoutNs));
        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(timeoutNs);
        assertThat(failure.reason()).isEqualTo(EventReason.DEADLINE_EXCEEDED);
        assertThat(failure.retryImmediately()).isTrue();
    }

    @Test
    void aThreadThatIsInterruptedInItsReadStops() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final BlockingQueue<Thread> reader = new LinkedBlockingQueue<>();
        final Future<StreamFailure> read = readElsewhere(client, reader);
        reader.take().interrupt();
        assertThat(result(read).reason()).isEqualTo(EventReason.CANCELLED);
    }

    @Test
    void aThreadThatIsInterruptedWhileItSleepsInItsReadStops() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        take().read();
        final BlockingQueue<Thread> reader = new LinkedBlockingQueue<>();
        final Future<StreamFailure> read = readElsewhere(client, reader);
        final Thread sleeper = reader.take();
        awaitSleep(sleeper);
        sleeper.interrupt();
        assertThat(read.get(10, TimeUnit.SECONDS).reason()).isEqualTo(EventReason.CANCELLED);
    }

    /** A read that fails, and who reads. */
    private Future<StreamFailure> readElsewhere(
            final ClientStream client, final BlockingQueue<Thread> reader) {
        return elsewhere(
                () -> {
                    reader.add(Thread.currentThread());
                    return catchThrowableOfType(StreamFailure.class, client::read);
                });
    }

    /** Until the thread is seen in native code again and again. */
    private static void awaitSleep(final Thread thread) {
        final AtomicInteger seen = new AtomicInteger();
        await().until(
                        () -> {
                            final StackTraceElement[] stack = thread.getStackTrace();
                            final boolean inNative = stack.length > 0 && stack[0].isNativeMethod();
                            seen.set(inNative ? seen.get() + 1 : 0);
                            return seen.get() >= 5;
                        });
    }

    @Test
    void anInterruptedThreadCanWrite() throws Exception {
        final ClientStream client = connect(listen());
        assertThat(askAndAnswer(client)).isEqualTo(1);
        final Future<Boolean> written =
                elsewhere(
                        () -> {
                            Thread.currentThread().interrupt();
                            client.begin(REQUEST).uint32(2);
                            client.send();
                            return Thread.interrupted();
                        });
        assertThat(result(written)).isTrue();
        assertThat(take().expect(REQUEST).uint32()).isEqualTo(2);
    }

    /** Once there and back, so that the stream is as one is that has been in use. */
    private long askAndAnswer(final ClientStream client) throws Exception {
        client.begin(REQUEST).uint32(1);
        client.send();
        final Future<Integer> answer = elsewhere(client::read);
        final ServerStream stream = take();
        final long asked = stream.expect(REQUEST).uint32();
        stream.write(RESULT);
        assertThat(result(answer)).isEqualTo(RESULT);
        assertThat(stream.requeue()).isTrue();
        return asked;
    }

    @Test
    void anInterruptedThreadDoesNotWait() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final AtomicInteger interrupts = new AtomicInteger();
        final Future<StreamFailure> read =
                elsewhere(
                        () -> {
                            Thread.currentThread().interrupt();
                            final StreamFailure failure =
                                    catchThrowableOfType(StreamFailure.class, client::read);
                            interrupts.addAndGet(Thread.interrupted() ? 1 : 0);
                            return failure;
                        });
        assertThat(result(read).reason()).isEqualTo(EventReason.CANCELLED);
        assertThat(interrupts).hasValue(1);
    }

    // ---- the end

    @Test
    void aClientThatGivesUpInterruptsTheServer() throws Exception {
        final StreamListener listener = listen();
        for (final boolean interruptible : new boolean[] {true, false}) {
            final ClientStream client = connect(listener);
            client.write(REQUEST);
            final ServerStream stream = take();
            stream.interruptible(interruptible);
            stream.read();
            stream.write(QUERY);
            client.read();
            final Future<StreamFailure> read =
                    elsewhere(() -> catchThrowableOfType(StreamFailure.class, stream::read));
            client.interrupt();
            assertThat(result(read))
                    .isInstanceOf(
                            interruptible
                                    ? StreamInterrupted.class
                                    : StreamConnectionTerminate.class);
        }
    }

    @Test
    void aClientThatClosesTellsTheServer() throws Exception {
        final StreamListener listener = listen();
        final ClientStream client = connect(listener);
        final Future<StreamFailure> read =
                elsewhere(
                        () -> {
                            final ServerStream stream = queue.take();
                            return catchThrowableOfType(StreamFailure.class, stream::read);
                        });
        client.close();
        assertThat(result(read)).isInstanceOf(StreamConnectionTerminate.class);
        assertThat(listener.counters().open()).isZero();
    }

    @Test
    void aClientThatEndsForGoodTellsWhichItWas() throws Exception {
        final ClientStream client = connect(listen(options().withVersion(StreamVersion.of(1, 1))));
        final Future<StreamFailure> read =
                elsewhere(
                        () -> {
                            final ServerStream stream = queue.take();
                            return catchThrowableOfType(StreamFailure.class, stream::read);
                        });
        client.terminateSession(0x1122334455667788L);
        assertThat(result(read))
                .isInstanceOfSatisfying(
                        StreamClientSessionTerminate.class,
                        end -> assertThat(end.clientId()).isEqualTo(0x1122334455667788L));
    }

    @Test
    void aServerThatClosesEndsTheClientsRead() throws Exception {
        final ClientStream client = connect(listen());
        client.write(REQUEST);
        final ServerStream stream = take();
        final Future<StreamFailure> read =
                elsewhere(() -> catchThrowableOfType(StreamFailure.class, client::read));
        stream.close();
        assertThat(result(read).retryImmediately()).isFalse();
    }

    @Test
    void aLinkThatBreaksEndsBothEnds() throws Exception {
        final StreamListener listener = listen();
        final Wire wire = closing(transport().wire(listener.uri()));
        final ClientStream client = closing(ClientStream.connect(wire.uri(), options()));
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();
        stream.write(QUERY);
        client.read();

        wire.cut();

        assertThatThrownBy(stream::read).isInstanceOf(StreamFailure.class);
        assertThatThrownBy(
                        () -> {
                            client.write(QUERY);
                            client.read();
                        })
                .isInstanceOf(StreamFailure.class);
    }

    @Test
    void anIdleStreamWhoseClientGoesIsForgotten() {
        final StreamListener listener = listen();
        final Wire wire = closing(transport().wire(listener.uri()));
        closing(ClientStream.connect(wire.uri(), options()));
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 1);
        wire.cut();
        await().atMost(20, TimeUnit.SECONDS).until(() -> listener.counters().open() == 0);
    }

    @Test
    void aListenerThatClosesEndsIdleStreamsAndTakesNoneBack() throws Exception {
        final StreamListener listener = listen(options().withCloseTimeoutNs(200_000_000));
        connect(listener, options().withCloseTimeoutNs(200_000_000));
        final ClientStream busy = connect(listener, options().withCloseTimeoutNs(200_000_000));
        busy.write(REQUEST);
        final ServerStream stream = take();
        stream.read();

        listener.close();

        // Its session may be on no event queue of the listener's, and go on to the result.
        boolean answered = true;
        try {
            stream.write(RESULT);
        } catch (final StreamFailure e) {
            answered = false;
        }
        if (answered) {
            assertThat(busy.read()).isEqualTo(RESULT);
        }
        assertThat(stream.requeue()).isFalse();
        assertThat(listener.counters().open()).isZero();
    }

    // ---- what must agree

    @Test
    void aClientOfAnotherVersionIsTurnedAway() throws Exception {
        final StreamVersion own = StreamVersion.of(1, 105).withConfig(0x3011);
        final StreamListener listener = listen(options().withVersion(own));
        for (final StreamVersion other :
                List.of(StreamVersion.of(1, 104).withConfig(0x3011), own.withConfig(0x1011))) {
            final ClientStream client = connect(listener, options().withVersion(other));
            client.write(REQUEST);
            final ServerStream stream = take();
            final Future<StreamFailure> read =
                    elsewhere(() -> catchThrowableOfType(StreamFailure.class, client::read));
            assertThatThrownBy(stream::read).isInstanceOf(StreamVersionIncompatible.class);
            assertThat(result(read)).isInstanceOf(StreamVersionIncompatible.class);
        }
    }

    @Test
    void aVersionIsSaidUntilTheServerHasAnswered() throws Exception {
        final StreamVersion own = StreamVersion.of(1, 105).withConfig(0x3011);
        final ClientStream client =
                connect(listen(options().withVersion(own)), options().withVersion(own));
        client.write(REQUEST);
        final ServerStream stream = take();
        stream.read();
        assertThat(stream.in().version()).isEqualTo(own.version());
        assertThat(stream.in().config()).isEqualTo(own.config());
        stream.write(QUERY);
        client.read();
        assertThat(client.in().version()).isZero();
        client.write(QUERY);
        stream.read();
        assertThat(stream.in().version()).isZero();
        assertThat(stream.in().config()).isZero();
    }

    @Test
    void aClientWithoutVersionIsNotChecked() throws Exception {
        final ClientStream client = connect(listen(options().withVersion(StreamVersion.of(1, 1))));
        client.write(REQUEST);
        assertThat(take().read()).isEqualTo(REQUEST);
    }

    @Test
    void anotherTypeThanExpectedIsToldAsWhatItIs() throws Exception {
        final ClientStream client = connect(listen());
        client.write(QUERY);
        final ServerStream stream = take();
        assertThatThrownBy(() -> stream.expect(REQUEST))
                .isInstanceOf(StreamMessageTypeMismatch.class);
        stream.close();

        final ClientStream second = connect(listen());
        second.write(REQUEST);
        final ServerStream failing = take();
        failing.read();
        failing.write(
                MessageTypes.COMPILATION_FAILURE,
                w -> w.uint32(StreamStatus.OUT_OF_ORDER).uint64(7));
        assertThatThrownBy(() -> second.expect(RESULT))
                .isInstanceOfSatisfying(
                        ServerCompilationFailure.class,
                        failure -> {
                            assertThat(failure.status()).isEqualTo(StreamStatus.OUT_OF_ORDER);
                            assertThat(failure.details()).isEqualTo(7);
                            assertThat(failure.retryImmediately()).isTrue();
                        });
        // The stream lives.
        assertThat(failing.requeue()).isTrue();
        second.write(REQUEST);
        assertThat(take().read()).isEqualTo(REQUEST);
    }

    @Test
    void aMessageBeyondTheServersLimitCostsTheClientItsStream() throws Exception {
        final StreamListener listener =
                listen(options().withLimits(options().limits().withMaxMessageBytes(1000)));
        final ClientStream client = connect(listener);
        client.write(REQUEST, w -> w.bytes(new byte[1000]));
        final ServerStream stream = take();
        assertThatThrownBy(stream::read).isInstanceOf(StreamMalformedMessage.class);
        stream.close();
        assertThatThrownBy(client::read).isInstanceOf(StreamFailure.class);
    }

    // ---- statistics

    @Test
    void messagesAreCountedByTheirTypes() {
        final StreamListener listener = serve(StreamContract::answerWithSum);
        final ClientStream client = connect(listener);
        askForSum(client, 4);

        assertThat(client.statistics().types()).containsExactly(RESULT, REQUEST, QUERY);
        assertThat(client.statistics().of(REQUEST).sent()).isEqualTo(1);
        assertThat(client.statistics().of(QUERY).sent()).isEqualTo(4);
        assertThat(client.statistics().of(QUERY).sentBytes()).isEqualTo(4 * 32);
        assertThat(client.statistics().of(QUERY).latency().count()).isEqualTo(4);
        assertThat(client.statistics().of(QUERY).latency().percentileNs(50)).isPositive();
        assertThat(client.statistics().total().received()).isEqualTo(5);
        assertThat(client.statistics().streamsOpened()).isEqualTo(1);
        assertThat(listener.statistics().of(QUERY).received()).isEqualTo(4);
        assertThat(listener.statistics().of(REQUEST).receivedBytes()).isEqualTo(28);
    }

    // ---- connectors

    @Test
    void aServerThatIsNotThereIsLeftAloneAndTheWorkDoneHere() {
        final StreamConnector connector =
                closing(
                        new StreamConnector(
                                transport().nobodyUri(), options(), BackOff.defaults()));
        assertThat(connector.isAvailable()).isTrue();
        final StreamFailure first = catchThrowableOfType(StreamFailure.class, connector::connect);
        assertThat(first.reason()).isEqualTo(EventReason.REFUSED);
        assertThat(connector.isAvailable()).isFalse();

        assertThat(connector.<String>call(stream -> "there", why -> "here, as " + why.reason()))
                .isEqualTo("here, as REFUSED");
        assertThatThrownBy(connector::connect)
                .isInstanceOf(StreamFailure.class)
                .hasMessageContaining("left alone")
                .hasCause(first);
    }

    @Test
    void aConnectorKeepsItsConnections() {
        final StreamListener listener = serve(StreamContract::answerWithSum);
        final StreamConnector connector =
                closing(new StreamConnector(listener.uri(), options(), BackOff.defaults()));
        for (int i = 0; i < 5; i++) {
            assertThat(connector.<Long>call(stream -> askForSum(stream, 3), why -> -1L))
                    .isEqualTo(30);
        }
        assertThat(listener.counters().accepted()).isEqualTo(1);
    }

    @Test
    void aLateAnswerIsTriedAgainThreeTimesInAll() {
        final AtomicInteger requests = new AtomicInteger();
        final StreamListener listener =
                serve(
                        stream -> {
                            stream.expect(REQUEST);
                            if (requests.incrementAndGet() < 3) {
                                stream.close();
                                return;
                            }
                            stream.write(RESULT);
                        });
        final StreamConnector connector =
                closing(new StreamConnector(listener.uri(), options(), BackOff.defaults()));
        final String result =
                connector.call(
                        stream -> {
                            stream.write(REQUEST);
                            try {
                                stream.read();
                            } catch (final StreamFailure e) {
                                throw new StreamFailure(e.reason(), true, "as if late", e);
                            }
                            return "there";
                        },
                        why -> "here");
        assertThat(result).isEqualTo("there");
        assertThat(requests).hasValue(3);
    }
}
