// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Device;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A fabric within this process: one device, {@code fake0}, unless told otherwise, and everybody at
 * every address. Both ends of a connection use the {@link Verbs} of one fabric. Thread-safe.
 */
public final class FakeFabric {
    private static final int USUAL_READS = 16;
    final FakeLock lock = new FakeLock();
    final Handles handles = new Handles(this);
    final FakeMemory memory = new FakeMemory(this);
    final FakeKeys keys = new FakeKeys();
    final FakeEngine engine = new FakeEngine(this);
    final FakeConnectionManager connections = new FakeConnectionManager(this);
    final Script script = new Script(this);
    final Dice dice = new Dice();
    final List<FakeWaiter> waiters = new ArrayList<>();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong overruns = new AtomicLong();
    volatile Delivery delivery = Delivery.IMMEDIATE;
    volatile boolean disconnectBreaksPeer;
    volatile int maxInline = 220;
    private final List<FakeDevice> devices = new ArrayList<>();
    private final Map<InetAddress, Route> routes = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private Consumer<FakeLink> onEstablished = link -> {};
    private int queuePairNumbers = 0x10;

    private record Route(String device, int port) {}

    /** A fabric with one device and one port. */
    public FakeFabric() {
        devices.add(new FakeDevice(this, device("fake0")));
    }

    /**
     * A device with usual limits.
     *
     * @param name its name.
     * @return what {@link #devices(Device...)} takes.
     */
    public static Device device(final String name) {
        return device(name, 1, USUAL_READS);
    }

    /**
     * A device with usual limits, but for these.
     *
     * @param name its name.
     * @param ports how many it has.
     * @param maxReads that a queue pair may have under way.
     * @return what {@link #devices(Device...)} takes.
     */
    public static Device device(final String name, final int ports, final int maxReads) {
        return new Device(
                name,
                new DeviceLimits(1 << 16, 1 << 14, 1 << 20, 1 << 16, 1L << 40, maxReads, "1.2.3"),
                IntStream.rangeClosed(1, ports).mapToObj(FakeFabric::port).toList());
    }

    private static Device.Port port(final int number) {
        return new Device.Port(
                number, "PORT_ACTIVE", "Ethernet", 4096, List.of("fe80::" + number, "::" + number));
    }

    // ---- what it is

    /**
     * Its verbs, with all extensions.
     *
     * @return a new view of the same fabric.
     */
    public Verbs verbs() {
        return verbs(EnumSet.allOf(Extension.class));
    }

    /**
     * Its verbs, through a library that can do less.
     *
     * @param extensions what it can do; none: a stock libdisni.
     * @return a new view of the same fabric.
     */
    public Verbs verbs(final Set<Extension> extensions) {
        return new FakeVerbs(this, extensions);
    }

    /**
     * What shall go wrong.
     *
     * @return the script.
     */
    public Script script() {
        return script;
    }

    /**
     * When work requests are executed; {@link Delivery#IMMEDIATE} if not told.
     *
     * @param when from now on.
     * @return this.
     */
    public FakeFabric delivery(final Delivery when) {
        delivery = when;
        return this;
    }

    /**
     * Completions, and with {@link Delivery#ON_POLL} executions, are late by a random number of
     * steps: polls and rounds of waiting. What belongs to one queue pair keeps its order.
     *
     * @param seed of the random numbers.
     * @param mostSteps at most so many; 0 for none.
     * @return this.
     */
    public FakeFabric delays(final long seed, final int mostSteps) {
        locked(() -> dice.roll(seed, mostSteps));
        return this;
    }

    /**
     * The inline bytes that are granted at most; 220 if not told.
     *
     * @param bytes from now on.
     * @return this.
     */
    public FakeFabric maxInline(final int bytes) {
        maxInline = bytes;
        return this;
    }

    /**
     * Whether an end's disconnect puts the other end's queue pair into the error state, as iWARP's
     * does; with rdma_cm over InfiniBand and RoCE, and here if not told, the other end has to
     * disconnect for that.
     *
     * @param does whether it does.
     * @return this.
     */
    public FakeFabric disconnectBreaksPeer(final boolean does) {
        disconnectBreaksPeer = does;
        return this;
    }

    /**
     * Other devices than the one.
     *
     * @param all the devices; the first is the one of all addresses that aren't {@linkplain #route
     *     routed}.
     * @return this.
     */
    public FakeFabric devices(final Device... all) {
        locked(
                () -> {
                    devices.forEach(FakeObject::forget);
                    devices.clear();
                    for (final Device device : all) {
                        devices.add(new FakeDevice(this, device));
                    }
                });
        return this;
    }

    /**
     * Which device an address is of, or leads over; its first port.
     *
     * @param address the address.
     * @param device the device's name.
     * @return this.
     */
    public FakeFabric route(final InetAddress address, final String device) {
        return route(address, device, 1);
    }

    /**
     * Which port of which device an address is of, or leads over.
     *
     * @param address the address.
     * @param device the device's name.
     * @param port its port's number.
     * @return this.
     */
    public FakeFabric route(final InetAddress address, final String device, final int port) {
        locked(() -> routes.put(address, new Route(device, port)));
        return this;
    }

