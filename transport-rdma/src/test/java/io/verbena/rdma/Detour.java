// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stands between the protocol and real verbs, and harms connections that are made with the scheme
 * of the detour, at both of their ends. What is stalled is kept from being posted; what is cut has
 * its queue pairs moved to the error state. Real faults are the job of other tests: this is for the
 * contract, which wants them at the right moment.
 */
final class Detour {
    private final Verbs verbs;
    private final Set<Integer> clientPorts = new HashSet<>();
    private final Map<Long, Long> channels = new HashMap<>();
    private final Set<Long> marked = new HashSet<>();
    private final Set<Long> unanswered = new HashSet<>();
    private final Map<Long, Long> queuePairs = new LinkedHashMap<>();
    private final Map<Long, ByteBuffer> buffers = new HashMap<>();
    private final Set<Long> waiters = new HashSet<>();
    private final List<CmEvent> heldEvents = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private boolean stalled;

    private record Held(long id, long queuePair, Action action) {}

    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    Detour(final Verbs verbs) {
        this.verbs = verbs;
    }

    /**
     * Verbs that go this way.
     *
     * @param all whether all connections that are asked for with them do; else only those that the
     *     other end asked for so.
     * @return the verbs.
     */
    Verbs verbs(final boolean all) {
        return (Verbs)
                Proxy.newProxyInstance(
                        Verbs.class.getClassLoader(),
                        new Class<?>[] {Verbs.class},
                        (proxy, method, arguments) -> call(all, method, arguments));
    }

    // ---- harm

    synchronized void stall() {
        stalled = true;
    }

    synchronized void release() {
        stalled = false;
        final List<Held> now = List.copyOf(held);
        held.clear();
        for (final Held one : now) {
            try {
                one.action.run();
            } catch (final IOException e) {
                throw new AssertionError(e);
            }
        }
        waiters.forEach(verbs::wake);
    }

    synchronized void cut() {
        queuePairs.values().forEach(this::breakOff);
        for (final long id : unanswered) {
            final boolean client = !queuePairs.isEmpty() && queuePairs.containsKey(id);
            heldEvents.add(
                    new CmEvent(
                            client ? CmEvent.Type.CONNECT_ERROR : CmEvent.Type.REJECTED,
                            0,
                            id,
                            0,
                            new byte[0],
                            0,
                            0));
        }
        unanswered.clear();
        waiters.forEach(verbs::wake);
    }

    private void breakOff(final long queuePair) {
        try {
            verbs.breakQueuePair(queuePair);
        } catch (final IOException e) {
            // It was broken before.
        }
    }

    // ---- the verbs

    private Object call(final boolean all, final Method method, final Object[] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "postAndPoll" -> holdBack((Long) arguments[0], (Integer) arguments[1]);
            case "cmEvent" -> {
                return event((Long) arguments[0]);
            }
            case "connect" -> {
                if (all && holdConnect((Long) arguments[0], method, arguments)) {
                    return null;
                }
            }
            case "hashCode" -> {
                return System.identityHashCode(this);
            }
            case "equals" -> {
                return arguments[0] instanceof Verbs other && Proxy.isProxyClass(other.getClass());
            }
            case "destroyQueuePair", "destroyId", "destroyWaiter" ->
                    forget(method.getName(), (Long) arguments[0]);
            default -> {
                // as it is
            }
        }
        final Object result;
        try {
            result = method.invoke(verbs, arguments);
        } catch (final InvocationTargetException e) {
            throw e.getCause();
        }
        note(all, method.getName(), arguments, result);
        return result;
    }

    private synchronized boolean holdConnect(
            final long id, final Method method, final Object[] arguments) {
        marked.add(id);
        unanswered.add(id);
        final InetSocketAddress local = verbs.localAddress(id);
        if (local != null) {
            clientPorts.add(local.getPort());
        }
        if (stalled) {
            held.add(
                    new Held(
                            id,
                            0,
                            () -> {
                                try {
                                    method.invoke(verbs, arguments);
                                } catch (final ReflectiveOperationException e) {
                                    throw new AssertionError(e);
                                }
                            }));
        }
        return stalled;
    }

    private synchronized void note(
            final boolean all, final String name, final Object[] arguments, final Object result) {
        switch (name) {
            case "createId" -> channels.put((Long) result, (Long) arguments[0]);
            case "migrateId" -> channels.put((Long) arguments[0], (Long) arguments[1]);
            case "createWaiter" -> waiters.add((Long) result);
            case "addressOf" -> buffers.put((Long) result, (ByteBuffer) arguments[0]);
            case "createQueuePair" -> {
                final long id = (Long) arguments[0];
                if (all || marked.contains(id)) {
                    queuePairs.put(id, ((QueuePair) result).handle());
                }
            }
            default -> {
                // of no interest
            }
        }
    }

    /** Forgets a handle before it goes, as whoever harms at that moment must not find it. */
    private synchronized void forget(final String name, final long handle) {
        switch (name) {
            case "destroyWaiter" -> waiters.remove(handle);
            case "destroyQueuePair" -> {
                final Long gone = queuePairs.remove(handle);
                held.removeIf(one -> gone != null && one.queuePair == gone);
            }
            default -> {
                marked.remove(handle);
                unanswered.remove(handle);
                channels.remove(handle);
                heldEvents.removeIf(event -> event.id() == handle);
                held.removeIf(one -> one.id == handle);
            }
        }
    }

    private synchronized void holdBack(final long posts, final int count) {
        if (!stalled && held.isEmpty()) {
            return;
        }
        final ByteBuffer memory = buffers.get(posts);
        for (int i = 0; i < count; i++) {
            final int at = i * Layout.POST_BYTES;
            final long queuePair = memory.getLong(at + Layout.POST_QUEUE_PAIR);
            final long sends = memory.getLong(at + Layout.POST_SEND);
            if (sends != 0 && queuePairs.containsValue(queuePair)) {
                memory.putLong(at + Layout.POST_SEND, 0);
                held.add(new Held(0, queuePair, () -> verbs.postSend(queuePair, sends)));
            }
        }
    }

    private synchronized CmEvent event(final long channel) throws IOException {
        for (final Iterator<CmEvent> all = heldEvents.iterator(); all.hasNext(); ) {
            final CmEvent event = all.next();
            final long listening = event.listenId() == 0 ? event.id() : event.listenId();
            if (!stalled && channels.getOrDefault(listening, 0L) == channel) {
                all.remove();
                return event;
            }
        }
        final CmEvent event = verbs.cmEvent(channel);
        if (event == null) {
            return null;
        }
        if (event.type() == CmEvent.Type.CONNECT_REQUEST) {
            channels.put(event.id(), channel);
            final InetSocketAddress from = verbs.remoteAddress(event.id());
            if (from != null && clientPorts.contains(from.getPort())) {
                marked.add(event.id());
                unanswered.add(event.id());
            }
        } else if (event.type() == CmEvent.Type.ESTABLISHED) {
            unanswered.remove(event.id());
        }
        if (stalled && marked.contains(event.id())) {
            heldEvents.add(event);
            return null;
        }
        return event;
    }
}
