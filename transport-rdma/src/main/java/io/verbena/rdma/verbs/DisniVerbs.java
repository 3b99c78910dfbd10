// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verbs by DiSNI's natives: what is the same with every {@code libdisni.so}. The rest depends
 * on whether the library is Verbena's own, {@link DisniExtendedVerbs}, or another, {@link
 * DisniStockVerbs}.
 *
 * <p>Loaded by {@link NativesLoader}, as its neighbours are, so nothing else may name these classes
 * but for their constants.
 */
abstract class DisniVerbs implements Verbs {
    /** What installs the system's libraries. */
    static final String PACKAGES =
            "apt install libibverbs1 librdmacm1 ibverbs-providers (Debian, Ubuntu), or dnf install"
                    + " libibverbs librdmacm (Fedora, RHEL)";

    /** What {@link CmEvent}s are, by number. */
    static final CmEvent.Type[] EVENT_TYPES = CmEvent.Type.values();

    private static final Logger LOG = LoggerFactory.getLogger(DisniVerbs.class);

    /** RDMA_PS_TCP: reliable connections. */
    private static final short PORT_SPACE_TCP = 0x0106;

    /** DiSNI's natives. */
    final NativeDispatcher disni;

    DisniVerbs(final NativeDispatcher disni) {
        this.disni = disni;
    }

    /**
     * Asks the library, which is loaded, what it is.
     *
     * @throws VerbsUnavailableException if it is of another version, or the system's libraries
     *     aren't there.
     */
    static Verbs open() throws VerbsUnavailableException {
        final NativeDispatcher disni = dispatcher();
        if (!isOwn()) {
            LOG.info("libdisni without Verbena's extensions is used");
            return new DisniStockVerbs(disni);
        }
        final String problem = Extensions.libraryProblem();
        if (problem != null) {
            throw new VerbsUnavailableException(
                    "the RDMA libraries aren't usable: " + problem + "; " + PACKAGES, null);
        }
        return new DisniExtendedVerbs(disni);
    }

    private static NativeDispatcher dispatcher() throws VerbsUnavailableException {
        try {
            final Constructor<NativeDispatcher> constructor =
                    NativeDispatcher.class.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (final ReflectiveOperationException e) {
            final Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new VerbsUnavailableException(
                    "libdisni isn't of DiSNI 2.1: " + cause.getMessage(), cause);
        }
    }

    private static boolean isOwn() throws VerbsUnavailableException {
        final int version;
        try {
            version = Extensions.version();
        } catch (final UnsatisfiedLinkError e) {
            // A stock library.
            return false;
        }
        if (version != Extensions.VERSION) {
            throw new VerbsUnavailableException(
                    "libdisni.so has version "
                            + version
                            + " of Verbena's natives, and "
                            + Extensions.VERSION
                            + " is needed: the artifacts verbena-native and verbena-rdma must be of"
                            + " one version",
                    null);
        }
        return true;
    }

    // ---- errors

    /** What a native's result that isn't 0 means. */
    abstract String errorText(int result);

    /**
     * What is destroyed is gone, whatever the device says.
     *
     * @throws IllegalStateException if it isn't, as it is in use, and the library tells that.
     */
    void destroyed(final String what, final int result) {
        if (result != 0) {
            LOG.warn("{}: {}", what, errorText(result));
        }
    }

    private void done(final String what, final int result) throws IOException {
        if (result != 0) {
            throw new IOException(what + ": " + errorText(result));
        }
    }

    /** An address's bytes, 4 or 16. */
    static byte[] bytesOf(final InetSocketAddress address) throws UnknownHostException {
        final InetAddress host = address.getAddress();
        if (host == null) {
            throw new UnknownHostException(address.getHostString());
        }
        return host.getAddress();
    }

    // ---- the connection manager

    @Override
    public final long createEventChannel() throws IOException {
        return disni._createEventChannel();
    }

    @Override
    public final void destroyEventChannel(final long channel) {
        destroyed("rdma_destroy_event_channel", disni._destroyEventChannel(channel));
    }

    @Override
    public final long createId(final long channel) throws IOException {
        return disni._createId(channel, PORT_SPACE_TCP);
    }

    @Override
    public final void destroyId(final long id) {
        destroyed("rdma_destroy_id", disni._destroyCmId(id));
    }

    @Override
    public final void listen(final long id, final int backlog) throws IOException {
        disni._listen(id, backlog);
    }

    @Override
    public final void resolveRoute(final long id, final int timeoutMs) throws IOException {
        disni._resolveRoute(id, timeoutMs);
    }

    @Override
    public final void disconnect(final long id) throws IOException {
        done("rdma_disconnect", disni._disconnect(id));
    }

    @Override
    public final long context(final long id) {
        try {
            return Math.max(0, disni._getContext(id));
        } catch (final IOException e) {
            LOG.debug("no context", e);
            return 0;
        }
    }

    // ---- what is made of a device

    @Override
    public final long allocateProtectionDomain(final long context) throws IOException {
        return disni._allocPd(context);
    }

    @Override
    public final void deallocateProtectionDomain(final long domain) throws IOException {
        done("ibv_dealloc_pd", disni._deallocPd(domain));
    }

    @Override
    public final void deregister(final MemoryRegion region) throws IOException {
        disni._deregMr(region.handle());
    }

    @Override
    public final long createCompletionChannel(final long context) throws IOException {
        return disni._createCompChannel(context);
    }

    @Override
    public final void destroyCompletionChannel(final long channel) {
        destroyed("ibv_destroy_comp_channel", disni._destroyCompChannel(channel));
    }

    @Override
    public final long createCompletionQueue(
            final long context, final long channel, final int entries) throws IOException {
        return disni._createCQ(context, channel, entries, 0);
    }

    @Override
    public final void destroyCompletionQueue(final long queue) {
        destroyed("ibv_destroy_cq", disni._destroyCQ(queue));
    }

    @Override
    public final void requestNotification(final long queue) throws IOException {
        disni._reqNotifyCQ(queue, 0);
    }

    @Override
    public final void destroyQueuePair(final long id) {
        destroyed("rdma_destroy_qp", disni._destroyQP(id));
    }
}
