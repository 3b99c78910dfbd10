// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    private static HostPort parse(final String uri) {
        return HostPort.parse(URI.create(uri));
    }

    @Test
    void hostAndPort() {
        final HostPort uri = parse("rdma://server:9400/path?query");
        assertThat(uri.host()).isEqualTo("server");
        assertThat(uri.port()).isEqualTo(9400);
        assertThat(uri.isLiteral()).isFalse();
        assertThat(uri.withPort(7)).isEqualTo(URI.create("rdma://server:7"));
    }

    @Test
    void aHostMayHaveAnUnderscore() {
        final HostPort uri = parse("tls://order_service:9400/path?query");
        assertThat(uri.host()).isEqualTo("order_service");
        assertThat(uri.port()).isEqualTo(9400);
        assertThat(uri.isLiteral()).isFalse();
        assertThat(uri.withPort(7)).isEqualTo(URI.create("tls://order_service:7"));
    }

    @Test
    void anAddressOfIpv4NeedsNoNameServer() throws UnknownHostException {
        final HostPort uri = parse("rdma://10.0.0.1:1");
        assertThat(uri.isLiteral()).isTrue();
        assertThat(uri.resolve()).containsExactly(new InetSocketAddress("10.0.0.1", 1));
    }

    @Test
    void anAddressOfIpv6HasBracketsInUrisOnly() throws UnknownHostException {
        final HostPort uri = parse("rdma://[fe80::1]:0");
        assertThat(uri.host()).isEqualTo("fe80::1");
        assertThat(uri.isLiteral()).isTrue();
        assertThat(uri.resolve()).containsExactly(new InetSocketAddress("fe80::1", 0));
        assertThat(uri.withPort(5)).isEqualTo(URI.create("rdma://[fe80::1]:5"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rdma:9400",
                "rdma:///path",
                "rdma://server",
                "rdma://server/path",
                "rdma://:9400",
                "rdma://server:65536",
                "rdma://under_score",
                "rdma://under_score:65536",
                "rdma://who@under_score:9400"
            })
    void withoutHostAndPortItIsNone(final String wrong) {
        assertThatThrownBy(() -> parse(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
    }
}
