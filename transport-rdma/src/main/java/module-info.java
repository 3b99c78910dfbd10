// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** The transport over RDMA verbs. */
module io.verbena.rdma {
    requires transitive io.verbena;
    requires disni;
    requires io.netty.buffer;
    requires io.netty.common;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.verbena.rdma;

    provides io.verbena.spi.TransportProvider with
            io.verbena.rdma.RdmaTransportProvider;
}