    /**
     * An address can't be reached: resolving fails, and so does connecting.
     *
     * @param address the address.
     * @return this.
     */
    public FakeFabric unreachable(final InetAddress address) {
        locked(() -> connections.unreachable.add(address));
        return this;
    }

    // ---- what happens

    /**
     * Takes a device away: its queue pairs fail, and its users are told.
     *
     * @param name the device's.
     */
    public void removeDevice(final String name) {
        locked(
                () -> {
                    final FakeDevice device = deviceNamed(name);
                    device.removed = true;
                    connections.remove(device);
                    device.event(AsyncEvent.DEVICE_FATAL, "local catastrophic error", 0);
                });
    }

    /**
     * Brings a device back: as a new one, with another context.
     *
     * @param name the device's.
     */
    public void restoreDevice(final String name) {
        locked(
                () -> {
                    final FakeDevice old = deviceNamed(name);
                    devices.set(devices.indexOf(old), new FakeDevice(this, old.device));
                });
    }

    /**
     * Is a device there?
     *
     * @param name the device's.
     * @return false if it was removed and isn't back.
     */
    public boolean isPresent(final String name) {
        return lockedGet(() -> !deviceNamed(name).removed);
    }

    /** All completion queues break, as if they had overrun. */
    public void breakCompletionQueues() {
        locked(() -> handles.all(FakeCompletionQueue.class).forEach(FakeCompletionQueue::breakOff));
    }

    /**
     * Gives a device an asynchronous event.
     *
     * @param name the device's.
     * @param event the event.
     */
    public void asyncEvent(final String name, final AsyncEvent event) {
        locked(() -> deviceNamed(name).event(event.type(), event.name(), event.element()));
    }

    /**
     * The connections, from the request on, oldest first.
     *
     * @return a copy.
     */
    public List<FakeLink> links() {
        return lockedGet(() -> List.copyOf(connections.links));
    }

    /**
     * Does something with each connection to come when it is established, before anything is sent
     * over it by the client.
     *
     * @param what what to do, under the fabric's lock: no waiting.
     * @return this.
     */
    public FakeFabric onEstablished(final Consumer<FakeLink> what) {
        locked(() -> onEstablished = what);
        return this;
    }

    /**
     * With {@link Delivery#ON_POLL}: executes a step of what is posted.
     *
     * @return whether there is more that could be.
     */
    public boolean step() {
        return lockedGet(() -> engine.step(null));
    }

    // ---- what was seen

    /**
     * SENDs that met a peer without a receive.
     *
     * @return how many.
     */
    public long receiverNotReady() {
        return refused.get();
    }

    /**
     * Completion queues that broke as they were full.
     *
     * @return how many.
     */
    public long completionQueueOverruns() {
        return overruns.get();
    }

    /**
     * Mistakes in the use of handles and addresses since this was asked last, each of which was an
     * {@link IllegalStateException} as well.
     *
     * @return one line for each; empty is as it should be.
     */
    public List<String> takeViolations() {
        return lockedGet(
                () -> {
                    final List<String> taken = List.copyOf(violations);
                    violations.clear();
                    return taken;
                });
    }

    /**
     * What was created and not destroyed.
     *
     * @return each one's kind and handle.
     */
    public List<String> live() {
        return lockedGet(() -> left().stream().map(FakeObject::toString).toList());
    }

    /** Fails if something was created and not destroyed, or used wrongly. */
    public void assertNothingLeft() {
        final StringWriter report = new StringWriter();
        final PrintWriter printer = new PrintWriter(report);
        locked(
                () -> {
                    for (final FakeObject object : left()) {
                        printer.print(object + ": ");
                        object.made.printStackTrace(printer);
                    }
                    violations.forEach(printer::println);
                });
        if (!report.toString().isEmpty()) {
            throw new AssertionError("left on the fabric: " + live() + "\n" + report);
        }
    }

    private List<FakeObject> left() {
        return handles.all(FakeObject.class).stream().filter(one -> !one.permanent()).toList();
    }

    // ---- for the fabric

    void locked(final Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    <T> T lockedGet(final Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    IllegalStateException violation(final String what) {
        final IllegalStateException failure = new IllegalStateException(what);
        locked(() -> violations.add(what + " at " + List.of(failure.getStackTrace())));
        return failure;
    }

    void signalWaiters() {
        waiters.forEach(FakeWaiter::signal);
    }

    void established(final FakeLink link) {
        onEstablished.accept(link);
    }

    int nextQueuePairNumber() {
        queuePairNumbers = (queuePairNumbers + 1) & 0xff_ffff;
        return queuePairNumbers;
    }

    List<FakeDevice> presentDevices() {
        return devices.stream().filter(device -> !device.removed).toList();
    }

    FakeDevice deviceOf(final InetAddress address) {
        final Route route = routes.get(address);
        return presentDevices().stream()
                .filter(device -> route == null || device.device.name().equals(route.device))
                .findFirst()
                .orElse(null);
    }

    int portOf(final InetAddress address) {
        final Route route = routes.get(address);
        return route == null ? 1 : route.port;
    }

    private FakeDevice deviceNamed(final String name) {
        return devices.stream()
                .filter(device -> device.device.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no device " + name));
    }
}
