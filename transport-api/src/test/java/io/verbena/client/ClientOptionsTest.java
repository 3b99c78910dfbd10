// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.IdlePolicy;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** {@link ClientOptions}: defaults, and values that can't be. */
class ClientOptionsTest {
    private final ClientOptions defaults = ClientOptions.defaults();

    @Test
    void theDefaultsAreAsDocumented() {
        assertThat(defaults)
                .isEqualTo(
                        new ClientOptions(
                                65536,
                                65536,
                                32,
                                1024,
                                TimeUnit.SECONDS.toNanos(30),
                                IdlePolicy.BLOCK,
                                ConnectOptions.defaults()));
    }

    @Test
    void aValueThatCanNotBeIsRefusedByName() {
        assertRefused("maxRequestBytes", () -> defaults.withMaxRequestBytes(-1));
        assertRefused("maxResponseBytes", () -> defaults.withMaxResponseBytes(-1));
        assertRefused("concurrency", () -> defaults.withConcurrency(0));
        assertRefused("maxWaiting", () -> defaults.withMaxWaiting(-1));
        assertRefused("timeoutNs", () -> defaults.withTimeoutNs(0));
    }

    private static void assertRefused(final String name, final ThrowingCallable change) {
        assertThatThrownBy(change)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
