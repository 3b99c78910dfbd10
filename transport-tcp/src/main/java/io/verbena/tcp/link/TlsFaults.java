// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the exceptions of TLS engines mean. Certificates fail with the JDK's exceptions, whatever
 * the engine; all else is told by texts alone, of which the alerts' names (RFC 8446, 6.2) are the
 * same in all engines but for case and word order.
 */
final class TlsFaults {
    private static final Pattern ALERT =
            Pattern.compile(
                    "(?:received fatal alert: |alert_|tlsv1_|sslv3_)(?:alert_)?([a-z0-9_]+)");

    private final String peer;

    TlsFaults(final String peer) {
        this.peer = peer;
    }

    LinkException explain(final IOException e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            final String certificate = ofCertificate(each);
            if (certificate != null) {
                return new LinkException(
                        EventReason.AUTHENTICATION_FAILED,
                        "the certificate of %s is not accepted: %s".formatted(peer, certificate),
                        e);
            }
        }
        final String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("empty client certificate chain")
                || text.contains("did_not_return_a_certificate")) {
            return new LinkException(
                    EventReason.AUTHENTICATION_FAILED,
                    peer + " has shown no certificate, and one is required",
                    e);
        }
        final Matcher alert = ALERT.matcher(text);
        if (alert.find() && !alert.group(1).startsWith("renegotiation")) {
            return ofAlert(alert.group(1), e);
        }
        return new LinkException(
                EventReason.TLS_FAILED,
                "TLS with %s failed: %s".formatted(peer, e.getMessage()),
                e);
    }

    private LinkException ofAlert(final String alert, final IOException e) {
        if (alert.contains("certificate")
                || alert.equals("unknown_ca")
                || alert.equals("access_denied")) {
            return new LinkException(
                    EventReason.AUTHENTICATION_FAILED,
                    "%s doesn't accept this side's certificate, or the lack of one (alert %s)"
                            .formatted(peer, alert),
                    e);
        }
        final String meaning =
                switch (alert) {
                    case "protocol_version" -> "there is no version of TLS that both ends speak";
                    case "handshake_failure" ->
                            "there is nothing that both ends would use (cipher suites, versions), or no certificate where one is required";
                    default -> "it has ended TLS";
                };
        return new LinkException(
                EventReason.TLS_FAILED, "%s: %s (alert %s)".formatted(peer, meaning, alert), e);
    }

    private static @Nullable String ofCertificate(final Throwable e) {
        if (e instanceof CertificateExpiredException
                || (e instanceof CertPathValidatorException path
                        && path.getReason() == BasicReason.EXPIRED)) {
            return "it has expired (%s)".formatted(e.getMessage());
        }
        if (e instanceof CertificateNotYetValidException
                || (e instanceof CertPathValidatorException early
                        && early.getReason() == BasicReason.NOT_YET_VALID)) {
            return "it is not valid yet (%s); are the clocks right?".formatted(e.getMessage());
        }
        if (e instanceof CertificateRevokedException
                || (e instanceof CertPathValidatorException revoked
                        && revoked.getReason() == BasicReason.REVOKED)) {
            return "it has been revoked (%s)".formatted(e.getMessage());
        }
        if (e instanceof CertPathBuilderException && e.getCause() == null) {
            return "nobody who is trusted has issued it (TlsOptions.withTrust says who is)";
        }
        if (e instanceof CertPathValidatorException) {
            return e.getMessage();
        }
        if (e instanceof CertificateException && e.getCause() == null) {
            // Above all: that it is for another name.
            return e.getMessage();
        }
        return null;
    }

    /** The stream has ended, and nobody has said that it would. */
    LinkException truncated() {
        return new LinkException(
                EventReason.TRANSPORT_ERROR,
                "%s ended the connection without close_notify: something may be missing"
                        .formatted(peer),
                null);
    }

    LinkException endedInHandshake(final @Nullable IOException e) {
        return new LinkException(
                EventReason.TLS_FAILED,
                "%s ended the connection in the TLS handshake: does it speak TLS, and is the scheme right?"
                        .formatted(peer),
                e);
    }

    LinkException late(final long limitNs) {
        return new LinkException(
                EventReason.TLS_FAILED,
                "the TLS handshake with %s was not done within %d ms"
                        .formatted(peer, limitNs / 1_000_000),
                null);
    }

    LinkException verbenaWithoutTls() {
        return new LinkException(
                EventReason.TLS_FAILED,
                "%s speaks Verbena without TLS: its scheme must be that of this portal"
                        .formatted(peer),
                null);
    }

    LinkException noTls() {
        return new LinkException(
                EventReason.TLS_FAILED, "%s doesn't speak TLS".formatted(peer), null);
    }

    LinkException noEngine(final IOException e) {
        return new LinkException(EventReason.TLS_FAILED, String.valueOf(e.getMessage()), e);
    }

    LinkException taskFailed(final Throwable e) {
        return new LinkException(
                EventReason.TLS_FAILED, "a task of the TLS handshake threw " + e, e);
    }
}
