// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The verbs that Verbena needs, and the calls of the RDMA connection manager.
 *
 * <p>Objects are handles: longs that mean something to the provider only; 0 is none. Memory is
 * addresses. What is called for each message takes and returns numbers and allocates nothing; what
 * is called for each connection is plain Java. Whoever creates a thing destroys it, in the order
 * that the verbs ask for: queue pair, id, completion queue, completion channel, memory regions,
 * protection domain.
 *
 * <p>A failed call throws an {@link IOException} whose message has the verb's name and the error's
 * text; a handle that doesn't exist any more is an {@link IllegalStateException} and never a crash.
 *
 * <p>Each object belongs to one thread at a time. {@link #wake} is thread-safe.
 */
public interface Verbs {
    // ---- what there is

    /**
     * What the library can do beyond DiSNI's own natives.
     *
     * @return never changes.
     */
    Set<Extension> extensions();

    /**
     * What the provider is, for people.
     *
     * @return for example {@code libdisni 2 (libibverbs 1.14.44, librdmacm 1.3.44)}.
     */
    String description();

    /**
     * The address of direct memory's index 0.
     *
     * @param direct a direct buffer, which must be kept reachable as long as the address is used.
     * @return its address.
     */
    long addressOf(ByteBuffer direct);

    // ---- the connection manager: rdma_cm(7)

    /**
     * Makes a channel for events of connections: rdma_create_event_channel(3), non-blocking.
     *
     * @return the channel.
     * @throws IOException if there is no device driver, no permission or no descriptor left.
     */
    long createEventChannel() throws IOException;

    /**
     * Ends a channel; its ids have been destroyed or {@linkplain #migrateId migrated} before.
     *
     * @param channel the channel.
     */
    void destroyEventChannel(long channel);

    /**
     * The next event of a channel, which is acknowledged: rdma_get_cm_event(3). Never waits.
     *
     * @param channel the channel.
     * @return the event; null: none.
     * @throws IOException if the channel is broken.
     */
    @Nullable CmEvent cmEvent(long channel) throws IOException;

    /**
     * Makes an id, a connection's or listener's end: rdma_create_id(3) with RDMA_PS_TCP.
     *
     * @param channel where its events go.
     * @return the id.
     * @throws IOException if that fails.
     */
    long createId(long channel) throws IOException;

    /**
     * Ends an id: rdma_destroy_id(3). Its queue pair has been destroyed before.
     *
     * @param id the id.
     */
    void destroyId(long id);

    /**
     * Sends the events of an id to another channel from now on: rdma_migrate_id(3). Needs {@link
     * Extension#CONNECTION}.
     *
     * @param id the id.
     * @param channel the other channel.
     * @throws IOException if that fails.
     */
    void migrateId(long id, long channel) throws IOException;

    /**
     * Gives an id its own address: rdma_bind_addr(3).
     *
     * @param id the id.
     * @param address an address and a port, 0 for any. IPv6 needs {@link Extension#IPV6}.
     * @throws IOException if the address is taken or isn't of an RDMA device.
     */
    void bind(long id, InetSocketAddress address) throws IOException;

    /**
     * Listens: rdma_listen(3).
     *
     * @param id a bound id.
     * @param backlog connection requests that may wait.
     * @throws IOException if that fails.
     */
    void listen(long id, int backlog) throws IOException;

    /**
     * Starts to look for the device that leads to an address: rdma_resolve_addr(3). An event tells
     * the outcome.
     *
     * @param id the id.
     * @param target where to. IPv6 needs {@link Extension#IPV6}.
     * @param timeoutMs milliseconds.
     * @throws IOException if that fails at once.
     */
    void resolveAddress(long id, InetSocketAddress target, int timeoutMs) throws IOException;

    /**
     * Starts to look for the route: rdma_resolve_route(3). An event tells the outcome.
     *
     * @param id an id whose address is resolved.
     * @param timeoutMs milliseconds.
     * @throws IOException if that fails at once.
     */
    void resolveRoute(long id, int timeoutMs) throws IOException;

    /**
     * Starts to connect: rdma_connect(3). An event tells the outcome.
     *
     * @param id an id with a route and a queue pair.
     * @param parameters of the connection; {@link ConnectionParameters#privateData()} at most 56
     *     bytes.
     * @throws IOException if that fails at once.
     */
    void connect(long id, ConnectionParameters parameters) throws IOException;

    /**
     * Accepts a connection request: rdma_accept(3). An event tells when it is established.
     *
     * @param id the request's id, with a queue pair.
     * @param parameters of the connection; {@link ConnectionParameters#privateData()} at most 196
     *     bytes, and none without {@link Extension#CONNECTION}.
     * @throws IOException if that fails at once.
     */
    void accept(long id, ConnectionParameters parameters) throws IOException;

    /**
     * Refuses a connection request: rdma_reject(3). Without {@link Extension#CONNECTION} the id is
     * best destroyed, which tells the peer as well.
     *
     * @param id the request's id.
     * @param privateData at most 148 bytes.
     * @throws IOException if that fails.
     */
    void reject(long id, byte[] privateData) throws IOException;

    /**
     * Ends a connection: rdma_disconnect(3). Its queue pair goes to the error state, and all work
     * requests complete. An event tells the peer at once, and this end once the peer has
     * disconnected too, or destroyed its id; without that, after seconds or minutes.
     *
     * @param id the id.
     * @throws IOException if it isn't connected.
     */
    void disconnect(long id) throws IOException;

    /**
     * An id's own address.
     *
     * @param id the id.
     * @return the address; null if it has none.
     */
    @Nullable InetSocketAddress localAddress(long id);

    /**
     * The address at the other end.
     *
     * @param id the id.
     * @return the address; null if it has none.
     */
    @Nullable InetSocketAddress remoteAddress(long id);

    /**
     * The open device of an id.
     *
     * @param id the id.
     * @return the same number for each id of a device; 0: none yet.
     */
    long context(long id);

    /**
     * The port of its device that an id uses: {@code port_num} of rdma_cm_id. Needs {@link
     * Extension#PORT}.
     *
     * @param id the id.
     * @return 1 to 255; 0: none yet, or not known.
     */
    int port(long id);

    // ---- devices

    /**
     * The devices of this machine, looked up anew: ibv_get_device_list(3).
     *
     * @return may be empty.
     * @throws IOException if they can't be looked up.
     */
    List<Device> devices() throws IOException;

    /**
     * What a device can do: ibv_query_device(3). Without {@link Extension#DEVICE} it's a careful
     * guess.
     *
     * @param context the open device.
     * @return its limits.
     * @throws IOException if that fails.
     */
    DeviceLimits limits(long context) throws IOException;

    /**
     * The next asynchronous event of a device, which is acknowledged: ibv_get_async_event(3). Never
     * waits. Events of a device concern all who use it: see {@link AsyncEvent}.
     *
     * @param context the open device.
     * @return the event; null: none, or no {@link Extension#ASYNC_EVENTS}.
     * @throws IOException if that fails.
     */
    @Nullable AsyncEvent asyncEvent(long context) throws IOException;

    /**
     * Makes a protection domain: ibv_alloc_pd(3).
     *
     * @param context the open device.
     * @return the domain.
     * @throws IOException if that fails.
     */
    long allocateProtectionDomain(long context) throws IOException;

    /**
     * Ends a protection domain: ibv_dealloc_pd(3).
     *
     * @param domain the domain.
     * @throws IOException if something is left in it.
     */
    void deallocateProtectionDomain(long domain) throws IOException;

    /**
     * Registers memory: ibv_reg_mr(3).
     *
     * @param domain the protection domain.
     * @param address where it starts.
     * @param length bytes.
     * @param access the sum of {@link Access}'s rights, as few as can be.
     * @return the region.
     * @throws IOException if that fails, with the number of bytes and the limit on locked memory
     *     where that is why.
     */
    MemoryRegion register(long domain, long address, long length, int access) throws IOException;

    /**
     * Ends a region: ibv_dereg_mr(3).
     *
     * @param region the region.
     * @throws IOException if that fails.
     */
    void deregister(MemoryRegion region) throws IOException;

    // ---- completion queues

    /**
     * Makes a channel for notifications of completion queues: ibv_create_comp_channel(3),
     * non-blocking.
     *
     * @param context the open device.
     * @return the channel.
     * @throws IOException if that fails.
     */
    long createCompletionChannel(long context) throws IOException;

    /**
     * Ends a channel, after its queues.
     *
     * @param channel the channel.
     */
    void destroyCompletionChannel(long channel);

    /**
     * Makes a completion queue: ibv_create_cq(3).
     *
     * @param context the open device.
     * @param channel where notifications go.
     * @param entries completions that it holds at least.
     * @return the queue.
     * @throws IOException if that fails.
     */
    long createCompletionQueue(long context, long channel, int entries) throws IOException;

    /**
     * Ends a completion queue, after the queue pairs that use it. Its notifications have been
     * {@linkplain #takeNotifications taken}, as far as there are any.
     *
     * @param queue the queue.
     */
    void destroyCompletionQueue(long queue);

    /**
     * Asks for a notification of the next completion: ibv_req_notify_cq(3). Completions that are
     * there already give none: poll once more afterwards.
     *
     * @param queue the queue.
     * @throws IOException if that fails.
     */
    void requestNotification(long queue) throws IOException;

    /**
     * Takes and acknowledges the notifications that are there: ibv_get_cq_event(3). Never waits.
     *
     * @param channel the channel.
     * @param queue the one queue of the channel.
     * @return how many there were.
     */
    int takeNotifications(long channel, long queue);

    // ---- queue pairs

    /**
     * Makes a reliable connected queue pair for an id: rdma_create_qp(3).
     *
     * @param id an id with a device.
     * @param domain the protection domain.
     * @param completionQueue for both directions.
     * @param limits what is asked for.
     * @return the queue pair, and the inline bytes that were granted.
     * @throws IOException if that fails.
     */
    QueuePair createQueuePair(long id, long domain, long completionQueue, QueuePairLimits limits)
            throws IOException;

    /**
     * Ends an id's queue pair: rdma_destroy_qp(3). Completions that weren't polled are lost.
     *
     * @param id the id.
     */
    void destroyQueuePair(long id);

    /**
     * Sets how long a peer waits when no receive is posted: ibv_modify_qp(3) with
     * IBV_QP_MIN_RNR_TIMER. The connection manager leaves it at 0, which means 655 ms. Needs {@link
     * Extension#TIMERS}; does nothing without.
     *
     * @param queuePair an established queue pair.
     * @param code 1 (10 µs) to 31, IBTA section 9.7.5.2.8.
     * @throws IOException if that fails.
     */
    void setMinRnrTimer(long queuePair, int code) throws IOException;

    /**
     * Sets how long an unacknowledged packet is waited for: rdma_set_option(3) with
     * RDMA_OPTION_ID_ACK_TIMEOUT, before connect or accept. Needs {@link Extension#TIMERS}; does
     * nothing without.
     *
     * @param id the id.
     * @param code 4.096 µs times 2 to this power.
     * @throws IOException if that fails.
     */
    void setAckTimeout(long id, int code) throws IOException;

    /**
     * Moves a queue pair to the error state, as a broken link does: all its work requests complete.
     * Needs {@link Extension#CONNECTION}.
     *
     * @param queuePair the queue pair.
     * @throws IOException if that fails.
     */
    void breakQueuePair(long queuePair) throws IOException;

    // ---- the data path

    /**
     * Posts a chain of work requests: ibv_post_send(3).
     *
     * @param queuePair the queue pair.
     * @param workRequest the address of the first.
     * @return 0, or the error's number: then none, or not all, were posted, and the queue pair is
     *     to be ended.
     */
    int postSend(long queuePair, long workRequest);

    /**
     * Posts a chain of receives: ibv_post_recv(3).
     *
     * @param queuePair the queue pair.
     * @param workRequest the address of the first.
     * @return 0, or the error's number.
     */
    int postReceive(long queuePair, long workRequest);

    /**
     * Reads completions: ibv_poll_cq(3).
     *
     * @param queue the completion queue.
     * @param count at most so many.
     * @param completions where to: room for {@code count} of {@link Layout#WC_BYTES}.
     * @return how many there were; negative: the queue is broken.
     */
    int poll(long queue, int count, long completions);

    /**
     * Posts what there is to post on several queue pairs and reads completions, in one crossing of
     * JNI. Needs {@link Extension#PROGRESS}.
     *
     * @param posts the address of {@code postCount} entries of {@link Layout#POST_BYTES}: queue
     *     pair, first receive or 0, first send or 0, and an error's number that is written back.
     * @param postCount entries; may be 0.
     * @param queue the completion queue; 0: none is read.
     * @param count as in {@link #poll}.
     * @param completions as in {@link #poll}.
     * @return as {@link #poll}.
     */
    int postAndPoll(long posts, int postCount, long queue, int count, long completions);

    // ---- waiting

    /**
     * Makes something that a thread can wait in until a channel has something, or {@link #wake} was
     * called.
     *
     * @return the waiter.
     * @throws IOException if there is no descriptor left.
     */
    long createWaiter() throws IOException;

    /**
     * Ends a waiter.
     *
     * @param waiter the waiter.
     */
    void destroyWaiter(long waiter);

    /**
     * Waits for the events of a channel too.
     *
     * @param waiter the waiter.
     * @param kind what the handle is.
     * @param handle an event channel, a completion channel, or a context for its asynchronous
     *     events.
     * @throws IOException if that fails.
     */
    void watch(long waiter, Watched kind, long handle) throws IOException;

    /**
     * Waits for it no more; to be called before it is destroyed.
     *
     * @param waiter the waiter.
     * @param kind what the handle is.
     * @param handle what was watched.
     */
    void unwatch(long waiter, Watched kind, long handle);

    /**
     * Waits.
     *
     * @param waiter the waiter.
     * @param timeoutMs milliseconds; -1: for ever.
     * @return whether something that is watched has something, or it was woken.
     */
    boolean await(long waiter, int timeoutMs);

    /**
     * Ends the current {@link #await}, or else the next one. Thread-safe.
     *
     * @param waiter the waiter.
     */
    void wake(long waiter);

    /** What can be {@linkplain #watch watched}. */
    enum Watched {
        /** An event channel of the connection manager. */
        EVENT_CHANNEL,

        /** A completion channel. */
        COMPLETION_CHANNEL,

        /** A device's asynchronous events. */
        CONTEXT
    }
}
