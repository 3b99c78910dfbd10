// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The client of a Netty pair. All that changes belongs to the event loop's thread; the caller of
 * {@link #run} only waits for it.
 */
final class NettyClient implements Peer.Client {

    private final EventLoopGroup loop;
    private final Workload workload;
    private final boolean timed;

    /** For each session, what fills its window. */
    private final List<Runnable> sessions = new ArrayList<>();

    private CompletableFuture<Void> done = new CompletableFuture<>();
    private LatencyRecorder recorder = LatencyRecorder.NONE;
    private long toSend;
    private long toReceive;

    NettyClient(final EventLoopGroup loop, final Workload workload) {
        this.loop = loop;
        this.workload = workload;
        timed = workload.timed();
    }

    /** A new session's end of the pipeline. */
    ChannelHandler newSession() {
        return new Session();
    }

    @Override
    public void run(final long transactions, final LatencyRecorder recorder) throws IOException {
        final var run = new CompletableFuture<Void>();
        loop.execute(() -> start(transactions, recorder, run));
        try {
            run.join();
        } catch (final CompletionException e) {
            throw new IOException("the client failed", e.getCause());
        }
    }

    private void start(
            final long transactions,
            final LatencyRecorder recorder,
            final CompletableFuture<Void> run) {
        this.recorder = recorder;
        toSend = transactions;
        toReceive = transactions;
        done = run;
        sessions.forEach(Runnable::run);
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One session's counters, at the end of its pipeline. */
    private final class Session extends ChannelInboundHandlerAdapter {

        private long sent;
        private long received;
        private long sentNs;

        @Override
        public void channelActive(final ChannelHandlerContext context) {
            sessions.add(() -> fillWindow(context));
        }

        private void fillWindow(final ChannelHandlerContext context) {
            while (toSend > 0 && sent - received < workload.window()) {
                toSend--;
                if (timed) {
                    sentNs = System.nanoTime();
                }
                NettyFrames.write(context, workload.requestSize(), sent++);
            }
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            NettyFrames.take(message, workload.responseSize(), received);
            if (timed) {
                recorder.record(System.nanoTime() - sentNs);
            }
            received++;
            fillWindow(context);
            if (--toReceive == 0) {
                done.complete(null);
            }
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            done.completeExceptionally(new EOFException("the server closed the connection"));
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            done.completeExceptionally(cause);
            context.close();
        }
    }
}
