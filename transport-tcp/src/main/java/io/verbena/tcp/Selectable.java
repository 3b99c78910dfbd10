// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import java.nio.channels.SelectionKey;

/** What hangs on a selection key. */
interface Selectable {
    /**
     * The key is ready; called on the event queue's thread.
     *
     * @param key the key, valid.
     */
    void onReady(SelectionKey key);
}
