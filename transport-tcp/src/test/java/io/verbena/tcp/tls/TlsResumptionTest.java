// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.TlsOptions;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TestCertificates;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session's TLS is resumed if no certificate is shown again. */
@ExtendWith(Leaks.class)
class TlsResumptionTest {
    private Scene scene;
    private Counting trust;

    /** Counts the certificates that it is shown. */
    private static final class Counting extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager judge;
        private final AtomicInteger shown = new AtomicInteger();

        Counting(final TrustManager judge) {
            this.judge = (X509ExtendedTrustManager) judge;
        }

        @Override
        public void checkServerTrusted(
                final X509Certificate[] chain, final String type, final SSLEngine engine)
                throws CertificateException {
            shown.incrementAndGet();
            judge.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(
                final X509Certificate[] chain, final String type, final Socket socket) {
            throw new AssertionError("there are no such sockets");
        }

        @Override
        public void checkServerTrusted(final X509Certificate[] chain, final String type) {
            throw new AssertionError("the name would not be verified");
        }

        @Override
        public void checkClientTrusted(
                final X509Certificate[] chain, final String type, final SSLEngine engine) {
            throw new AssertionError("this is a client");
        }

        @Override
        public void checkClientTrusted(
                final X509Certificate[] chain, final String type, final Socket socket) {
            throw new AssertionError("this is a client");
        }

        @Override
        public void checkClientTrusted(final X509Certificate[] chain, final String type) {
            throw new AssertionError("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge.getAcceptedIssuers();
        }
    }

    @BeforeEach
    void setTheScene() {
        scene = new Scene(new TlsContractTest());
        trust = new Counting(TestCertificates.ec().authority().toTrustManager());
    }

    @AfterEach
    void clearTheScene() throws Exception {
        scene.close();
    }

    private TlsOptions options() throws Exception {
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust}, null);
        return TlsOptions.of(context).withHandshakeTimeoutNs(OverTls.AGES_NS);
    }

    @Test
    void connectionsWithTheSameOptionsResumeEachOther() throws Exception {
        final TlsOptions client = options();
        final Pair pair = scene.pair().connect(each -> each.withTls(client)).established();
        pair.roundTrip(1);
        scene.closeInOrder(pair.session(), pair.client);
        assertThat(trust.shown).hasValue(1);

        final RecordingClient second = scene.client();
        final ClientSession resumed = pair.connectAnother(second);
        pair.until("ESTABLISHED", second::isEstablished);
        assertThat(trust.shown).as("certificates shown").hasValue(1);
        assertThat(resumed.peer().names()).contains("localhost");
    }

    @Test
    void connectionsWithOtherOptionsDont() throws Exception {
        final TlsOptions first = options();
        final TlsOptions other = options();
        final Pair pair = scene.pair().connect(each -> each.withTls(first)).established();
        pair.roundTrip(1);
        scene.closeInOrder(pair.session(), pair.client);

        final RecordingClient second = scene.client();
        final ClientSession unrelated =
                ClientSession.connect(
                        pair.clientQueue,
                        pair.portal.uri(),
                        second,
                        ConnectOptions.defaults().withTls(other));
        pair.until("ESTABLISHED", second::isEstablished);
        assertThat(unrelated.peer().names()).contains("localhost");
        assertThat(trust.shown).as("certificates shown").hasValue(2);
    }
}
