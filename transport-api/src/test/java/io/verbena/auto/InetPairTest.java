// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the addresses of two transports hang together. */
class InetPairTest {
    private static final URI ASKED = URI.create("auto://server.example:9400/orders?shard=3");
    private final InetPair pair = new InetPair("tcp", "rdma");

    @Test
    void theControlConnectionKeepsPathAndQuery() {
        assertThat(pair.controlUri(ASKED))
                .isEqualTo(URI.create("tcp://server.example:9400/orders?shard=3"));
        assertThat(pair.ownUri("auto", URI.create("tcp://[::]:9400")))
                .isEqualTo(URI.create("auto://[::]:9400"));
    }

    @Test
    void aUriWithoutHostIsRefused() {
        assertThatThrownBy(() -> pair.controlUri(URI.create("auto:/path")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auto://host:port");
    }

    @Test
    void theDataListenerTriesTheSamePortFirst() {
        assertThat(pair.dataListenerUris(URI.create("tcp://0.0.0.0:9400")))
                .containsExactly(URI.create("rdma://0.0.0.0:9400"), URI.create("rdma://0.0.0.0:0"));
        assertThat(pair.offered(URI.create("rdma://0.0.0.0:9401"))).isEqualTo("9401");
    }

    /** As a name in a Docker network has, for which {@link URI} knows no host. */
    @Test
    void aHostMayHaveAnUnderscore() {
        assertThat(pair.controlUri(URI.create("auto://my_server:9400/orders")))
                .isEqualTo(URI.create("tcp://my_server:9400/orders"));
        assertThat(pair.dataListenerUris(URI.create("tcp://my_server:9400")))
                .containsExactly(
                        URI.create("rdma://my_server:9400"), URI.create("rdma://my_server:0"));
        assertThat(pair.offered(URI.create("rdma://my_server:9401"))).isEqualTo("9401");
        assertThat(pair.dataUri(URI.create("auto://my_server:9400"), "my_server:9400", "9401"))
                .isEqualTo(URI.create("rdma://my_server:9401"));
        assertThat(pair.dataUri(URI.create("auto://my_server:9400"), "not known", "9401"))
                .isEqualTo(URI.create("rdma://my_server:9401"));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:9400, rdma://192.0.2.1:9401",
        "[2001:db8::1]:9400, rdma://[2001:db8::1]:9401",
        "what nobody can read, rdma://server.example:9401"
    })
    void theDataConnectionLeadsToTheHostThatWasReached(final String reached, final String target) {
        assertThat(pair.dataUri(ASKED, reached, "9401")).isEqualTo(URI.create(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "", "9401@evil.example", "evil.example:1", "1/x"})
    void aServerOffersAPortAndNothingElse(final String offered) {
        assertThat(pair.dataUri(ASKED, "192.0.2.1:9400", offered)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:40000, 192.0.2.1:50000, true",
        "192.0.2.1:40000, 192.0.2.2:50000, false",
        "[2001:db8::1]:1, [2001:db8:0:0::1]:2, true",
        "[2001:db8::1]:1, [2001:db8::2]:2, false",
        "127.0.0.1:1, 192.0.2.1:2, true",
        "unix, 192.0.2.1:2, true",
        "a.name.example:1, 192.0.2.1:2, true"
    })
    void aTokenComesFromTheHostThatItWasGivenTo(
            final String control, final String data, final boolean same) {
        assertThat(pair.mayBeSameHost(control, data)).isEqualTo(same);
    }
}
