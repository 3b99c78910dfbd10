// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * Random stories: event queues, portals, workers, relays and sessions, to which things happen that
 * a seed decides, and after each of which everything must be as the guarantees say. The idea is
 * that of JXIO's old StoryTeller.
 */
package io.verbena.testkit.story;
