// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.Msg;
import io.verbena.MsgPool;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The leak check finds leaks. */
class LeaksTest {
    private final Leaks leaks = new Leaks(50_000_000);

    @Test
    void nothingIsNoLeak() {
        leaks.begin();
        leaks.check();
    }

    @Test
    void anOpenPoolIsALeak() {
        leaks.begin();
        final MsgPool pool = Leaks.pool(3, 8, 8);
        final Msg msg = pool.take();
        assertThatThrownBy(leaks::check)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("open pool, 2 of 3 free");
        msg.release();
        pool.close();
    }

    @Test
    void anOpenDescriptorIsALeak() throws Exception {
        leaks.begin();
        final Pipe pipe = Pipe.open();
        try {
            assertThatThrownBy(leaks::check)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("pipe:");
        } finally {
            pipe.source().close();
            pipe.sink().close();
        }
        leaks.check();
    }

    /** Who looks into a JVM that runs tests doesn't make one fail. */
    @Test
    void whereTheJvmListensForToolsIsNoLeak() throws Exception {
        final Leaks patient = new Leaks();
        patient.begin();
        final Process tool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(ProcessHandle.current().pid()),
                                "VM.version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(tool.waitFor()).isZero();
        patient.check();
    }

    @Test
    void aThreadIsALeak() throws Exception {
        leaks.begin();
        final CountDownLatch end = new CountDownLatch(1);
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                end.await();
                            } catch (final InterruptedException e) {
                                // it ends either way
                            }
                        },
                        "left-behind");
        thread.start();
        assertThatThrownBy(leaks::check)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("left-behind");
        end.countDown();
        thread.join();
    }

    @Test
    void directMemoryIsALeak() {
        leaks.begin();
        final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 20);
        assertThatThrownBy(leaks::check)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("direct buffers");
        memory.put(0, (byte) 1);
    }
}
