// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The path and query of a HELLO")
class GreetingTest {
    private static final URI PORTAL = URI.create("tcp://127.0.0.1:9400");
    private static final URI SOCKET = URI.create("unix:///run/app.sock");

    @ParameterizedTest
    @CsvSource({
        "/orders?shard=3, tcp://127.0.0.1:9400/orders?shard=3",
        "?shard=3, tcp://127.0.0.1:9400?shard=3",
        "//other:80/x, tcp://127.0.0.1:9400//other:80/x",
    })
    void standBehindThePortalsAddress(final String sent, final String whole) {
        assertThat(Greeting.resolve(PORTAL, sent)).isEqualTo(URI.create(whole));
    }

    /** Found by fuzzing: the application was told of a socket that the client had named. */
    @ParameterizedTest
    @CsvSource({
        "?shard=3, unix:///run/app.sock?shard=3",
        "/other.sock, unix:///run/app.sock",
        "/other.sock?shard=3, unix:///run/app.sock?shard=3",
        "//host:80/, unix:///run/app.sock",
    })
    void leaveAPortalsPathAsItIs(final String sent, final String whole) {
        assertThat(Greeting.resolve(SOCKET, sent)).isEqualTo(URI.create(whole));
    }

    /** Found by fuzzing. */
    @ParameterizedTest
    @ValueSource(strings = {"/orders#there", "?shard=3#", "/#/"})
    void haveNoFragment(final String sent) {
        assertThat(Greeting.resolve(PORTAL, sent)).isNull();
        assertThat(Greeting.resolve(SOCKET, sent)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/or ders", "/%zz", "?\u0001"})
    void areWhatAUriMayHave(final String sent) {
        assertThat(Greeting.resolve(PORTAL, sent)).isNull();
    }
}
