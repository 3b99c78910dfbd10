// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.RdmaReport.Device;
import io.verbena.rdma.RdmaReport.Port;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.VerbsUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Makes an {@link RdmaReport}, from the verbs and from what Linux tells in files. */
final class Survey {
    private static final Path DEVICES = Path.of("/sys/class/infiniband");
    private static final Path DEVICE_FILES = Path.of("/dev/infiniband");
    private static final Path KERNELS = Path.of("/lib/modules");
    private static final String SOFTWARE_DRIVER = "rdma_rxe";

    /** The largest packet that the verbs know, and what Ethernet's has to be for it. */
    private static final int LARGEST_MTU = 4096;

    private static final int INTERFACE_MTU = 4200;

    /** Entries of a port's table of addresses that are looked at for their interface. */
    private static final int GIDS = 32;

    /** CAP_IPC_LOCK: may lock any amount of memory. */
    private static final int LOCKS_MEMORY = 14;

    /** Less than a few pools need. */
    private static final long LITTLE_MEMORY = 1L << 30;

    private final Source source;
    private final boolean thorough;
    private final List<String> problems = new ArrayList<>();

    /** Where verbs come from. */
    @FunctionalInterface
    interface Source {
        Verbs verbs() throws VerbsUnavailableException;
    }

    /**
     * Thorough: with addresses, which are in dozens of files, with a queue pair made for its
     * limits, and with what keeps it from working well. Otherwise it tells whether it works, and
     * why not.
     */
    Survey(final Source source, final boolean thorough) {
        this.source = source;
        this.thorough = thorough;
    }

    RdmaReport report() {
        final Verbs verbs;
        try {
            verbs = source.verbs();
        } catch (final VerbsUnavailableException e) {
            problems.add(String.valueOf(e.getMessage()));
            return new RdmaReport(false, "", List.of(), List.of(), problems);
        }
        final Set<Extension> missing = new LinkedHashSet<>(List.of(Extension.values()));
        missing.removeAll(verbs.extensions());
        final List<Device> devices = devices(verbs);
        final boolean usable = isUsable(verbs, devices);
        if (usable && thorough) {
            devices.forEach(this::lookAt);
            lookAtLockedMemory();
            if (!missing.isEmpty()) {
                problems.add(
                        "the library lacks Verbena's extensions, so this is slower and tells less:"
                                + " start java without -Dio.verbena.rdma.library to use Verbena's");
            }
        }
        return new RdmaReport(
                usable,
                verbs.description(),
                missing.stream().map(Extension::name).toList(),
                devices,
                problems);
    }

    // ---- what keeps it from working

    private boolean isUsable(final Verbs verbs, final List<Device> devices) {
        final List<String> known = children(DEVICES);
        if (devices.isEmpty()) {
            problems.add(
                    known.isEmpty()
                            ? noDevice()
                            : "the device %s can't be opened: %s"
                                    .formatted(
                                            known.get(0), deviceFile("uverbs0", "ib_uverbs", "")));
            return false;
        }
        try {
            verbs.destroyEventChannel(verbs.createEventChannel());
        } catch (final IOException e) {
            problems.add(
                    "connections can't be made: "
                            + deviceFile("rdma_cm", "rdma_ucm", " (" + e.getMessage() + ")"));
            return false;
        }
        if (devices.stream().flatMap(device -> device.ports().stream()).noneMatch(Port::isActive)) {
            final Device first = devices.get(0);
            problems.add(
                    "no port of %s is active: %s"
                            .formatted(names(devices), "plug it in, and run " + linkUp(first)));
            return false;
        }
        return true;
    }

    private static String noDevice() {
        final String release = System.getProperty("os.version", "");
        if (Files.exists(Path.of("/sys/module", SOFTWARE_DRIVER)) || canLoad(release)) {
            return "this machine has no RDMA device: load its driver (for example modprobe mlx5_ib),"
                    + " or make one of software with modprobe %s && rdma link add rxe0 type rxe netdev %s"
                            .formatted(SOFTWARE_DRIVER, anInterface());
        }
        return "this machine has no RDMA device, and its kernel (%s) comes without drivers for any: boot the distribution's own (apt install linux-image-amd64, or dnf install kernel-modules-extra)"
                .formatted(release);
    }

    /** Does the kernel have the driver of software devices? */
    private static boolean canLoad(final String release) {
        final String file = "/" + SOFTWARE_DRIVER + ".ko";
        return Stream.of("modules.dep", "modules.builtin")
                .anyMatch(name -> read(KERNELS.resolve(release).resolve(name)).contains(file));
    }

