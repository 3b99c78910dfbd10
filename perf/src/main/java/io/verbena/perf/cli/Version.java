// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, from the manifest of the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"verbena " + say(), "java " + Runtime.version()};
    }

    static String say() {
        final String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unknown: not run from a jar" : version;
    }
}
