// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.spi.HostPort;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers with units, as people type them. */
final class Converters {
    private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([a-z]*)");

    private static final Map<String, Long> SIZES =
            Map.ofEntries(
                    Map.entry("", 1L),
                    Map.entry("b", 1L),
                    Map.entry("k", 1L << 10),
                    Map.entry("kb", 1L << 10),
                    Map.entry("kib", 1L << 10),
                    Map.entry("m", 1L << 20),
                    Map.entry("mb", 1L << 20),
                    Map.entry("mib", 1L << 20),
                    Map.entry("g", 1L << 30),
                    Map.entry("gb", 1L << 30),
                    Map.entry("gib", 1L << 30));
    private static final Map<String, Long> TIMES =
            Map.of(
                    "", 1_000_000_000L,
                    "ns", 1L,
                    "us", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "min", 60_000_000_000L,
                    "h", 3_600_000_000_000L);
    private static final Map<String, Long> COUNTS =
            Map.of("", 1L, "k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L);

    private static final Pattern PORT = Pattern.compile("\\d{1,5}");

    private Converters() {}

    /** Bytes: {@code 64}, {@code 4k}, {@code 1m}. */
    static final class Size implements ITypeConverter<Integer> {
        @Override
        public Integer convert(final String value) {
            final BigDecimal bytes = parse(value, SIZES, "a size like 64, 4k or 1m");
            if (bytes.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
                throw new TypeConversionException("'%s' is too large".formatted(value));
            }
            return bytes.intValue();
        }
    }

    /** Nanoseconds: {@code 10s}, {@code 250ms}, {@code 2m}; without a unit, seconds. */
    static final class Duration implements ITypeConverter<Long> {
        @Override
        public Long convert(final String value) {
            return asLong(value, parse(value, TIMES, "a time like 10s, 250ms or 2m"));
        }
    }

    /** A number of things: {@code 5000}, {@code 10k}, {@code 1m}. */
    static final class Count implements ITypeConverter<Long> {
        @Override
        public Long convert(final String value) {
            final BigDecimal count = parse(value, COUNTS, "a number like 5000, 10k or 1m");
            if (count.signum() == 0) {
                throw new TypeConversionException("0 is too few");
            }
            return asLong(value, count);
        }
    }

    /** An address to listen on: {@code 127.0.0.1:9401}, or a port of all addresses. */
    static final class Address implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(final String value) {
            try {
                final boolean isPort = PORT.matcher(value).matches();
                return HostPort.parse(new URI("tcp://" + (isPort ? "0.0.0.0:" : "") + value))
                        .resolve()
                        .get(0);
            } catch (final URISyntaxException | IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'%s' is not a port like 9401, or an address with one like 127.0.0.1:9401"
                                .formatted(value));
            } catch (final UnknownHostException e) {
                throw new TypeConversionException("'%s' has an unknown host".formatted(value));
            }
        }
    }

    private static long asLong(final String value, final BigDecimal number) {
        if (number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 4)) > 0) {
            throw new TypeConversionException("'%s' is too much".formatted(value));
        }
        return number.longValue();
    }

    private static BigDecimal parse(
            final String value, final Map<String, Long> units, final String expected) {
        final Matcher matcher = NUMBER.matcher(value.strip().toLowerCase(Locale.ROOT));
        final Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new TypeConversionException("'%s' is not %s".formatted(value, expected));
        }
        return new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    }
}
