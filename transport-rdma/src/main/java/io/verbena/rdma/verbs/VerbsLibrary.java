// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Loads the natives, once for each class loader that has Verbena, and without any flag for the JVM.
 *
 * <p>DiSNI's classes load a library named {@code disni}, which the JVM would look for in
 * directories that nobody has set. So they are loaded, with those of ours that have natives or call
 * DiSNI's, by a class loader of their own, which knows where the library is: it was unpacked from
 * Verbena's jar into a private directory, and is deleted as soon as it is loaded.
 *
 * <p>From JDK 24 on the JVM writes a warning to the standard error stream, unless it is started
 * with {@code --enable-native-access=ALL-UNNAMED}: the loader's classes are in no named module.
 *
 * <p>Thread-safe.
 */
public final class VerbsLibrary {
    /** The system property that names a {@code libdisni.so} to be used instead of Verbena's own. */
    public static final String LIBRARY_PROPERTY = "io.verbena.rdma.library";

    /** The system property that names where to unpack the library, instead of java.io.tmpdir. */
    public static final String DIRECTORY_PROPERTY = "io.verbena.rdma.tmpdir";

    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /** What was found out; null: nothing yet. Guarded by the class. */
    private static @Nullable State state;

    private VerbsLibrary() {}

    /**
     * What is known, for the settings that it was found out with.
     *
     * @param library {@link #LIBRARY_PROPERTY}.
     * @param directory {@link #DIRECTORY_PROPERTY}.
     * @param factory makes the verbs; null: there is a failure.
     * @param failure why the natives can't be loaded.
     * @param verbs the verbs; null as long as they can't be made.
     */
    private record State(
            @Nullable String library,
            @Nullable String directory,
            @Nullable Method factory,
            @Nullable VerbsUnavailableException failure,
            @Nullable Verbs verbs) {}

    /**
     * The verbs of this machine. A machine without RDMA devices may well have verbs; see {@link
     * Verbs#devices}.
     *
     * <p>What has failed is tried again when the settings have changed, or when what was missing
     * are the system's libraries, which can be installed while this runs.
     *
     * @return always the same.
     * @throws VerbsUnavailableException if the natives, or the libraries they need, can't be
     *     loaded: the message says why, and what mends it.
     */
    public static synchronized Verbs get() throws VerbsUnavailableException {
        State known = state;
        if (known != null && known.verbs != null) {
            return known.verbs;
        }
        final String library = System.getProperty(LIBRARY_PROPERTY);
        final String directory = System.getProperty(DIRECTORY_PROPERTY);
        if (known == null
                || !Objects.equals(known.library, library)
                || !Objects.equals(known.directory, directory)) {
            known = load(library, directory);
            state = known;
        }
        if (known.factory == null) {
            final VerbsUnavailableException failure = Objects.requireNonNull(known.failure);
            // Anew: each caller's has its own stack.
            throw new VerbsUnavailableException(String.valueOf(failure.getMessage()), failure);
        }
        final Verbs verbs = make(known.factory);
        state = new State(library, directory, known.factory, null, verbs);
        return verbs;
    }

    private static State load(final @Nullable String library, final @Nullable String directory) {
        try {
            if (library != null) {
                final Path path = Paths.get(library).toAbsolutePath();
                if (!Files.isReadable(path)) {
                    throw new VerbsUnavailableException(
                            path + ", which -D" + LIBRARY_PROPERTY + " names, can't be read", null);
                }
                return new State(library, directory, factory(path, false), null, null);
            }
            return new State(null, directory, unpackAndLoad(platform(), directory), null, null);
        } catch (final VerbsUnavailableException e) {
            return new State(library, directory, null, e, null);
        }
    }

    /** The name of this platform, as the jar's directories have it. */
    private static String platform() throws VerbsUnavailableException {
        final String system = System.getProperty("os.name", "");
        final String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        if (system.equals("Linux")) {
            switch (machine) {
                case "amd64", "x86_64" -> {
                    return "linux-x86_64";
                }
                case "aarch64" -> {
                    return "linux-aarch_64";
                }
                default -> {
                    // Below.
                }
            }
        }
        throw new VerbsUnavailableException(
                "there are no natives for "
                        + system
                        + " on "
                        + machine
                        + ", only for Linux on x86_64 and aarch64",
                null);
    }

