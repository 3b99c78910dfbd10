// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * An answer of HTTP/1.1 (RFC 9112), behind which the connection is closed.
 *
 * @param status code and phrase.
 * @param contentType of the body.
 * @param body text.
 */
record HttpAnswer(String status, String contentType, String body) {
    static HttpAnswer text(final String status, final String body) {
        return new HttpAnswer(status, "text/plain; charset=utf-8", body);
    }

    /** As bytes; the body is left out for HEAD, and its length is told all the same. */
    ByteBuffer encode(final boolean withBody) {
        final byte[] content = body.getBytes(UTF_8);
        final byte[] head =
                ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n"
                                + "Allow: GET, HEAD\r\nConnection: close\r\n\r\n")
                        .formatted(status, contentType, content.length)
                        .getBytes(US_ASCII);
        final ByteBuffer bytes = ByteBuffer.allocate(head.length + (withBody ? content.length : 0));
        bytes.put(head);
        if (withBody) {
            bytes.put(content);
        }
        return bytes.flip();
    }
}
