// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Certificates to try TLS with: a certificate authority of one's own, in a folder of PEM files. */
@NullMarked
package io.verbena.perf.tls;

import org.jspecify.annotations.NullMarked;
