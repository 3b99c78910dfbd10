// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that OpenJ9's own encoder has written. */
class OpenJ9VectorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<JsonNode> messages() throws IOException {
        try (InputStream lines =
                Objects.requireNonNull(
                        OpenJ9VectorsTest.class.getResourceAsStream("openj9-vectors.jsonl"))) {
            final List<JsonNode> messages = new ArrayList<>();
            final String text = new String(lines.readAllBytes(), StandardCharsets.UTF_8);
            for (final String line : text.lines().toList()) {
                messages.add(JSON.readTree(line));
            }
            assertThat(messages).hasSize(60);
            return messages.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isReadAsWhatOpenJ9WasGiven(final JsonNode message) {
        final MessageReader reader = Messages.reader(message.get("hex").asText());

        assertThat(reader.type()).isEqualTo(message.get("type").asInt());
        assertThat(reader.version()).isEqualTo(message.get("version").asInt());
        assertThat(reader.config()).isEqualTo(message.get("config").asInt());
        assertThat(reader.expect(message.get("args").size())).isSameAs(reader);
        assertThat(Value.readAll(reader)).isEqualTo(values(message.get("args")));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isWrittenAsOpenJ9WritesIt(final JsonNode message) {
        assertThat(written(message, values(message.get("args"))))
                .isEqualTo(message.get("hex").asText());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isWrittenAsItWasRead(final JsonNode message) {
        final String hex = message.get("hex").asText();

        assertThat(written(message, Value.readAll(Messages.reader(hex)))).isEqualTo(hex);
    }

    private static String written(final JsonNode message, final List<Value> values) {
        return Messages.hex(
                message.get("type").asInt(),
                message.get("version").asInt(),
                message.get("config").asInt(),
                ByteOrder.LITTLE_ENDIAN,
                writer -> values.forEach(value -> value.write(writer)));
    }

    private static List<Value> values(final JsonNode arguments) {
        final List<Value> values = new ArrayList<>();
        arguments.forEach(argument -> values.add(value(argument)));
        return values;
    }

    private static Value value(final JsonNode argument) {
        final JsonNode content = argument.get(1);
        return switch (argument.get(0).asText()) {
            case "u32" -> new Value.Uint32(content.asLong());
            case "i32" -> new Value.Int32(content.asInt());
            case "u64" -> new Value.Uint64(Long.parseUnsignedLong(content.asText()));
            case "i64" -> new Value.Int64(Long.parseLong(content.asText()));
            case "bool" -> new Value.Bool(content.asBoolean());
            case "str" -> new Value.Text(content.asText());
            case "obj" -> new Value.Opaque(content.asText());
            case "svec" ->
                    argument.get(2).asInt() == 0
                            ? new Value.Empty()
                            : new Value.Packed(content.asInt(), argument.get(3).asText());
            case "vec" -> content.isEmpty() ? new Value.Empty() : new Value.Vector(values(content));
            case "tuple" -> new Value.Tuple(values(content));
            default -> throw new AssertionError("no such kind of argument: " + argument);
        };
    }
}
