// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What a TLS engine is made of: keys, chains and certificates to trust, from PEM files and key
 * stores, read anew when the files change. Behind {@link io.verbena.TlsOptions}; not API.
 */
@NullMarked
package io.verbena.tls;

import org.jspecify.annotations.NullMarked;
