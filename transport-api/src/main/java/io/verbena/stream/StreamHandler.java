// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/** Serves one request of a stream. */
@FunctionalInterface
public interface StreamHandler {
    /**
     * Reads the request, asks back what it needs, writes the result, and returns: the stream is
     * given back to its listener then. What it throws closes the stream.
     *
     * @param stream the stream, whose first message is there.
     */
    void serve(ServerStream stream);
}
