// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.stream.MessageLimits;
import io.verbena.stream.StreamOptions;
import io.verbena.stream.StreamVersion;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Options")
class OptionsTest {
    private static final SharedSecret SECRET = SharedSecret.of(new byte[32]);

    /** Of each type of a value that isn't a number or a truth value, one that is no default. */
    private static final Map<Class<?>, Object> OTHERS =
            Map.ofEntries(
                    Map.entry(ByteOrder.class, ByteOrder.BIG_ENDIAN),
                    Map.entry(ConnectOptions.class, ConnectOptions.defaults().withTls(tls())),
                    Map.entry(Consumer.class, (Consumer<Throwable>) thrown -> {}),
                    Map.entry(HandlerFailurePolicy.class, HandlerFailurePolicy.KEEP_SESSION),
                    Map.entry(IdlePolicy.class, IdlePolicy.SPIN),
                    Map.entry(List.class, List.of(SECRET)),
                    Map.entry(LongSupplier.class, (LongSupplier) () -> 0),
                    Map.entry(MessageLimits.class, MessageLimits.defaults().withMaxNesting(1)),
                    Map.entry(PoolGrowth.class, (PoolGrowth) bytes -> null),
                    Map.entry(PortalOptions.class, PortalOptions.defaults().withBacklog(1)),
                    Map.entry(SessionOptions.class, SessionOptions.defaults().withWindow(1)),
                    Map.entry(SharedSecret.class, SECRET),
                    Map.entry(StreamVersion.class, new StreamVersion(1, 2)),
                    Map.entry(TlsOptions.class, tls()));

    private static TlsOptions tls() {
        return TlsOptions.defaults().withoutHostNameVerification();
    }

    @AfterAll
    static void closeSecret() {
        SECRET.close();
    }

    static Stream<Arguments> values() {
        return Stream.of(
                        ClientOptions.defaults(),
                        ConnectOptions.defaults(),
                        EventQueueOptions.defaults(),
                        MessageLimits.defaults(),
                        PortalOptions.defaults(),
                        SessionOptions.defaults(),
                        StreamOptions.defaults())
                .flatMap(
                        options ->
                                Arrays.stream(options.getClass().getRecordComponents())
                                        .map(value -> Arguments.of(options, value.getName())));
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("values")
    void changeOneValueAndKeepAllOthers(final Record options, final String name) throws Exception {
        final RecordComponent changed = component(options, name);
        final Object other = other(changed.getType(), value(options, changed));

        final Record made = (Record) with(changed).invoke(options, other);

        assertThat(value(made, changed)).isEqualTo(other);
        for (final RecordComponent each : options.getClass().getRecordComponents()) {
            if (!each.getName().equals(name)) {
                assertThat(value(made, each)).as(each.getName()).isEqualTo(value(options, each));
            }
        }
    }

    private static Method with(final RecordComponent value) throws NoSuchMethodException {
        final String name =
                value.getName().substring(0, 1).toUpperCase(Locale.ROOT)
                        + value.getName().substring(1);
        return value.getDeclaringRecord().getMethod("with" + name, value.getType());
    }

    private static RecordComponent component(final Record options, final String name) {
        return Arrays.stream(options.getClass().getRecordComponents())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Object value(final Record options, final RecordComponent component)
            throws IllegalAccessException, InvocationTargetException {
        return component.getAccessor().invoke(options);
    }

    private static Object other(final Class<?> type, final Object value) {
        if (type == int.class) {
            return (int) value + 1;
        }
        if (type == long.class) {
            return (long) value + 1;
        }
        if (type == boolean.class) {
            return !(boolean) value;
        }
        final Object other = OTHERS.get(type);
        assertThat(other).as("another value of %s, for this test", type).isNotNull();
        return other;
    }
}