    private static Method unpackAndLoad(final String platform, final @Nullable String directory)
            throws VerbsUnavailableException {
        final String resource = "META-INF/native/verbena/" + platform + "/libdisni.so";
        final Path base =
                Paths.get(directory != null ? directory : System.getProperty("java.io.tmpdir"))
                        .toAbsolutePath();
        try (InputStream bytes = resource(resource)) {
            if (bytes == null) {
                throw new VerbsUnavailableException(
                        "the natives for "
                                + platform
                                + " aren't on the class path: add the artifact verbena-native",
                        null);
            }
            final Path own;
            final Path file;
            try {
                own =
                        Files.createTempDirectory(
                                base,
                                "verbena-",
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rwx------")));
            } catch (final IOException | UnsupportedOperationException e) {
                throw unwritable(base, e);
            }
            file = own.resolve("libdisni.so");
            try {
                try {
                    Files.copy(bytes, file);
                } catch (final IOException e) {
                    throw unwritable(base, e);
                }
                return factory(file, true);
            } finally {
                // What is loaded stays loaded.
                Files.deleteIfExists(file);
                Files.deleteIfExists(own);
            }
        } catch (final VerbsUnavailableException e) {
            throw e;
        } catch (final IOException e) {
            throw new VerbsUnavailableException(
                    "the natives can't be unpacked: " + oneLine(e.toString()), e);
        }
    }

    private static VerbsUnavailableException unwritable(final Path base, final Exception cause) {
        return new VerbsUnavailableException(
                "the natives can't be unpacked in "
                        + base
                        + " ("
                        + oneLine(cause.toString())
                        + "): name another directory with -D"
                        + DIRECTORY_PROPERTY
                        + "=DIRECTORY",
                cause);
    }

    private static @Nullable InputStream resource(final String name) {
        final ClassLoader own = VerbsLibrary.class.getClassLoader();
        return own == null
                ? ClassLoader.getSystemResourceAsStream(name)
                : own.getResourceAsStream(name);
    }

    /** Loads the library, with DiSNI's classes, and finds what makes the verbs. */
    private static Method factory(final Path file, final boolean unpacked)
            throws VerbsUnavailableException {
        try {
            final NativesLoader loader = new NativesLoader(file);
            final Module module = VerbsLibrary.class.getModule();
            if (module.isNamed()) {
                // The loader's classes are in a module of their own, which has no name.
                module.addExports(VerbsLibrary.class.getPackageName(), loader.getUnnamedModule());
            }
            // Their static initialisers load the library; now, as its file will be gone.
            Class.forName(NativesLoader.DISPATCHER, true, loader);
            Class.forName(NativesLoader.AFFINITY, true, loader);
            final Method factory =
                    Class.forName(NativesLoader.VERBS, true, loader)
                            .getDeclaredMethod(NativesLoader.OPEN);
            factory.setAccessible(true);
            return factory;
        } catch (final ReflectiveOperationException e) {
            throw new VerbsUnavailableException(
                    "the class that drives the natives can't be loaded: add the artifact"
                            + " com.ibm.disni:disni:2.1 ("
                            + oneLine(e.toString())
                            + ")",
                    e);
        } catch (final LinkageError e) {
            throw new VerbsUnavailableException(explained(e, file, unpacked), e);
        }
    }

    /** Why the dynamic linker, or the JVM, refused the library. */
    private static String explained(
            final LinkageError error, final Path file, final boolean unpacked) {
        // A failed static initialiser says nothing itself.
        final Throwable cause = error.getMessage() == null ? error.getCause() : error;
        final String reason =
                oneLine(cause == null ? error.toString() : String.valueOf(cause.getMessage()));
        final String what = (unpacked ? "Verbena's libdisni.so" : file) + " can't be loaded: ";
        if (reason.contains("failed to map segment")) {
            return what
                    + "programs may not be run from "
                    + file.getParent()
                    + " (mounted noexec?): name another directory with -D"
                    + DIRECTORY_PROPERTY
                    + "=DIRECTORY ("
                    + reason
                    + ")";
        }
        if (cause instanceof IllegalCallerException) {
            return what + "the JVM forbids native code: allow it with " + NATIVE_ACCESS;
        }
        if (reason.contains("libibverbs") || reason.contains("librdmacm")) {
            return what + reason + ": " + DisniVerbs.PACKAGES;
        }
        return what + reason;
    }

    private static Verbs make(final Method factory) throws VerbsUnavailableException {
        try {
            return (Verbs) Objects.requireNonNull(factory.invoke(null));
        } catch (final InvocationTargetException e) {
            final Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof VerbsUnavailableException unavailable) {
                throw unavailable;
            }
            throw new VerbsUnavailableException(
                    "the natives can't be used: " + oneLine(cause.toString()), cause);
        } catch (final ReflectiveOperationException e) {
            throw new VerbsUnavailableException(
                    "the natives can't be used: " + oneLine(e.toString()), e);
        }
    }

    private static String oneLine(final String text) {
        return text.replace('\n', ' ').strip();
    }
}
