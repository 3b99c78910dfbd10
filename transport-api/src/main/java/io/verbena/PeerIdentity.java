// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.security.Principal;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a link that TLS secures, as its handshake has proved it.
 *
 * @param certificates the peer's certificate, and behind it those that it sent to lead to a trusted
 *     one. Empty if it has shown none, as clients need not unless the portal's {@link
 *     ClientAuthentication} says so; and all that is known is that it is the same peer all the
 *     time.
 * @param protocol the version of TLS, for example {@code TLSv1.3}.
 * @param cipherSuite the cipher suite, for example {@code TLS_AES_128_GCM_SHA256}.
 */
public record PeerIdentity(
        List<X509Certificate> certificates, String protocol, String cipherSuite) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int URI_NAME = 6;

    /** Copies the list. */
    public PeerIdentity {
        certificates = List.copyOf(certificates);
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(cipherSuite, "cipherSuite");
    }

    /**
     * Has the peer proved who it is?
     *
     * @return whether there is a certificate.
     */
    public boolean isAuthenticated() {
        return !certificates.isEmpty();
    }

    /**
     * The subject of the peer's certificate.
     *
     * @return for example {@code CN=orders, O=Example}; null without a certificate.
     */
    public @Nullable Principal principal() {
        return certificates.isEmpty() ? null : certificates.get(0).getSubjectX500Principal();
    }

    /**
     * The names in the peer's certificate by which it is to be known: the subject's alternative
     * names of the kinds DNS, IP address and URI (RFC 5280, section 4.2.1.6), in their order.
     *
     * @return for example {@code [orders.example.org, spiffe://example.org/orders]}; empty if there
     *     are none.
     */
    public List<String> names() {
        if (certificates.isEmpty()) {
            return List.of();
        }
        try {
            final var names = certificates.get(0).getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream().filter(PeerIdentity::isName).map(PeerIdentity::text).toList();
        } catch (final CertificateParsingException e) {
            // A name that can't be read is none.
            return List.of();
        }
    }

    private static boolean isName(final List<?> name) {
        final int kind = (Integer) name.get(0);
        return kind == DNS_NAME || kind == IP_ADDRESS || kind == URI_NAME;
    }

    private static String text(final List<?> name) {
        return String.valueOf(name.get(1));
    }
}
