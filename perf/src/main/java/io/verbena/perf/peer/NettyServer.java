// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server of a Netty pair. */
final class NettyServer implements Peer.Server {

    private final EventLoopGroup loop;
    private final Workload workload;

    private int port;
    private volatile @Nullable Throwable failure;

    NettyServer(final EventLoopGroup loop, final Workload workload) {
        this.loop = loop;
        this.workload = workload;
    }

    /** A new session's end of the pipeline. */
    ChannelHandler newSession() {
        return new Session();
    }

    /** Waits until the server listens. */
    void listen(final ChannelFuture binding) {
        binding.syncUninterruptibly();
        port = ((InetSocketAddress) binding.channel().localAddress()).getPort();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        final Throwable cause = failure;
        if (cause != null) {
            throw new IOException("the server failed", cause);
        }
    }

    /** Answers every request of a session. */
    private final class Session extends ChannelInboundHandlerAdapter {

        private long answered;

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            NettyFrames.take(message, workload.requestSize(), answered);
            NettyFrames.write(context, workload.responseSize(), answered);
            answered++;
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            failure = cause;
            context.close();
        }
    }
}
