// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.PollerContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Who comes by a data connection shows a token, at once, and goes to the session that it belongs
 * to, or goes. A token is good once, for a time, and from the machine that it was given to.
 */
final class TokenGate implements Acceptor {
    private final PollerContext context;
    private final TransportPair pair;
    private final PortalOptions options;
    private final List<ServerConnection> offers;
    private final BiConsumer<EventReason, String> onFailed;
    private final GuessLimit guesses;

    /** Data connections that have shown nothing yet, the oldest first. */
    private final Set<Visitor> visitors = new LinkedHashSet<>();

    TokenGate(
            final PollerContext context,
            final TransportPair pair,
            final PortalOptions options,
            final List<ServerConnection> offers,
            final BiConsumer<EventReason, String> onFailed) {
        this.context = context;
        this.pair = pair;
        this.options = options;
        this.offers = offers;
        this.onFailed = onFailed;
        guesses = new GuessLimit(context);
    }

    @Override
    public @Nullable ConnectionHandler onAccepted(final Connection connection) {
        if (guesses.isExceededBy(connection.remoteAddress())) {
            context.count(PollerContext.Count.PROTOCOL_ERROR);
            return null;
        }
        if (visitors.size() >= options.maxPending()) {
            visitors.iterator().next().refuse("too many connections show no token");
        }
        final Visitor visitor = new Visitor(this, connection);
        visitors.add(visitor);
        visitor.limit(context.schedule(options.upgradeTimeoutNs(), visitor::onTooLate));
        return visitor;
    }

    @Override
    public void onFailed(final EventReason reason, final String detail) {
        onFailed.accept(reason, detail);
    }

    /** Whose token it is; null if it is nobody's, or not for this connection. */
    @Nullable ServerConnection find(final byte[] presented, final Connection connection) {
        ServerConnection found = null;
        for (final ServerConnection candidate : offers) {
            final Token token = candidate.token();
            // All are looked at, so that the time tells nothing.
            if (token != null && token.isPresentedBy(presented)) {
                found = candidate;
            }
        }
        return found != null
                        && pair.mayBeSameHost(found.remoteAddress(), connection.remoteAddress())
                ? found
                : null;
    }

    void forget(final Visitor visitor) {
        visitors.remove(visitor);
    }

    /** A visitor has broken the rules. */
    void refused(final Connection connection, final String why) {
        guesses.count(connection.remoteAddress());
        context.count(PollerContext.Count.PROTOCOL_ERROR);
        context.report(
                EventReason.PROTOCOL_ERROR,
                "%s, %s: %s".formatted(connection.remoteAddress(), connection.transport(), why),
                null);
    }

    void close() {
        for (final Visitor visitor : List.copyOf(visitors)) {
            visitor.drop();
        }
    }
}
