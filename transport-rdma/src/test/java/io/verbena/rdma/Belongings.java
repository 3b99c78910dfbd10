// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is of the kernel's RDMA objects in this machine, and what this process has.
 *
 * @param resources the kernel's objects of each kind, over all devices, as rdma(8) counts them.
 * @param descriptors files that are open.
 * @param residentKb memory that the process has, of all kinds: VmRSS.
 * @param heapKb what of Java's heap is in use after a collection.
 * @param directKb direct buffers, the JVM's and Netty's.
 */
record Belongings(
        Map<String, Long> resources,
        long descriptors,
        long residentKb,
        long heapKb,
        long directKb) {
    private static final Pattern RESOURCE = Pattern.compile("(pd|cq|qp|cm_id|mr|ctx) (\\d+)");
    private static final Pattern FIELD = Pattern.compile("(\\w+)=(\\d+)");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    /** What there is now. */
    static Belongings now() {
        System.gc();
        final long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024;
        return new Belongings(kernels(), descriptorsNow(), resident(), heap, direct());
    }

    /** What the kernel has of each kind. */
    static Map<String, Long> kernels() {
        final Map<String, Long> found = new TreeMap<>();
        final Matcher matcher = RESOURCE.matcher(Guest.run("rdma", "resource", "show"));
        while (matcher.find()) {
            found.merge(matcher.group(1), Long.parseLong(matcher.group(2)), Long::sum);
        }
        assertThat(found).containsKeys("pd", "cq", "qp", "cm_id", "mr");
        return found;
    }

    private static long descriptorsNow() {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            long count = 0;
            for (final Path ignored : all) {
                count++;
            }
            return count;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Memory that this process has, in KB. */
    static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.map(RESIDENT::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                    .findFirst()
                    .orElseThrow();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long direct() {
        final long jvms =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        // What Netty allocates without the JVM's knowledge; -1: nothing.
        return (jvms + Math.max(0, PlatformDependent.usedDirectMemory())) / 1024;
    }

    /** What another process has said of itself. */
    static Belongings of(final String said) {
        final Map<String, Long> fields = new TreeMap<>();
        final Matcher matcher = FIELD.matcher(said);
        while (matcher.find()) {
            fields.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        final long descriptors = fields.remove("descriptors");
        final long residentKb = fields.remove("residentKb");
        final long heapKb = fields.remove("heapKb");
        final long directKb = fields.remove("directKb");
        return new Belongings(fields, descriptors, residentKb, heapKb, directKb);
    }

    @Override
    public String toString() {
        return resources.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(
                        Collectors.joining(
                                " ",
                                "",
                                " descriptors=%d residentKb=%d heapKb=%d directKb=%d"
                                        .formatted(descriptors, residentKb, heapKb, directKb)));
    }
}
