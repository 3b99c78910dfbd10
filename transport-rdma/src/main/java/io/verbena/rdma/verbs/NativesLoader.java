// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes that have natives, and those that call them, itself, and all others by its
 * parent: a library belongs to the class loader whose class has loaded it, and only that loader is
 * asked where the library is.
 */
final class NativesLoader extends ClassLoader {
    /** The class that loads the library. */
    static final String DISPATCHER = "com.ibm.disni.verbs.impl.NativeDispatcher";

    /** Another that does. */
    static final String AFFINITY = "com.ibm.disni.util.NativeAffinity";

    /** The class that calls its natives. */
    static final String VERBS = "io.verbena.rdma.verbs.DisniVerbs";

    /** Its static method that makes {@link Verbs}. */
    static final String OPEN = "open";

    /** It, and what it is made of: classes of one package are of one loader, or strangers. */
    private static final String PARTS_OF_VERBS = "io.verbena.rdma.verbs.Disni";

    private static final String DISNI = "com.ibm.disni.";
    private static final String EXTENSIONS = "io.verbena.rdma.verbs.Extensions";

    static {
        registerAsParallelCapable();
    }

    private final Path library;

    NativesLoader(final Path library) {
        super(NativesLoader.class.getClassLoader());
        this.library = library;
    }

    /** Is it a class to be loaded here? */
    private static boolean isOwn(final String name) {
        return name.startsWith(DISNI) || name.equals(EXTENSIONS) || name.startsWith(PARTS_OF_VERBS);
    }

    @Override
    protected Class<?> loadClass(final String name, final boolean resolve)
            throws ClassNotFoundException {
        if (!isOwn(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            final Class<?> loaded = findLoadedClass(name);
            final Class<?> found = loaded != null ? loaded : findClass(name);
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    @Override
    protected Class<?> findClass(final String name) throws ClassNotFoundException {
        // A class file is never hidden in its module, so this finds it on a module path too.
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            final byte[] bytes = in.readAllBytes();
            return defineClass(
                    name, bytes, 0, bytes.length, NativesLoader.class.getProtectionDomain());
        } catch (final IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    protected @Nullable String findLibrary(final String name) {
        return name.equals("disni") ? library.toString() : null;
    }
}
