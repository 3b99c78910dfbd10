// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.verbena.EventReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/**
 * The examples of docs/WIRE.md, byte for byte. A change that breaks one of these breaks every peer
 * that is out there: it needs a new version of the protocol, not a new expectation.
 */
class GoldenBytesTest {
    private static final long ID = 0x00000007_00000003L;
    private static final String DOCUMENT = read("WIRE.md");

    private final FrameHeader header = new FrameHeader();

    @Test
    void helloOfAClient() {
        Hello.set(header, 0, 0, 7, 0, 5000, 1 << 30);
        assertBytes(
                "01 00 00 00 07 00 00 00",
                "56 45 52 42 45 4e 41 1a",
                "01 01 00 00 00 00 00 00",
                "88 13 00 00 00 00 00 40");
    }

    @Test
    void helloOfAServerThatAccepts() {
        Hello.set(header, 0, 256, 0, 1024, 5000, 1 << 30);
        assertBytes(
                "01 00 00 01 00 00 00 00",
                "56 45 52 42 45 4e 41 1a",
                "01 01 00 04 00 00 00 00",
                "88 13 00 00 00 00 00 40");
    }

    @Test
    void helloOfAServerThatRejects() {
        Hello.set(header, FrameHeader.FLAG_REJECTED, 0, 6, 0, 0, 1 << 30);
        assertBytes(
                "01 01 00 00 06 00 00 00",
                "56 45 52 42 45 4e 41 1a",
                "01 01 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 40");
    }

    @Test
    void requestOfFiveBytesWithRoomFor4096() {
        header.set(FrameType.REQUEST, 0, 0, 5, ID, 4096);
        assertBytes(
                "02 00 00 00 05 00 00 00",
                "03 00 00 00 07 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 10 00 00");
    }

    @Test
    void requestWithRemoteMemory() {
        header.set(FrameType.REQUEST, 0, 0, 65536, ID, 4096)
                .remoteAddress(0x7f0011223344L)
                .rkey(0xcafe);
        assertBytes(
                "02 00 00 00 00 00 01 00",
                "03 00 00 00 07 00 00 00",
                "44 33 22 11 00 7f 00 00",
                "fe ca 00 00 00 10 00 00");
    }

    @Test
    void responseOfTwoBytesThatGivesItsCreditBack() {
        header.set(FrameType.RESPONSE, 0, 1, 2, ID, 0);
        assertBytes(
                "03 00 01 00 02 00 00 00",
                "03 00 00 00 07 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00");
    }

    @Test
    void failureOfARequestThatWasTooLarge() {
        header.set(FrameType.FAILURE, 0, 1, 0, ID, EventReason.REQUEST_TOO_LARGE.code());
        assertBytes(
                "04 00 01 00 00 00 00 00",
                "03 00 00 00 07 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 21 00 00 00");
    }

    @Test
    void creditOf64() {
        header.set(FrameType.CREDIT, 0, 64, 0, 0, 0);
        assertBytes(
                "05 00 40 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00");
    }

    @Test
    void keepaliveOfABusyServer() {
        header.set(FrameType.KEEPALIVE, FrameHeader.FLAG_BUSY, 0, 0, 0, 0);
        assertBytes(
                "06 01 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00");
    }

    @Test
    void close() {
        header.set(FrameType.CLOSE, 0, 0, 0, 0, 0);
        assertBytes(
                "07 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00");
    }

    @Test
    void goodbyeBecauseOfAProtocolError() {
        header.set(FrameType.GOODBYE, 0, 0, 0, 0, EventReason.PROTOCOL_ERROR.code());
        assertBytes(
                "08 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 00 00 00 00",
                "00 00 00 00 0c 00 00 00");
    }

    @Test
    void theMagicReadsAsTextAndAnEndOfFile() {
        Hello.set(header, 0, 0, 0, 0, 0, 0);
        final byte[] magic = Arrays.copyOfRange(written(), 8, 16);
        assertThat(magic).isEqualTo(new byte[] {'V', 'E', 'R', 'B', 'E', 'N', 'A', 0x1a});
    }

    @Test
    void noTypeIsEverRenumbered() {
        assertThat(IntStream.rangeClosed(0, 14).mapToObj(FrameType::name))
                .containsExactly(
                        "type 0",
                        "HELLO",
                        "REQUEST",
                        "RESPONSE",
                        "FAILURE",
                        "CREDIT",
                        "KEEPALIVE",
                        "CLOSE",
                        "GOODBYE",
                        "CHALLENGE",
                        "PROOF",
                        "OFFER",
                        "DECLINE",
                        "UPGRADE",
                        "type 14");
    }

    /** Of the reasons, those that may travel; the others' codes are pinned with them. */
    @Test
    void noReasonIsEverRenumbered() {
        assertThat(EventReason.values())
                .extracting(EventReason::name, EventReason::code)
                .contains(
                        pair("UNKNOWN", 0),
                        pair("CLOSED_BY_SELF", 1),
                        pair("CLOSED_BY_PEER", 2),
                        pair("REJECTED", 3),
                        pair("REFUSED", 4),
                        pair("UNRESOLVED", 5),
                        pair("UNREACHABLE", 6),
                        pair("CONNECT_TIMEOUT", 7),
                        pair("HELLO_TIMEOUT", 8),
                        pair("KEEPALIVE_TIMEOUT", 9),
                        pair("PEER_STALLED", 10),
                        pair("CLOSE_TIMEOUT", 11),
                        pair("PROTOCOL_ERROR", 12),
                        pair("VERSION_MISMATCH", 13),
                        pair("TRANSPORT_ERROR", 14),
                        pair("LIMIT_REACHED", 15),
                        pair("HANDLER_FAILED", 16),
                        pair("EVENT_QUEUE_CLOSED", 17),
                        pair("UNAVAILABLE", 18),
                        pair("BIND_FAILED", 19),
                        pair("AUTHENTICATION_FAILED", 20),
                        pair("TLS_FAILED", 21),
                        pair("DEADLINE_EXCEEDED", 32),
                        pair("REQUEST_TOO_LARGE", 33),
                        pair("RESPONSE_TOO_LARGE", 34),
                        pair("FLUSHED", 35),
                        pair("DISCARDED", 36),
                        pair("CANCELLED", 37));
    }

    @Test
    void aCodeThatThisVersionDoesNotKnowReadsAsUnknown() {
        assertThat(EventReason.of(31)).isEqualTo(EventReason.UNKNOWN);
        assertThat(EventReason.of(-1)).isEqualTo(EventReason.UNKNOWN);
        assertThat(EventReason.of(Integer.MAX_VALUE)).isEqualTo(EventReason.UNKNOWN);
    }

    private static Tuple pair(final String name, final int code) {
        return tuple(name, code);
    }

    private void assertBytes(final String... lines) {
        final String example = String.join(" ", lines);
        assertThat(HexFormat.ofDelimiter(" ").formatHex(written())).isEqualTo(example);
        assertThat(DOCUMENT.replaceAll("\\s+", " ")).as("docs/WIRE.md").contains(example);
    }

    private byte[] written() {
        final byte[] bytes = new byte[FrameHeader.LENGTH];
        header.writeTo(ByteBuffer.wrap(bytes), 0);
        return bytes;
    }

    /** Tests run in the directory of their module. */
    private static String read(final String document) {
        try {
            return Files.readString(Path.of("..", "docs", document));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
