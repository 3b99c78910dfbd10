// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import io.verbena.SharedSecret;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A shared secret: who doesn't know it gets no session, at either end. */
public interface AuthenticationContract extends Part {
    private static SharedSecret secret(final String text) {
        return SharedSecret.of(text.repeat(8).getBytes(UTF_8));
    }

    /** A pair of which the server knows one secret, and the client another, or the same. */
    private PairSpec knowing(final String server, final String client) {
        return scene().pair()
                .portal(options -> options.withSecret(secret(server)))
                .connect(options -> options.withSecret(secret(client)));
    }

    private static void assertRefused(final Pair pair) {
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.AUTHENTICATION_FAILED);
        assertThat(pair.client.isEstablished()).isFalse();
        pair.until("the refusal", () -> !pair.refused().isEmpty());
        assertThat(pair.refusals()).containsExactly(EventReason.AUTHENTICATION_FAILED);
        assertThat(pair.asked()).as("clients that the application was asked about").isEmpty();
        assertThat(pair.serverQueue.counters().connectionsRefused()).isEqualTo(1);
    }

    @Test
    default void endsThatKnowTheSameSecretHaveASession() {
        final Pair pair = knowing("open", "open").connecting();
        pair.sendMany(5, 100);
        pair.establish();
        pair.untilResponses(5);
        assertThat(pair.refused()).isEmpty();
        assertThat(pair.asked()).hasSize(1);
        assertThat(pair.serverQueue.counters().protocolErrors()).isZero();
    }

    @Test
    default void aClientWithoutASecretIsRefusedByAPortalThatAsksForOne() {
        final Pair pair =
                scene().pair().portal(options -> options.withSecret(secret("open"))).connecting();
        pair.send(10);
        assertRefused(pair);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
    }

    @Test
    default void aClientWithAnotherSecretIsRefused() {
        final Pair pair = knowing("open", "shut").connecting();
        pair.send(10);
        assertRefused(pair);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
    }

    @Test
    default void aServerThatProvesNoSecretGetsNoRequestOfAClientThatHasOne() {
        final Pair pair =
                scene().pair().connect(options -> options.withSecret(secret("open"))).connecting();
        pair.send(10);
        pair.untilClosed();
        pair.client.assertClosed(EventReason.AUTHENTICATION_FAILED);
        assertThat(pair.client.isEstablished()).isFalse();
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(pair.server.requests()).isZero();
    }

    @Test
    default void aRejectionOfAServerThatProvesNoSecretIsNotBelieved() {
        final Pair pair =
                scene().pair()
                        .connect(options -> options.withSecret(secret("open")))
                        .decides((self, request) -> request.reject(1, "go to evil.example"))
                        .connecting();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.AUTHENTICATION_FAILED);
        assertThat(pair.client.closed().rejectData()).isEmpty();
    }

    @Test
    default void eachSecretOfAPortalOpensIt() {
        final PortalOptions options =
                transport()
                        .portalOptions()
                        .withSecrets(List.of(secret("old!"), secret("new!"), secret("next")));
        final Pair pair =
                scene().pair()
                        .portal(unused -> options)
                        .connect(with -> with.withSecret(secret("new!")))
                        .established();
        for (final String each : List.of("old!", "next")) {
            final RecordingClient client = scene().client();
            final ClientSession unused =
                    ClientSession.connect(
                            pair.clientQueue,
                            pair.target(),
                            client,
                            transport().connectOptions().withSecret(secret(each)));
            pair.until("ESTABLISHED", client::isEstablished);
        }
        assertThat(pair.portal.sessions()).isEqualTo(3);
    }

    @Test
    default void aSecretThatIsClosedOpensThePortalNoMoreAndItsSessionsLiveOn() {
        final SharedSecret old = secret("old!");
        final Pair pair =
                scene().pair()
                        .portal(with -> with.withSecrets(List.of(old, secret("new!"))))
                        .connect(with -> with.withSecret(secret("old!")))
                        .established();
        old.close();
        final RecordingClient late = scene().client();
        final ClientSession unused = pair.connectAnother(late);
        pair.until("CLOSED", late::isClosed);
        late.assertClosed(EventReason.AUTHENTICATION_FAILED);
        pair.roundTrip(10);
    }

    @Test
    default void aClientWhoseSecretIsClosedDoesNotConnect() {
        final SharedSecret closed = secret("open");
        closed.close();
        final Pair pair = scene().pair().connect(with -> with.withSecret(closed)).listening();
        assertThatThrownBy(pair::connect)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    default void aClientThatHasProvedMayBeAcceptedLater() {
        final Pair pair = knowing("open", "open").decides((self, request) -> {}).connecting();
        pair.sendMany(3, 10);
        pair.until("the question", () -> pair.asked().size() == 1);
        scene().passMs(100);
        assertThat(pair.client.isEstablished()).isFalse();
        pair.accepted(pair.asked().get(0).accept(pair.server));
        pair.untilResponses(3);
    }

    @Test
    default void aClientThatHasProvedMayBeRejectedAndGetsAllOfTheText() {
        final String text = "é".repeat(2047);
        final Pair pair =
                knowing("open", "open")
                        .decides((self, request) -> request.reject(4711, text))
                        .connecting();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.REJECTED);
        assertThat(pair.client.closed().rejectCode()).isEqualTo(4711);
        assertThat(pair.client.closed().rejectData()).isEqualTo(text);
    }

    @Test
    default void aLongPathIsProvedToo() {
        final String path = "/p?q=" + "0123456789".repeat(200);
        final Pair pair = knowing("open", "open").pathAndQuery(path).established();
        assertThat(pair.asked().get(0).pathAndQuery())
                .isEqualTo(transport().seenByServer(pair.portal.uri(), path));
        pair.roundTrip(10);
    }

    @Test
    default void aSessionIsForwardedWhenItsClientHasProved() {
        assertForwards((request, worker) -> request.forward(worker.portal));
    }

    @Test
    default void aSessionIsForwardedLaterWhenItsClientHasProved() {
        final Worker worker = new Worker(this);
        final Pair pair = knowing("open", "open").decides((self, request) -> {}).connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        scene().untilQuiet();
        pair.asked().get(0).forward(worker.portal);
        pair.establish();
        pair.roundTrip(10);
        assertThat(worker.server.requests()).isEqualTo(1);
    }

    @Test
    default void aSessionIsForwardedWithAHandlerWhenItsClientHasProved() {
        assertForwards((request, worker) -> request.forward(worker.portal, worker.server));
    }

    private void assertForwards(final BiConsumer<SessionRequest, Worker> forward) {
        final Worker worker = new Worker(this);
        final Pair pair =
                knowing("open", "open")
                        .decides((self, request) -> forward.accept(request, worker))
                        .connecting();
        pair.establish();
        pair.roundTrip(10);
        assertThat(worker.server.requests()).isEqualTo(1);
        assertThat(worker.portal.sessions()).isEqualTo(1);
    }

    @Test
    default void aRefusedClientHarmsNoOther() {
        final Pair pair = knowing("open", "open").established();
        final RecordingClient stranger = scene().client();
        final ClientSession unused =
                ClientSession.connect(
                        pair.clientQueue,
                        pair.target(),
                        stranger,
                        transport().connectOptions().withSecret(secret("shut")));
        pair.until("CLOSED", stranger::isClosed);
        stranger.assertClosed(EventReason.AUTHENTICATION_FAILED);
        pair.roundTrip(10);
        assertThat(pair.portal.sessions()).isEqualTo(1);
    }

    /** An event queue with a worker's portal, which asks for no secret: that was done before. */
    final class Worker {
        final RecordingServer server;
        final ServerPortal portal;

        private Worker(final Part part) {
            final EventQueueHandler queue = part.scene().queue();
            part.scene().pool(queue, 16, 1024, 1024, PoolUse.SERVER);
            server = part.scene().server();
            portal =
                    ServerPortal.worker(
                            queue,
                            request -> {
                                final var unused = request.accept(server);
                            },
                            part.transport().portalOptions());
        }
    }
}
