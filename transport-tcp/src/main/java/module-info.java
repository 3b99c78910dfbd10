// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** The transport over TCP, TLS and Unix-domain sockets. */
module io.verbena.tcp {
    requires io.verbena;
    requires io.netty.buffer;
    requires io.netty.common;
    requires static org.jspecify;

    provides io.verbena.spi.TransportProvider with
            io.verbena.tcp.NioTransportProvider;
}
