// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The SSLContext of a key source and a trust source, made anew when their files have changed. With
 * the old one goes its cache of sessions, so that who isn't trusted any more can't resume one.
 *
 * <p>Thread-safe. Reads files: not for the thread of an event queue.
 */
public final class Material {
    /** The files are looked at no more often than this. */
    static final long CHECK_NS = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable KeySource key;
    private final @Nullable TrustSource trust;
    private final Listener listener;
    private final LongSupplier nanoClock;
    private final List<Path> files;

    private @Nullable SSLContext context;
    private FileStamps stamps = new FileStamps(List.of());
    private long checkedNs;

    /** Who is told that the files were read anew. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The files had changed.
         *
         * @param files all that belong together.
         * @param failure why they can't be used and the old ones still are; null if they are used.
         */
        void onReload(List<Path> files, @Nullable MaterialException failure);
    }

    /**
     * Reads nothing yet.
     *
     * @param key this side's own certificates; null: none.
     * @param trust the certificates to trust; null: what the JVM does.
     * @param listener who is told when files were read anew, on whatever thread asks for a context.
     * @param nanoClock as {@link System#nanoTime()}.
     */
    public Material(
            final @Nullable KeySource key,
            final @Nullable TrustSource trust,
            final Listener listener,
            final LongSupplier nanoClock) {
        this.key = key;
        this.trust = trust;
        this.listener = listener;
        this.nanoClock = nanoClock;
        final List<Path> all = new ArrayList<>();
        if (key != null) {
            all.addAll(key.files());
        }
        if (trust != null) {
            all.addAll(trust.files());
        }
        this.files = List.copyOf(all);
    }

    /**
     * The context of what the files hold now, or did within the last second.
     *
     * @return the context.
     * @throws MaterialException if there never was a usable one.
     */
    public synchronized SSLContext context() throws MaterialException {
        final SSLContext current = context;
        if (current == null) {
            // Before they are read: a change meanwhile is one to be seen the next time.
            stamps = FileStamps.of(files);
            checkedNs = nanoClock.getAsLong();
            final SSLContext first = load();
            context = first;
            return first;
        }
        final long nowNs = nanoClock.getAsLong();
        if (files.isEmpty() || nowNs - checkedNs < CHECK_NS) {
            return current;
        }
        checkedNs = nowNs;
        final FileStamps found = FileStamps.of(files);
        return found.equals(stamps) ? current : reload(current, found);
    }

    private SSLContext reload(final SSLContext current, final FileStamps found) {
        stamps = found;
        try {
            final SSLContext next = load();
            context = next;
            listener.onReload(files, null);
            return next;
        } catch (final MaterialException e) {
            // Said once for each state of the files, and looked at again when they change.
            listener.onReload(files, e);
            return current;
        }
    }

    private SSLContext load() throws MaterialException {
        final TrustManager[] trusted =
                trust == null
                        ? KeyStores.trustManagers(null, "this JVM's trust store")
                        : trust.load();
        try {
            final SSLContext made = SSLContext.getInstance("TLS");
            made.init(key == null ? null : key.load(), trusted, null);
            return made;
        } catch (final GeneralSecurityException e) {
            throw new MaterialException("this JVM can't do TLS: " + e, e);
        }
    }
}
