// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.rdma.AutoTargets;
import io.verbena.rdma.FabricTargets;
import io.verbena.rdma.InvitationTarget;
import io.verbena.stream.MessageFuzz;
import io.verbena.tcp.jit.JitTarget;
import io.verbena.tls.PemTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What can be attacked, in the order in which it is. New ones are added at the end. */
enum Target {
    SERVER_ENGINE(
            "a server's engine, by frames",
            EngineTargets::server,
            () -> recorded(Recording::attackOnServer)),
    CLIENT_ENGINE(
            "a client's engine, by frames",
            EngineTargets::client,
            () -> recorded(Recording::attackOnClient)),
    HELLO("both, by a HELLO with any numbers and payload", HelloTarget::attack, Target::hellos),
    SERVER_SOCKET(
            "a server behind a socket, by bytes in pieces of any size",
            SocketTargets::server,
            () -> recorded(Recording::attackOnServer)),
    CLIENT_SOCKET(
            "a client behind a socket, by bytes in pieces of any size",
            SocketTargets::client,
            () -> recorded(Recording::attackOnClient)),
    STREAM_DECODER(
            "the socket transport's decoder, beside one that is too simple to be wrong",
            StreamDecoderTarget::attack,
            Target::streams),
    URI("URIs of users, paths of peers", UriTarget::attack, Target::uris),
    INVITATION(
            "RDMA's private data",
            InvitationTarget::attack,
            () ->
                    Stream.concat(
                                    FabricTargets.clients().stream(),
                                    FabricTargets.servers().stream())
                            .map(
                                    seed ->
                                            java.util.Arrays.copyOfRange(
                                                    seed, 5, Math.min(seed.length, 61)))
                            .toList()),
    SERVER_RDMA(
            "a server on RDMA's scripted fabric, by invitations and SENDs",
            FabricTargets::server,
            FabricTargets::clients),
    CLIENT_RDMA(
            "a client on RDMA's scripted fabric, by invitations and SENDs",
            FabricTargets::client,
            FabricTargets::servers),
    PEM("PEM files of certificates and keys", PemTarget::attack, Target::pems),
    STREAM_MESSAGE(
            "messages in OpenJ9's framing, read, written and read again",
            MessageFuzz::fuzzerTestOneInput,
            () -> messages("02")),
    SERVER_AUTO(
            "a server that offers something faster, by frames on the control connection",
            AutoTargets::server,
            AutoTargets::clients),
    CLIENT_AUTO(
            "a client that is offered something faster, by frames on the control connection",
            AutoTargets::client,
            AutoTargets::servers),
    SERVER_SECRET(
            "a server that asks for a shared secret, by frames of who doesn't know it",
            SecretTargets::server,
            SecretTargets::clients),
    CLIENT_SECRET(
            "a client that asks for a shared secret, by frames of who doesn't know it",
            SecretTargets::client,
            SecretTargets::servers),
    SERVER_TLS(
            "a server that speaks TLS, by records of who doesn't",
            TlsTargets::server,
            TlsTargets::clients),
    CLIENT_TLS(
            "a client that speaks TLS, by records of who doesn't",
            TlsTargets::client,
            TlsTargets::servers),
    JIT_LINK(
            "OpenJ9's framing beneath a session, beside one who reads at leisure",
            JitTarget::attack,
            () -> JitTarget.seeds(messages("")));

    private static final Pattern HEX = Pattern.compile("\"hex\": *\"([0-9a-f]+)\"");

    private final String what;
    private final Consumer<byte[]> attack;
    private final Supplier<List<byte[]>> seeds;

    Target(final String what, final Consumer<byte[]> attack, final Supplier<List<byte[]>> seeds) {
        this.what = what;
        this.attack = attack;
        this.seeds = seeds;
    }

    /** What it is called on the command line, and its corpus. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Target of(final String label) {
        return Stream.of(values())
                .filter(target -> target.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no target %s; --list tells which there are"
                                                .formatted(label)));
    }

    String what() {
        return what;
    }

    /** One attack; throws if what is attacked does anything that it must not. */
    void attack(final byte[] input) {
        attack.accept(input);
    }

    /** What to begin with: as it is today, and never out of date. */
    List<byte[]> seeds() {
        return seeds.get();
    }

    private static final class Recorded {
        private static final List<Recording> ALL = Recording.all();
    }

    private static List<byte[]> recorded(final Function<Recording, Input> side) {
        return Recorded.ALL.stream().map(side).map(Input::encode).toList();
    }

    private static List<byte[]> hellos() {
        return Stream.of(new byte[22], hello(0, "/orders?shard=3"), hello(1, ""), hello(1, "no"))
                .toList();
    }

    private static byte[] hello(final int direction, final String payload) {
        final ByteArrayOutputStream hello = new ByteArrayOutputStream();
        // Versions 1 to 1; 1 credit, of a window of 4; every 5000 ms; 64 KiB.
        final int[] head = {
            direction, 0, 0, 0, 1, 0, 1, 1, 4, 0, 0, 0, 0, 0, 0x88, 0x13, 0, 0, 0, 0, 1, 0
        };
        for (final int each : head) {
            hello.write(each);
        }
        hello.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
        return hello.toByteArray();
    }

    private static List<byte[]> streams() {
        return List.of(
                new byte[] {0, 5, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3, 64, 0, 0, 0, 0, 0, 0},
                new byte[] {0, 0, 0, 2, 2, 0, 0, 1, 0, 1, 0, 0, 3, 0, (byte) 200, 1, 0, 0, 9, 0});
    }

    private static List<byte[]> pems() {
        return Stream.of("ec.pem", "rsa.pem", "ed.pem", "encrypted.pem")
                .map(name -> resource(Target.class, name))
                .toList();
    }

    /** What OpenJ9 itself has written, as the stream's own tests have it, behind some bytes. */
    private static List<byte[]> messages(final String head) {
        final String lines =
                new String(
                        resource(MessageFuzz.class, "openj9-vectors.jsonl"),
                        StandardCharsets.UTF_8);
        return HEX.matcher(lines)
                .results()
                .map(found -> HexFormat.of().parseHex(head + found.group(1)))
                .filter(message -> message.length <= FuzzerRun.MOST_INPUT_BYTES)
                .toList();
    }

    private static byte[] resource(final Class<?> beside, final String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> uris() {
        return Stream.of(
                        "tcp://127.0.0.1:9400/orders?shard=3",
                        "tcp://[fe80::1%25eth0]:9400",
                        "tls://name.example:1/%C3%A9",
                        "unix:///run/app.sock?x=y",
                        "rdma://10.0.0.1:0",
                        "auto+tls://host:65535/",
                        "mem://name",
                        "/path/../other?query#fragment",
                        "?query",
                        "http://host")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
