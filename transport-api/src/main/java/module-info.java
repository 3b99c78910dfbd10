// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Verbena's API, its engine, and what a transport implements. */
module io.verbena {
    requires transitive org.jspecify;
    requires org.agrona;
    requires io.netty.buffer;
    requires io.netty.common;
    requires org.slf4j;
    requires org.jctools.core;

    exports io.verbena;
    exports io.verbena.bridge;
    exports io.verbena.monitor;
    exports io.verbena.spi;
    exports io.verbena.stream;
    exports io.verbena.wire;

    uses io.verbena.spi.TransportProvider;

    provides io.verbena.spi.TransportProvider with
            io.verbena.auto.AutoTransportProvider;

    uses org.slf4j.spi.SLF4JServiceProvider;
}
