// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.X509Bundle;
import io.verbena.TlsOptions;
import io.verbena.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Certificates whose files change")
class ReloadTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.ec();

    @TempDir Path directory;

    private final AtomicLong nowNs = new AtomicLong();
    private final List<MaterialException> reloads = new ArrayList<>();
    private Path chain;
    private Path key;
    private Material material;
    private SSLContext first;

    @BeforeEach
    void read() throws Exception {
        chain = directory.resolve("chain.pem");
        key = directory.resolve("key.pem");
        TestCertificates.write(CERTIFICATES.server(), chain, key);
        material =
                new Material(
                        PemFiles.key(chain, key, null),
                        null,
                        (files, failure) -> reloads.add(failure),
                        nowNs::get);
        first = material.context();
    }

    private void replace(final X509Bundle next) throws IOException {
        final Path newChain = directory.resolve("new-chain.pem");
        final Path newKey = directory.resolve("new-key.pem");
        TestCertificates.write(next, newChain, newKey);
        // Another file in its place, as tools that renew certificates do it: told by its key.
        Files.move(newChain, chain, StandardCopyOption.REPLACE_EXISTING);
        Files.move(newKey, key, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void areReadAgainOnceASecondHasPassed() throws Exception {
        replace(CERTIFICATES.client());
        nowNs.addAndGet(Material.CHECK_NS - 1);
        assertThat(material.context()).as("within a second").isSameAs(first);
        nowNs.addAndGet(1);
        assertThat(material.context()).as("afterwards").isNotSameAs(first);
        assertThat(reloads).containsExactly((MaterialException) null);
    }

    @Test
    void areNotReadAgainIfTheyHaveNotChanged() throws Exception {
        nowNs.addAndGet(10 * Material.CHECK_NS);
        assertThat(material.context()).isSameAs(first);
        assertThat(reloads).isEmpty();
    }

    @Test
    void areUsedAsTheyWereWhileTheNewOnesCannotBe() throws Exception {
        Files.writeString(key, "no key at all");
        nowNs.addAndGet(Material.CHECK_NS);
        assertThat(material.context()).isSameAs(first);
        nowNs.addAndGet(Material.CHECK_NS);
        assertThat(material.context()).isSameAs(first);
        assertThat(reloads).as("told once").hasSize(1).doesNotContainNull();
        assertThat(reloads.get(0)).hasMessageContaining(key.toString());

        TestCertificates.write(CERTIFICATES.client(), chain, key);
        nowNs.addAndGet(Material.CHECK_NS);
        assertThat(material.context()).as("when they can").isNotSameAs(first);
        assertThat(reloads).hasSize(2).endsWith((MaterialException) null);
    }

    @Test
    void areUsedAsTheyWereWhileTheyAreGone() throws Exception {
        Files.delete(chain);
        nowNs.addAndGet(Material.CHECK_NS);
        assertThat(material.context()).isSameAs(first);
        assertThat(reloads).hasSize(1).doesNotContainNull();
    }

    @Test
    void resumeNoSessionOfTheOldOnes() throws Exception {
        final TlsOptions server = CERTIFICATES.serverOptions();
        final TlsOptions client = CERTIFICATES.clientOptions();
        final int certificateBytes = CERTIFICATES.server().getCertificate().getEncoded().length;
        final long whole = EnginePair.of(client, server).saidByServer();
        assertThat(EnginePair.of(client, server).saidByServer())
                .as("with the same certificates: not shown again")
                .isLessThan(whole - certificateBytes);
        assertThat(EnginePair.of(client, CERTIFICATES.serverOptions()).saidByServer())
                .as("when they were read anew: shown")
                .isGreaterThan(whole - certificateBytes);
    }
}
