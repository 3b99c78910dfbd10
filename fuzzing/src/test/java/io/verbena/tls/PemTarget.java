// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * PEM files of certificates and keys. What is in them is read, or refused with a sentence.
 *
 * <p>Keys that are encrypted are not decrypted: how long that takes is for their file to say, and
 * the file is the user's own.
 */
public final class PemTarget {
    private PemTarget() {}

    /** The text of one file, in ISO 8859-1 as files are read. */
    public static void attack(final byte[] input) {
        try {
            final List<Pem.Block> blocks =
                    Pem.parse(
                            new String(input, java.nio.charset.StandardCharsets.ISO_8859_1),
                            "input");
            for (final Pem.Block block : blocks) {
                if (block.der().length > input.length) {
                    throw new AssertionError("a block that is longer than its text");
                }
            }
            final List<X509Certificate> certificates = PemFiles.certificates(blocks, "input");
            final PublicKey owner = certificates.get(0).getPublicKey();
            for (final Pem.Block block : blocks) {
                if (PrivateKeys.isPrivateKey(block)) {
                    PrivateKeys.decode(block, null, owner, "input");
                }
            }
            KeyStores.trustManagers(certificates);
        } catch (final MaterialException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("refused without a word", e);
            }
        }
    }
}
