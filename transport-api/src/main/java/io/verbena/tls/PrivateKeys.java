// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Private keys in PKCS#8 (RFC 5958), encrypted or not. */
final class PrivateKeys {
    /** PBES2 (RFC 8018): the name of the scheme, where its parameters say the algorithm. */
    private static final String PBES2_OID = "1.2.840.113549.1.5.13";

    private PrivateKeys() {}

    /**
     * The key in a PEM block that belongs to a public key.
     *
     * @param password of an encrypted block; null: there is none.
     * @throws MaterialException if it can't be read, or belongs to another public key.
     */
    static PrivateKey decode(
            final Pem.Block block,
            final char @Nullable [] password,
            final PublicKey owner,
            final String source)
            throws MaterialException {
        final PKCS8EncodedKeySpec plain;
        switch (block.label()) {
            case "PRIVATE KEY" -> plain = new PKCS8EncodedKeySpec(block.der());
            case "ENCRYPTED PRIVATE KEY" -> plain = decrypt(block.der(), password, source);
            default ->
                    throw new MaterialException(
                            "%s has a '%s', which isn't PKCS#8; convert it with: openssl pkcs8 -topk8 -in old.pem -out new.pem"
                                    .formatted(source, block.label()));
        }
        final PrivateKey key;
        try {
            key = KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(plain);
        } catch (final InvalidKeySpecException e) {
            throw new MaterialException(
                    "the private key in %s isn't a key of the certificate's kind, %s"
                            .formatted(source, owner.getAlgorithm()),
                    e);
        } catch (final GeneralSecurityException e) {
            throw new MaterialException(
                    "this JVM has no keys of the kind %s (%s)"
                            .formatted(owner.getAlgorithm(), source),
                    e);
        }
        if (!belong(key, owner)) {
            throw new MaterialException(
                    "the private key in %s isn't the certificate's".formatted(source));
        }
        return key;
    }

    static boolean isPrivateKey(final Pem.Block block) {
        return block.label().endsWith("PRIVATE KEY");
    }

    private static PKCS8EncodedKeySpec decrypt(
            final byte[] der, final char @Nullable [] password, final String source)
            throws MaterialException {
        if (password == null) {
            throw new MaterialException(
                    "the private key in %s is encrypted: give its password".formatted(source));
        }
        final PBEKeySpec spec = new PBEKeySpec(password);
        try {
            final EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            final SecretKey secret =
                    SecretKeyFactory.getInstance(algorithm(info)).generateSecret(spec);
            final Cipher cipher = Cipher.getInstance(algorithm(info));
            cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
            return info.getKeySpec(cipher);
        } catch (final InvalidKeyException | InvalidKeySpecException e) {
            throw new MaterialException(
                    "the private key in %s can't be decrypted: is the password right?"
                            .formatted(source),
                    e);
        } catch (final GeneralSecurityException e) {
            throw new MaterialException(
                    "the private key in %s is encrypted in a way that this JVM doesn't know (%s); encrypt it with: openssl pkcs8 -topk8 -v2 aes-256-cbc"
                            .formatted(source, e.getMessage()),
                    e);
        } catch (final IOException | RuntimeException e) {
            // The JDK's DER parser throws both.
            throw new MaterialException(
                    "the encrypted private key in %s isn't well-formed: %s".formatted(source, e),
                    e);
        } finally {
            spec.clearPassword();
        }
    }

    /** PBES2's algorithm is told by its parameters, which the JDK spells out as their text. */
    private static String algorithm(final EncryptedPrivateKeyInfo info) {
        final String name = info.getAlgName();
        return name.equals("PBES2") || name.equals(PBES2_OID)
                ? info.getAlgParameters().toString()
                : name;
    }

    /** Does what the one signs verify with the other? */
    private static boolean belong(final PrivateKey key, final PublicKey owner)
            throws MaterialException {
        final String algorithm =
                switch (owner.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
                    default -> "";
                };
        if (algorithm.isEmpty()) {
            // Others have parameters of their own; a mismatch fails in the first handshake.
            return true;
        }
        try {
            final byte[] probe = {1, 2, 3, 4};
            final Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            final byte[] signed = signature.sign();
            signature.initVerify(owner);
            signature.update(probe);
            return signature.verify(signed);
        } catch (final InvalidKeyException e) {
            return false;
        } catch (final GeneralSecurityException e) {
            throw new MaterialException("the private key can't sign: " + e, e);
        }
    }
}
