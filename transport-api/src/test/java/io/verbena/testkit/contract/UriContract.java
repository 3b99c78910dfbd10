// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.ServerPortal;
import io.verbena.testkit.Pair;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** URIs: what of them reaches the server, and which are refused. */
public interface UriContract extends Part {
    /** What a portal's URI may be followed by. */
    private void assertReachesTheServer(final String pathAndQuery) {
        final Pair pair = scene().pair().pathAndQuery(pathAndQuery).established();
        assertThat(pair.asked().get(0).pathAndQuery())
                .isEqualTo(transport().seenByServer(pair.portal.uri(), pathAndQuery));
        assertThat(pair.session().uri()).isEqualTo(pair.target());
        pair.roundTrip(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/orders",
                "/orders/",
                "/orders?shard=3",
                "/a/b/c?x=1&y=2",
                "/a%20b?c=%C3%A4%26"
            })
    default void pathAndQueryReachTheServer(final String pathAndQuery) {
        assertReachesTheServer(pathAndQuery);
    }

    @Test
    default void aQueryWithoutAPathReachesTheServer() {
        assertReachesTheServer("?shard=3");
    }

    @Test
    default void theServerSeesThePortalsAddressWithTheClientsPathAndQuery() {
        final Pair pair = scene().pair().pathAndQuery("/orders?shard=3").established();
        final URI expected = transport().withPathAndQuery(pair.portal.uri(), "/orders?shard=3");
        assertThat(pair.asked().get(0).uri()).isEqualTo(expected);
        assertThat(pair.serverSession().uri()).isEqualTo(expected);
    }

    @Test
    default void aVeryLongUriArrivesWhole() {
        assertReachesTheServer("/p?q=" + "0123456789".repeat(200));
    }

    @Test
    default void aUriOfTheLargestSizeArrivesWhole() {
        final String seen = transport().seenByServer(transport().listenUri(), "/?q=");
        assertReachesTheServer("/?q=" + "x".repeat(4096 - seen.length()));
    }

    @Test
    default void aUriThatIsTooLongIsRefusedAtOnce() {
        final Pair pair = scene().pair().listening();
        final URI uri = transport().withPathAndQuery(pair.portal.uri(), "/?q=" + "x".repeat(4097));
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        pair.clientQueue,
                                        uri,
                                        pair.client,
                                        transport().connectOptions()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4096");
        pair.connect();
        pair.establish();
    }

    @Test
    default void aSchemeThatNobodyKnowsIsRefusedWithTheOnesThatAreKnown() {
        final EventQueueHandler queue = scene().queue();
        final URI uri = URI.create("carrierpigeon://roof:1");
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        queue, uri, scene().client(), transport().connectOptions()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("carrierpigeon")
                .hasMessageContaining(transport().listenUri().getScheme());
        assertThatThrownBy(
                        () ->
                                ServerPortal.listen(
                                        queue, uri, request -> {}, transport().portalOptions()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("carrierpigeon")
                .hasMessageContaining(transport().listenUri().getScheme());
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        queue,
                                        URI.create("no-scheme"),
                                        scene().client(),
                                        transport().connectOptions()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void aUriWithoutAnAddressIsRefused() {
        final EventQueueHandler queue = scene().queue();
        final URI uri = URI.create(transport().listenUri().getScheme() + ":nothing");
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        queue, uri, scene().client(), transport().connectOptions()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                ServerPortal.listen(
                                        queue, uri, request -> {}, transport().portalOptions()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void aPortalTellsWhereItListensSoThatClientsFindIt() {
        final Pair pair = scene().pair().established();
        assertThat(pair.portal.uri().getScheme()).isEqualTo(transport().listenUri().getScheme());
        assertThat(pair.portal.eventQueue()).isSameAs(pair.serverQueue);
        assertThat(pair.session().eventQueue()).isSameAs(pair.clientQueue);
        assertThat(pair.serverSession().eventQueue()).isSameAs(pair.serverQueue);
    }

    @Test
    default void aSessionCarriesWhatTheApplicationAttached() {
        final Pair pair = scene().pair().established();
        assertThat(pair.session().userContext()).isNull();
        pair.session().userContext("client's");
        pair.serverSession().userContext("server's");
        pair.roundTrip(1);
        assertThat(pair.session().userContext()).isEqualTo("client's");
        assertThat(pair.serverSession().userContext()).isEqualTo("server's");
    }
}
