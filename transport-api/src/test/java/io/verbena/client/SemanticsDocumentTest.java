// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.SessionOptions;
import io.verbena.testkit.TransportContract;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/SEMANTICS.md says in figures and names is so. */
class SemanticsDocumentTest {
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Contract)\\.(\\w+)`");

    private final String document;

    SemanticsDocumentTest() throws IOException {
        // Tests run in the directory of their module.
        document = Files.readString(Path.of("..", "docs", "SEMANTICS.md"));
    }

    @Test
    void everyTestThatItNamesIsPartOfTheContract() {
        final Set<String> known =
                Arrays.stream(TransportContract.class.getInterfaces())
                        .flatMap(part -> Arrays.stream(part.getDeclaredMethods()))
                        .map(SemanticsDocumentTest::fullName)
                        .collect(Collectors.toSet());
        final Set<String> named = new TreeSet<>();
        for (final Matcher each = TEST_NAME.matcher(document); each.find(); ) {
            named.add(each.group(1) + "." + each.group(2));
        }
        assertThat(named).hasSizeGreaterThan(20);
        assertThat(known).containsAll(named);
    }

    private static String fullName(final Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    @Test
    void everyReasonHasItsPlace() {
        final String reasons = section("## Reasons");
        assertThat(EventReason.values()).allSatisfy(r -> assertThat(reasons).contains(r.name()));
    }

    static List<Record> options() {
        return List.of(
                SessionOptions.defaults(),
                ConnectOptions.defaults(),
                PortalOptions.defaults(),
                EventQueueOptions.defaults(),
                ClientOptions.defaults());
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyOptionHasItsDefault(final Record options) throws ReflectiveOperationException {
        final String title = "| `" + options.getClass().getSimpleName() + "` |";
        final int start = document.indexOf(title);
        assertThat(start).as("the table of %s", title).isPositive();
        final String table = document.substring(start, document.indexOf("\n\n", start));

        for (final RecordComponent option : options.getClass().getRecordComponents()) {
            if (!option.getType().isRecord()) {
                final Object value = option.getAccessor().invoke(options);
                assertThat(table).contains("| `" + option.getName() + "` | " + text(option, value));
            }
        }
    }

    private static String text(final RecordComponent option, final Object value) {
        if (value == null) {
            return "none";
        }
        if (option.getName().endsWith("Ns")) {
            return TimeUnit.NANOSECONDS.toSeconds((Long) value) + " s";
        }
        if (value instanceof Collection<?> several) {
            return several.isEmpty() ? "none" : several.toString();
        }
        if (value.equals(0)) {
            return "0";
        }
        if (option.getName().endsWith("Bytes")) {
            final int bytes = (Integer) value;
            return bytes >= 1 << 30 ? (bytes >> 30) + " GiB" : (bytes >> 10) + " KiB";
        }
        final boolean plain = value instanceof Number || value instanceof Enum;
        return plain ? value.toString() : "";
    }

    private String section(final String title) {
        return Stream.of(document.split("\n(?=## )", -1))
                .filter(part -> part.startsWith(title))
                .findFirst()
                .orElseThrow();
    }
}
