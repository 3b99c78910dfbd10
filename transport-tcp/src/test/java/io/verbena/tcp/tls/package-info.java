// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** TLS: the contract over it, its options one by one, and peers that mean harm. */
package io.verbena.tcp.tls;
