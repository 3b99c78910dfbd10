// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The textual encoding of PKIX structures, RFC 7468: blocks of base64 between lines that say what
 * they are. Text around the blocks is skipped, as OpenSSL's tools write some.
 */
final class Pem {
    /** No key and no chain of certificates comes near; a device or a log file would never end. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /**
     * A block.
     *
     * @param label what it says it is, as in {@code CERTIFICATE}.
     * @param der its bytes.
     */
    record Block(String label, byte[] der) {}

    /**
     * The blocks of a file.
     *
     * @throws MaterialException if it can't be read, or isn't well-formed.
     */
    static List<Block> read(final Path file) throws MaterialException {
        return parse(text(file), file.toString());
    }

    private static String text(final Path file) throws MaterialException {
        try (var in = Files.newInputStream(file)) {
            final byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new MaterialException(
                        "%s is longer than %d bytes, which no PEM file of keys or certificates is"
                                .formatted(file, MAX_BYTES));
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (final NoSuchFileException e) {
            throw new MaterialException("there is no file " + file, e);
        } catch (final IOException e) {
            throw new MaterialException("%s can't be read: %s".formatted(file, e), e);
        }
    }

    /**
     * The blocks of a text.
     *
     * @param source what to call it.
     * @throws MaterialException if a block isn't well-formed.
     */
    static List<Block> parse(final String text, final String source) throws MaterialException {
        final List<Block> blocks = new ArrayList<>();
        String label = null;
        final StringBuilder base64 = new StringBuilder();
        int number = 0;
        for (final String raw : text.split("\\R", -1)) {
            number++;
            final String line = raw.strip();
            if (label == null) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = between(line, BEGIN);
                    base64.setLength(0);
                }
            } else if (line.startsWith(END) && line.endsWith(DASHES)) {
                if (!between(line, END).equals(label)) {
                    throw new MaterialException(
                            "%s, line %d: '%s' ends a block that begins as '%s'"
                                    .formatted(source, number, line, label));
                }
                blocks.add(new Block(label, decode(base64, label, source)));
                label = null;
            } else if (line.indexOf(':') >= 0) {
                // RFC 1421 headers: OpenSSL's own encryption of keys, MD5 and all.
                throw new MaterialException(
                        "%s, line %d: a %s with headers is in OpenSSL's old format; convert it with: openssl pkcs8 -topk8 -in old.pem -out new.pem"
                                .formatted(source, number, label));
            } else {
                base64.append(line);
            }
        }
        if (label != null) {
            throw new MaterialException(
                    "%s: the block '%s' has no end; is the file complete?"
                            .formatted(source, label));
        }
        return blocks;
    }

    private static String between(final String line, final String start) {
        return line.length() < start.length() + DASHES.length()
                ? ""
                : line.substring(start.length(), line.length() - DASHES.length());
    }

    private static byte[] decode(final CharSequence base64, final String label, final String source)
            throws MaterialException {
        try {
            return Base64.getDecoder().decode(base64.toString());
        } catch (final IllegalArgumentException e) {
            throw new MaterialException(
                    "%s: the block '%s' isn't base64: %s".formatted(source, label, e.getMessage()),
                    e);
        }
    }
}