    /** A network interface to make a device on. */
    private static String anInterface() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(candidate -> !isLoopback(candidate))
                    .min(Comparator.comparingInt(NetworkInterface::getIndex))
                    .map(NetworkInterface::getName)
                    .orElse("INTERFACE");
        } catch (final IOException e) {
            return "INTERFACE";
        }
    }

    private static boolean isLoopback(final NetworkInterface candidate) {
        try {
            return candidate.isLoopback() || candidate.getInterfaceAddresses().isEmpty();
        } catch (final IOException e) {
            return true;
        }
    }

    private static String deviceFile(final String name, final String module, final String detail) {
        final Path file = DEVICE_FILES.resolve(name);
        if (!Files.exists(file)) {
            return "there is no %s: modprobe %s; in a container, start it with --device=%s%s"
                    .formatted(file, module, DEVICE_FILES, detail);
        }
        if (!Files.isReadable(file) || !Files.isWritable(file)) {
            return "%s is not for this user: chmod a+rw %s%s".formatted(file, file, detail);
        }
        return "its driver for programs is missing: apt install ibverbs-providers, or dnf install libibverbs%s"
                .formatted(detail);
    }

    // ---- what keeps it from working well

    private void lookAt(final Device device) {
        for (final Port port : device.ports()) {
            final boolean ethernet = port.linkLayer().equals("Ethernet");
            if (!port.isActive()) {
                problems.add(
                        "%s, port %d is %s: plug it in, and run %s"
                                .formatted(
                                        device.name(),
                                        port.number(),
                                        port.state(),
                                        linkUp(device)));
            } else if (ethernet && port.mtu() > 0 && port.mtu() < LARGEST_MTU) {
                problems.add(
                        "%s, port %d sends packets of %d bytes, and large messages slowly: where the network can, ip link set %s mtu %d"
                                .formatted(
                                        device.name(),
                                        port.number(),
                                        port.mtu(),
                                        interfaceOf(device),
                                        INTERFACE_MTU));
            }
        }
        if (device.addresses().isEmpty()) {
            problems.add(
                    "%s has no IP address: ip address add ADDRESS/24 dev %s"
                            .formatted(device.name(), interfaceOf(device)));
        }
    }

    private void lookAtLockedMemory() {
        final String limit =
                lines(Path.of("/proc/self/limits"))
                        .filter(line -> line.startsWith("Max locked memory"))
                        .map(line -> line.substring("Max locked memory".length()).strip())
                        .map(line -> line.split(" ", 2)[0])
                        .findFirst()
                        .orElse("unlimited");
        if (limit.equals("unlimited")
                || mayLockMemory()
                || Long.parseLong(limit) >= LITTLE_MEMORY) {
            return;
        }
        problems.add(
                "only %d KiB of memory can be locked, and pools are: ulimit -l unlimited, or LimitMEMLOCK=infinity in a systemd unit"
                        .formatted(Long.parseLong(limit) >> 10));
    }

    private static boolean mayLockMemory() {
        return lines(Path.of("/proc/self/status"))
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
                .anyMatch(rights -> (rights >> LOCKS_MEMORY & 1) != 0);
    }

    private static String linkUp(final Device device) {
        return device.ports().stream().anyMatch(port -> port.linkLayer().equals("InfiniBand"))
                ? "opensm somewhere in its network"
                : "ip link set %s up".formatted(interfaceOf(device));
    }

    private static String interfaceOf(final Device device) {
        return interfaces(device.name()).stream().findFirst().orElse("INTERFACE");
    }

    private static String names(final List<Device> devices) {
        return String.join(", ", devices.stream().map(Device::name).toList());
    }

    // ---- what there is

    private List<Device> devices(final Verbs verbs) {
        final List<Device> devices = new ArrayList<>();
        if (!verbs.extensions().contains(Extension.DEVICE)) {
            for (final String name : children(DEVICES)) {
                devices.add(ofFiles(name));
            }
            return devices;
        }
        try {
            for (final io.verbena.rdma.verbs.Device device : verbs.devices()) {
                devices.add(ofVerbs(verbs, device));
            }
        } catch (final IOException e) {
            problems.add("the devices can't be listed: " + e.getMessage());
        }
        return devices;
    }

    private Device ofVerbs(final Verbs verbs, final io.verbena.rdma.verbs.Device device) {
        final DeviceLimits limits = device.limits();
        final List<String> interfaces = thorough ? interfaces(device.name()) : List.of();
        final List<InetAddress> addresses = addresses(interfaces);
        return new Device(
                device.name(),
                limits.firmware(),
                interfaces,
                addresses.stream().map(Survey::say).toList(),
                limits.maxQueuePairs(),
                limits.maxWorkRequests(),
                limits.maxCompletions(),
                limits.maxMemoryRegions(),
                limits.maxRegionBytes(),
                limits.maxReads(),
                inlineBytes(verbs, addresses),
                device.ports().stream()
                        .map(
                                port ->
                                        new Port(
                                                port.number(),
                                                state(port.state()),
                                                port.linkLayer(),
                                                port.activeMtu(),
                                                port.gids()))
                        .toList());
    }

    /** A device that the natives can't tell of. */
    private Device ofFiles(final String name) {
        final Path device = DEVICES.resolve(name);
        final List<String> interfaces = thorough ? interfaces(name) : List.of();
        final List<Port> ports = new ArrayList<>();
        for (final String number : children(device.resolve("ports"))) {
            final Path port = device.resolve("ports").resolve(number);
            ports.add(
                    new Port(
                            Integer.parseInt(number),
                            state(read(port.resolve("state"))),
                            read(port.resolve("link_layer")).strip(),
                            0,
                            List.of()));
        }
        return new Device(
                name,
                read(device.resolve("fw_ver")).strip(),
                interfaces,
                addresses(interfaces).stream().map(Survey::say).toList(),
                0,
                0,
                0,
                0,
                0,
                0,
                -1,
                ports);
    }

    /** PORT_ACTIVE, active, and "4: ACTIVE" are one and the same. */
    private static String state(final String text) {
        return text.strip().toUpperCase(Locale.ROOT).replaceFirst("^(PORT_|\\d+: )", "");
    }

    /** The network interfaces of a device: the kernel tells in three places, as the driver is. */
    private static List<String> interfaces(final String device) {
        final Path files = DEVICES.resolve(device);
        final Set<String> names = new LinkedHashSet<>();
        names.add(read(files.resolve("parent")).strip());
        for (final String port : children(files.resolve("ports"))) {
            final Path table = files.resolve("ports").resolve(port).resolve("gid_attrs/ndevs");
            for (int i = 0; i < GIDS; i++) {
                names.add(read(table.resolve(Integer.toString(i))).strip());
            }
        }
        names.addAll(children(files.resolve("device/net")));
        names.remove("");
        return List.copyOf(names);
    }

    private static List<InetAddress> addresses(final List<String> interfaces) {
        final List<InetAddress> addresses = new ArrayList<>();
        for (final String name : interfaces) {
            try {
                final NetworkInterface found = NetworkInterface.getByName(name);
                if (found != null) {
                    found.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress())
                            .forEach(addresses::add);
                }
            } catch (final IOException e) {
                // It is gone.
            }
        }
        // IPv4 first, as people would choose.
        addresses.sort(Comparator.comparingInt(address -> address.getAddress().length));
        return addresses;
    }

    private static String say(final InetAddress address) {
        final String text = address.getHostAddress();
        final int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** What a queue pair is granted: made for the purpose, and never connected. */
    private int inlineBytes(final Verbs verbs, final List<InetAddress> addresses) {
        return !thorough || addresses.isEmpty()
                ? -1
                : new Trial(verbs).inlineBytes(addresses.get(0));
    }

    /** A queue pair, and what it needs. */
    private static final class Trial {
        private static final int SMALL = 16;

        private final Verbs verbs;
        private long channel;
        private long id;
        private long domain;
        private long notifications;
        private long queue;
        private boolean made;

        Trial(final Verbs verbs) {
            this.verbs = verbs;
        }

        int inlineBytes(final InetAddress address) {
            try {
                channel = verbs.createEventChannel();
                id = verbs.createId(channel);
                verbs.bind(id, new InetSocketAddress(address, 0));
                final long context = verbs.context(id);
                if (context == 0) {
                    return -1;
                }
                domain = verbs.allocateProtectionDomain(context);
                notifications = verbs.createCompletionChannel(context);
                queue = verbs.createCompletionQueue(context, notifications, 2 * SMALL);
                final int asked = RdmaOptions.ofSystem().maxInline();
                final int granted =
                        verbs.createQueuePair(
                                        id, domain, queue, new QueuePairLimits(SMALL, SMALL, asked))
                                .maxInline();
                made = true;
                return granted;
            } catch (final IOException | IllegalArgumentException e) {
                return -1;
            } finally {
                end();
            }
        }

        private void end() {
            if (made) {
                verbs.destroyQueuePair(id);
            }
            if (id != 0) {
                verbs.destroyId(id);
            }
            if (queue != 0) {
                verbs.destroyCompletionQueue(queue);
            }
            if (notifications != 0) {
                verbs.destroyCompletionChannel(notifications);
            }
            if (domain != 0) {
                try {
                    verbs.deallocateProtectionDomain(domain);
                } catch (final IOException e) {
                    // The device is gone.
                }
            }
            if (channel != 0) {
                verbs.destroyEventChannel(channel);
            }
        }
    }

    // ---- files

    /** The names in a folder, sorted; none if there is no such folder. */
    private static List<String> children(final Path folder) {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        } catch (final IOException e) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }

    private static Stream<String> lines(final Path file) {
        return Arrays.stream(read(file).split("\n", -1));
    }

    /** Empty if it can't be read, as what the kernel has nothing to say in. */
    private static String read(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            return "";
        }
    }
}
