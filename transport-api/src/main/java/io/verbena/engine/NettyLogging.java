// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.ServiceLoader;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Netty's buffers log by SLF4J as soon as it is there, and SLF4J complains on stderr where it has
 * no back end. A program without one shall hear nothing: then, and only then, Netty is told to log
 * by the JDK, as it does by itself where there is no SLF4J.
 */
final class NettyLogging {
    static {
        if (ServiceLoader.load(SLF4JServiceProvider.class).stream().findAny().isEmpty()) {
            InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        }
    }

    private NettyLogging() {}

    /** Must have run before the first of Netty's buffers is made. */
    static void settle() {
        // The static initialiser has done it.
    }
}
