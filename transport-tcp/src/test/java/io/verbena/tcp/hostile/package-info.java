// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** What peers do that are broken, slow, absent or malicious, and what it must not do to others. */
package io.verbena.tcp.hostile;
