// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.nio.ByteBuffer;

/** The hostile end of one link: it says what it is told to, and hears what it is told. */
public interface Line {
    /**
     * Says the next piece, and hears what there is to hear.
     *
     * @param speech what is left to say; its position moves on.
     * @param cut how much to say at most, in what the line counts in; 0: all.
     * @return whether the link takes more.
     */
    boolean say(ByteBuffer speech, int cut);

    /** Can it speak yet? */
    default boolean isReady() {
        return true;
    }

    /** Hears what there is to hear. */
    void hear();

    /** Ends the link: in good order, or not. */
    void hangUp(boolean abruptly);

    /** Has the end come through to this side as well? */
    boolean isOver();
}
