// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.verbena.bridge.Bridge;
import io.verbena.bridge.BridgeOptions;
import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import io.verbena.testkit.Leaks;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two programs that speak OpenJ9's framing on sockets, and real verbs between their bridges. */
@Tag("rdma")
@DisplayName("Two bridges with RDMA between them")
@ExtendWith(Leaks.class)
class RealBridgeTest {
    private static final int QUERY = 100;
    private static final int CLIENTS = 4;
    private static final URI ANY = URI.create("jit://127.0.0.1:0");
    private static final BridgeOptions BRIDGE = BridgeOptions.defaults().withMessages(8);

    /** Of one piece, of several, and around what RDMA sends at once. */
    private static final int[] SIZES = {0, 100, 600, 17 << 10, 65 << 10, 150_000, 1 << 20};

    @BeforeAll
    static void openTheDevice() {
        RealVerbs.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rdma", "auto"})
    void carryConversationsWhole(final String between) throws Exception {
        final ExecutorService threads = Executors.newCachedThreadPool();
        final URI any = URI.create("%s://%s:0".formatted(between, RealVerbs.address()));
        try (StreamListener listener =
                        StreamListener.listen(
                                ANY, StreamOptions.defaults(), threads, RealBridgeTest::answer);
                Bridge far = Bridge.open(any, listener.uri(), BRIDGE);
                Bridge near = Bridge.open(ANY, far.uri(), BRIDGE)) {
            final List<Future<Boolean>> talks = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                talks.add(threads.submit(() -> talk(near.uri())));
            }
            for (final Future<Boolean> talk : talks) {
                assertThat(talk.get(120, TimeUnit.SECONDS)).isTrue();
            }
            await().atMost(20, TimeUnit.SECONDS).until(() -> near.counters().open() == 0);
            await().atMost(20, TimeUnit.SECONDS).until(() -> far.counters().open() == 0);
            assertThat(near.counters().accepted()).isEqualTo(CLIENTS);
            assertThat(near.counters().lost() + far.counters().lost()).isZero();
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static byte[] pattern(final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + length);
        }
        return bytes;
    }

    private static boolean talk(final URI uri) {
        try (ClientStream stream = ClientStream.connect(uri)) {
            for (final int size : SIZES) {
                stream.write(MessageTypes.COMPILATION_REQUEST, w -> w.bytes(pattern(size)));
                final byte[] asked = stream.expect(QUERY).bytes();
                stream.write(QUERY, w -> w.bytes(asked));
                final byte[] code = stream.expect(MessageTypes.COMPILATION_CODE).bytes();
                if (!Arrays.equals(code, pattern(size))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void answer(final ServerStream stream) {
        final byte[] request = stream.expect(MessageTypes.COMPILATION_REQUEST).bytes();
        stream.write(QUERY, w -> w.bytes(request));
        final byte[] reply = stream.expect(QUERY).bytes();
        stream.write(MessageTypes.COMPILATION_CODE, w -> w.bytes(reply));
    }
}
