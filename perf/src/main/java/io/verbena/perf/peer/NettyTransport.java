// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.spi.SelectorProvider;

/** The transports of Netty that are compared. */
enum NettyTransport {
    EPOLL("netty-epoll", EpollServerSocketChannel.class, EpollSocketChannel.class) {
        @Override
        IoHandlerFactory ioHandler(final boolean spin) {
            Epoll.ensureAvailability();
            return spin
                    ? EpollIoHandler.newFactory(
                            0, always((ready, hasTasks) -> SelectStrategy.BUSY_WAIT))
                    : EpollIoHandler.newFactory();
        }
    },
    NIO("netty-nio", NioServerSocketChannel.class, NioSocketChannel.class) {
        @Override
        IoHandlerFactory ioHandler(final boolean spin) {
            // NIO has no BUSY_WAIT, but asking what is ready without waiting comes to the same.
            return spin
                    ? NioIoHandler.newFactory(
                            SelectorProvider.provider(), always((ready, hasTasks) -> ready.get()))
                    : NioIoHandler.newFactory();
        }
    };

    final String peerName;
    final Class<? extends ServerChannel> listenerType;
    final Class<? extends SocketChannel> channelType;

    NettyTransport(
            final String peerName,
            final Class<? extends ServerChannel> listenerType,
            final Class<? extends SocketChannel> channelType) {
        this.peerName = peerName;
        this.listenerType = listenerType;
        this.channelType = channelType;
    }

    abstract IoHandlerFactory ioHandler(boolean spin);

    private static SelectStrategyFactory always(final SelectStrategy strategy) {
        return () -> strategy;
    }
}
