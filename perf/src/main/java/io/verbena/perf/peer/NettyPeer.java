// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Netty, set up as well as we know how: what most people would use instead of Verbena. */
final class NettyPeer implements Peer {

    /** As for the raw pair, and for the same reason. */
    private static final int SOCKET_BUFFER = RawConnection.SOCKET_BUFFER;

    /**
     * How many small messages are gathered before they are written: about 10 KiB, as for the raw
     * pair.
     */
    private static final int FLUSH_AFTER = 128;

    private final NettyTransport transport;
    private final @Nullable TlsPair tls;

    private NettyPeer(final NettyTransport transport, final @Nullable TlsPair tls) {
        this.transport = transport;
        this.tls = tls;
    }

    static Peer plain(final NettyTransport transport) {
        return new NettyPeer(transport, null);
    }

    static Peer over(final TlsPair tls, final NettyTransport transport) {
        return new NettyPeer(transport, tls);
    }

    @Override
    public String name() {
        return tls == null ? transport.peerName : transport.peerName + TlsPair.SUFFIX;
    }

    @Override
    public Server serve(final Workload workload) throws IOException {
        final EventLoopGroup loop = newLoop(workload);
        final var server = new NettyServer(loop, workload);
        final var bootstrap =
                new ServerBootstrap()
                        .group(loop)
                        .channel(transport.listenerType)
                        .option(ChannelOption.SO_BACKLOG, workload.sessions())
                        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER) // accepted ones inherit it
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                waterMark(workload, workload.responseSize()))
                        .childOption(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                readBuffers(workload, workload.requestSize()))
                        .childHandler(
                                pipeline(
                                        tls == null ? null : tls.server(),
                                        workload.requestSize(),
                                        server::newSession));
        try {
            server.listen(bootstrap.bind(InetAddress.getLoopbackAddress(), 0));
            return server;
        } catch (final Throwable e) {
            server.close();
            throw e;
        }
    }

    @Override
    public Client connect(final int port, final Workload workload) throws IOException {
        final EventLoopGroup loop = newLoop(workload);
        final var client = new NettyClient(loop, workload);
        final var bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(transport.channelType)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                        .option(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                waterMark(workload, workload.requestSize()))
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                readBuffers(workload, workload.responseSize()))
                        .handler(
                                pipeline(
                                        tls == null ? null : tls.client(),
                                        workload.responseSize(),
                                        client::newSession));
        try {
            final List<ChannelFuture> connecting = new ArrayList<>();
            for (int i = 0; i < workload.sessions(); i++) {
                connecting.add(bootstrap.connect(InetAddress.getLoopbackAddress(), port));
            }
            for (final ChannelFuture connected : connecting) {
                awaitHandshake(connected.syncUninterruptibly().channel());
            }
            return client;
        } catch (final Throwable e) {
            client.close();
            throw e;
        }
    }

    private EventLoopGroup newLoop(final Workload workload) {
        // Following every 128th buffer's life costs a little, and isn't what is measured.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        return new MultiThreadIoEventLoopGroup(1, transport.ioHandler(workload.spin()));
    }

    /** High enough that a full window never makes a channel unwritable. */
    private static WriteBufferWaterMark waterMark(final Workload workload, final int payloadSize) {
        final int window = workload.window() * (NettyFrames.HEADER_SIZE + payloadSize);
        return new WriteBufferWaterMark(window + 32 * 1024, 2 * window + 64 * 1024);
    }

    /** Room for a window of messages, up to what a read is likely to find. */
    private static FixedRecvByteBufAllocator readBuffers(
            final Workload workload, final int payloadSize) {
        final int window = workload.window() * (NettyFrames.HEADER_SIZE + payloadSize);
        return new FixedRecvByteBufAllocator(Math.max(2 * 1024, Math.min(window, 256 * 1024)));
    }

    private static void awaitHandshake(final Channel channel) throws SSLException {
        final SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler != null) {
            handler.handshakeFuture().syncUninterruptibly();
            TlsPair.check(handler.engine());
        }
    }

    private static ChannelHandler pipeline(
            final @Nullable SslContext ssl,
            final int payloadSize,
            final Supplier<ChannelHandler> application) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(final Channel channel) {
                if (ssl != null) {
                    channel.pipeline().addLast(ssl.newHandler(channel.alloc()));
                }
                // Behind TLS, so that what is flushed together is encrypted together.
                channel.pipeline()
                        .addLast(new FlushConsolidationHandler(FLUSH_AFTER, true))
                        .addLast(NettyFrames.decoder(payloadSize))
                        .addLast(application.get());
            }
        };
    }
}
