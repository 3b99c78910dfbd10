// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import io.verbena.Msg;
import io.verbena.ServerSession;

/** Answers that several parts of the contract use. */
final class ServerAnswers {
    private ServerAnswers() {}

    /** Answers with nothing. */
    static void empty(final ServerSession session, final Msg msg) {
        session.sendResponse(msg);
    }

    /** Does what the request's first byte says: 0 echoes, 1 discards. */
    static void asTold(final ServerSession session, final Msg msg) {
        if (msg.in().get(0) == 1) {
            session.discardRequest(msg);
        } else {
            msg.out().put(msg.in());
            session.sendResponse(msg);
        }
    }
}
