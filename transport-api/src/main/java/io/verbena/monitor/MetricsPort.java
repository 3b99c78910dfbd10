// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.monitor.Port.Ready;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Answers {@code GET /metrics}, and {@code GET /health} for probes that speak HTTP. A request has a
 * limit of time and size, and there are only so many: another one closes the oldest, so that
 * whoever opens connections and says nothing keeps nobody out.
 */
final class MetricsPort implements Ready {
    private final Selector selector;
    private final Port port;
    private final MonitorOptions options;
    private final Supplier<String> metrics;
    private final Supplier<Boolean> health;

    /** In the order in which they came. */
    private final Set<HttpRequest> open = new LinkedHashSet<>();

    MetricsPort(
            final Selector selector,
            final InetSocketAddress wanted,
            final MonitorOptions options,
            final Supplier<String> metrics,
            final Supplier<Boolean> health) {
        this.selector = selector;
        this.options = options;
        this.metrics = metrics;
        this.health = health;
        try {
            port = Port.listen(selector, wanted, this);
        } catch (final IOException e) {
            throw Port.refused(wanted, e);
        }
    }

    InetSocketAddress address() {
        return port.address();
    }

    @Override
    public void onReady(final SelectionKey key) {
        for (int i = 0; i < options.maxRequests(); i++) {
            final SocketChannel accepted = port.accept();
            if (accepted == null) {
                return;
            }
            if (open.size() == options.maxRequests()) {
                open.iterator().next().close();
            }
            begin(accepted);
        }
    }

    private void begin(final SocketChannel accepted) {
        try {
            accepted.configureBlocking(false);
            final HttpRequest request =
                    new HttpRequest(this, accepted, System.nanoTime() + options.requestTimeoutNs());
            request.register(selector);
            open.add(request);
        } catch (final IOException e) {
            // Gone before it was looked at.
            Port.closeQuietly(accepted);
        }
    }

    /** What is answered to a request. */
    HttpAnswer answer(final String method, final String path) {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return HttpAnswer.text("405 Method Not Allowed", "there is nothing but to GET\n");
        }
        return switch (path) {
            case "/metrics" -> new HttpAnswer("200 OK", Exposition.CONTENT_TYPE, metrics.get());
            case "/health" ->
                    health.get()
                            ? HttpAnswer.text("200 OK", "well\n")
                            : HttpAnswer.text("503 Service Unavailable", "not well\n");
            default -> HttpAnswer.text("404 Not Found", "there are /metrics and /health\n");
        };
    }

    void forget(final HttpRequest request) {
        open.remove(request);
    }

    /** Ends what is late. */
    void tick(final long nowNs) {
        port.listenAgain();
        for (final HttpRequest request : Set.copyOf(open)) {
            if (nowNs - request.deadlineNs() >= 0) {
                request.close();
            }
        }
    }

    void close() {
        port.close();
        Set.copyOf(open).forEach(HttpRequest::close);
    }
}
