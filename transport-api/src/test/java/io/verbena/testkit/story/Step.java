// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

/**
 * One thing that happens. Its numbers are taken modulo what there is, so that any two numbers mean
 * something and a story stays one when steps are left out of it.
 *
 * @param action what.
 * @param which to whom.
 * @param amount how much.
 */
public record Step(Action action, int which, int amount) {
    /** What can happen. */
    public enum Action {
        /** A client connects, to one of the portals. */
        CONNECT,
        /** A client connects over a wire that may be harmed. */
        CONNECT_WIRED,
        /** A client sends one request. */
        SEND,
        /** A client sends several. */
        BURST,
        /** A client sends one with a deadline. */
        SEND_WITH_DEADLINE,
        /** A client sends another for each of its next responses. */
        CHAIN,
        /** Servers answer at once from now on. */
        ECHO,
        /** Servers keep requests from now on. */
        HOLD,
        /** One kept request is answered. */
        ANSWER,
        /** All kept requests are answered, the last one first. */
        ANSWER_BACKWARDS,
        /** One kept request is discarded. */
        DISCARD,
        /** A client closes. */
        CLOSE,
        /** A server closes a session. */
        CLOSE_AT_SERVER,
        /** A client closes from within its next call-back. */
        CLOSE_WITHIN,
        /** A client's next call-back throws. */
        THROW,
        /** A server's next onRequest throws, with the request in its hands. */
        THROW_AT_SERVER,
        /** A wire breaks. */
        CUT,
        /** A wire stalls. */
        STALL,
        /** A wire goes on. */
        RELEASE,
        /** A waiting client is accepted, rejected or forwarded. */
        DECIDE,
        /** All event queues run for some rounds. */
        RUN,
        /** One event queue delivers a few events. */
        RUN_ONE,
        /** Time passes. */
        PASS,
        /** Servers get more memory. */
        BIND,
        /** An event queue is closed, whatever lives on it. */
        CLOSE_QUEUE
    }
}
