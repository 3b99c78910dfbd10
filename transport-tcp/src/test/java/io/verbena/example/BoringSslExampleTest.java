// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.BlockingClient;
import io.verbena.ClientOptions;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.MsgPool;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.VerbenaException;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.TestCertificates;
import java.io.File;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoringSslExampleTest {
    @Test
    void aPortalAndAClientOverBoringSsl() throws Exception {
        final TestCertificates certificates = TestCertificates.ec();
        final File chain = certificates.server().toTempCertChainPem();
        final File key = certificates.server().toTempPrivateKeyPem();
        final EventQueueHandler queue = EventQueueHandler.open();
        try (MsgPool pool = MsgPool.direct(8, 64, 64)) {
            queue.bind(pool);
            final URI uri =
                    ServerPortal.listen(
                                    queue,
                                    URI.create("tls://127.0.0.1:0"),
                                    request ->
                                            request.accept(
                                                    (session, msg) -> {
                                                        msg.out().put(msg.in());
                                                        session.sendResponse(msg);
                                                    }),
                                    PortalOptions.defaults()
                                            .withTls(BoringSslExample.server(chain, key)))
                            .uri();
            try (LoopThread loop = new LoopThread(queue)) {
                assertThat(loop.queue()).isSameAs(queue);
                assertThat(call(uri, certificates.authority().toTempRootCertPem()))
                        .isEqualTo("hello");
                final File others =
                        TestCertificates.newAuthority(
                                        io.netty.pkitesting.CertificateBuilder.Algorithm.ecp256,
                                        "CN=another")
                                .toTempRootCertPem();
                assertThatThrownBy(() -> call(uri, others))
                        .isInstanceOfSatisfying(
                                VerbenaException.class,
                                e ->
                                        assertThat(e.reason())
                                                .isEqualTo(EventReason.AUTHENTICATION_FAILED));
            }
        }
    }

    private static String call(final URI uri, final File trusted) throws Exception {
        final ClientOptions options =
                ClientOptions.defaults()
                        .withConnect(
                                ConnectOptions.defaults()
                                        .withTls(BoringSslExample.client(trusted)));
        try (BlockingClient client = BlockingClient.connect(uri, options)) {
            final ByteBuffer answer =
                    client.call(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
            return StandardCharsets.UTF_8.decode(answer).toString();
        }
    }
}
