// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    private static final int SEQUENCE = 0x12345678;

    private final ByteBuffer request = ByteBuffer.allocate(4096);
    private final ByteBuffer response = ByteBuffer.allocate(4096);

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,1",
        "2,2",
        "7,7",
        "8,0",
        "8,1",
        "8,3",
        "8,4",
        "8,5",
        "8,8",
        "9,64",
        "11,7",
        "12,4096",
        "64,64",
        "4096,8",
        "4096,4096"
    })
    void theClientKnowsTheResponseToItsRequest(final int size, final int responseSize) {
        exchange(size, responseSize, SEQUENCE);

        assertThat(Stamp.isResponse(response, size, responseSize, SEQUENCE)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,7", "8,4", "8,64", "64,64", "4096,4096"})
    void aResponseToAnotherRequestIsKnown(final int size, final int responseSize) {
        exchange(size, responseSize, SEQUENCE);

        assertThat(Stamp.isResponse(response, size, responseSize, SEQUENCE + 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"8,4", "8,64", "64,64", "3,3"})
    void aResponseOfAnotherSizeIsKnown(final int size, final int responseSize) {
        exchange(size, responseSize, SEQUENCE);

        response.limit(responseSize - 1);

        assertThat(Stamp.isResponse(response, size, responseSize, SEQUENCE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 60, 63})
    void aResponseDamagedAtEitherEndIsKnown(final int place) {
        exchange(64, 64, SEQUENCE);

        response.put(place, (byte) ~response.get(place));

        assertThat(Stamp.isResponse(response, 64, 64, SEQUENCE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 7, 60, 63})
    void theServerKnowsARequestDamagedAtEitherEnd(final int place) {
        write(64, 64, SEQUENCE);
        assertThat(Stamp.isRequest(request)).isTrue();

        request.put(place, (byte) ~request.get(place));

        assertThat(Stamp.isRequest(request)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 11, 12, 64})
    void theServerRefusesANegativeSize(final int size) {
        write(size, 64, SEQUENCE);

        request.putInt(0, -1);

        assertThat(Stamp.isRequest(request)).isFalse();
    }

    @Test
    void theFirstFourBytesOfARequestAreTheSizeOfItsResponse() {
        write(64, 1 << 20, SEQUENCE);

        assertThat(request.getInt(0)).isEqualTo(1 << 20);
        assertThat(Stamp.responseSize(request)).isEqualTo(1 << 20);
    }

    @Test
    void theSequenceNumberStandsAtBothEnds() {
        exchange(64, 32, SEQUENCE);

        assertThat(request.getInt(4)).isEqualTo(SEQUENCE);
        assertThat(request.getInt(60)).isEqualTo(SEQUENCE);
        assertThat(response.getInt(0)).isEqualTo(SEQUENCE);
        assertThat(response.getInt(28)).isEqualTo(SEQUENCE);
    }

    private void write(final int size, final int responseSize, final int sequence) {
        Stamp.writeRequest(request, size, responseSize, sequence);
        assertThat(request.position()).as("what is sent").isEqualTo(size);
        request.flip();
    }

    /** Does what client and server do, with what the wire does between them. */
    private void exchange(final int size, final int responseSize, final int sequence) {
        write(size, responseSize, sequence);
        assertThat(Stamp.isRequest(request)).isTrue();
        assertThat(Stamp.responseSize(request)).isEqualTo(responseSize);
        response.clear();
        Stamp.writeResponse(request, response, responseSize);
        assertThat(response.position()).as("what is sent").isEqualTo(responseSize);
        response.flip();
    }
}
