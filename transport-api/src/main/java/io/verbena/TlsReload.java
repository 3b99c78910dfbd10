// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates or keys were read anew, as their files had changed.
 *
 * @param files all the files that belong together.
 * @param failure one line for people: why they can't be used, so that those read before are used
 *     on; null if the new ones are.
 */
public record TlsReload(List<Path> files, @Nullable String failure) {
    /** Copies the list. */
    public TlsReload {
        files = List.copyOf(files);
    }
}
