// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "64,64",
        "64b,64",
        "4k,4096",
        "4K,4096",
        "4KiB,4096",
        "1m,1048576",
        "1.5k,1536",
        "1g,1073741824"
    })
    void sizesAreMultiplesOf1024(final String text, final int bytes) {
        assertThat(new Converters.Size().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "4x", "4 k b", "1e3", "0x10", "2g", "99999999999"})
    void whatIsNoSizeIsRefused(final String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new Converters.Size().convert(text))
                .withMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "3,3000000000",
        "3s,3000000000",
        "250ms,250000000",
        "1.5s,1500000000",
        "2m,120000000000",
        "10us,10000",
        "7ns,7",
        "1h,3600000000000"
    })
    void timesAreSecondsUnlessTheySayOtherwise(final String text, final long ns) {
        assertThat(new Converters.Duration().convert(text)).isEqualTo(ns);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1d", "9999999h"})
    void whatIsNoTimeIsRefused(final String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new Converters.Duration().convert(text));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "10k,10000", "2m,2000000", "1.5k,1500"})
    void countsAreMultiplesOf1000(final String text, final long count) {
        assertThat(new Converters.Count().convert(text)).isEqualTo(count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "many", "99999999999999999999"})
    void whatIsNoCountIsRefused(final String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new Converters.Count().convert(text));
    }

    @ParameterizedTest
    @CsvSource({
        "9401,0.0.0.0,9401",
        "0,0.0.0.0,0",
        "127.0.0.1:9401,127.0.0.1,9401",
        "[::1]:9401,0:0:0:0:0:0:0:1,9401"
    })
    void addressesAreOfAllInterfacesUnlessTheySayOtherwise(
            final String text, final String host, final int port) {
        final var address = new Converters.Address().convert(text);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "99999", "-1", "127.0.0.1", ":1", "a b:1", "1:2:3"})
    void whatIsNoAddressIsRefused(final String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new Converters.Address().convert(text));
    }
}
