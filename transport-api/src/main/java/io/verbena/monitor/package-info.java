// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * What a machine asks a server: is it well, and what has it counted. A {@link
 * io.verbena.monitor.Monitor} answers on TCP ports of its own and needs no TLS: a health port that
 * can be connected to as long as all is well, and a metrics port with counters in the text format
 * of <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus</a>.
 *
 * <p>It has a thread of its own, and whatever asks is limited in time, number and size: neither a
 * slow nor a hostile one touches what is monitored.
 */
@NullMarked
package io.verbena.monitor;

import org.jspecify.annotations.NullMarked;
