// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.EventReason;
import io.verbena.tcp.link.LinkException;
import io.verbena.tcp.link.PacedLink;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * OpenJ9's framing beneath a session is told bytes, in pieces of any size. It makes frames of them
 * that are right, or ends the link for the reason that one who reads them at leisure finds, too.
 *
 * <pre>
 *   0  u8   1: it is the client's end; 2: the peer waits for its turn after each message
 *   1  u8   bytes that the socket gives and takes at once, less 1
 *   2  u8   the longest piece: 16 bytes, and so many fours
 *   3       what the peer says, and then it ends its stream
 * </pre>
 */
public final class JitTarget {
    private static final int HEAD = 3;
    private static final int ALIGNMENT = 4;
    private static final int CLIENT = 1;
    private static final int POLITE = 2;
    private static final int PATIENCE = 1 << 14;

    private final boolean client;
    private final boolean polite;
    private final int piece;
    private final byte[] said;
    private final ByteOrder order;

    /** What this side says: the shortest of OpenJ9's, in the client's byte order. */
    private final byte[] shortest;

    /** Bytes of what the peer says that have arrived. */
    private int arrived;

    private final PacedLink socket;
    private final JitLink link;
    private final FrameHeader header = new FrameHeader();
    private final ByteBuffer area = ByteBuffer.allocateDirect(1 << 12);
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private long transactionId;

    private JitTarget(final byte[] input) {
        final byte[] head = Arrays.copyOf(input, HEAD);
        client = (head[0] & CLIENT) != 0;
        polite = (head[0] & POLITE) != 0;
        piece = MessageSize.SHORTEST + ALIGNMENT * (head[2] & 0xff);
        said = Arrays.copyOfRange(input, Math.min(HEAD, input.length), input.length);
        order = client ? ByteOrder.LITTLE_ENDIAN : orderOf(said);
        shortest = new byte[MessageSize.SHORTEST];
        ByteBuffer.wrap(shortest).order(order).putInt(MessageSize.SHORTEST);
        socket = new PacedLink(1 + (head[1] & 0xff));
        link = new JitLink(socket, client ? JitEnd.CLIENT : JitEnd.SERVER, "the peer", () -> {});
    }

    /** One conversation. */
    public static void attack(final byte[] input) {
        new JitTarget(input).converse();
    }

    /** What OpenJ9 itself has written, and who speaks something else. */
    public static List<byte[]> seeds(final List<byte[]> messages) {
        return Stream.concat(
                        messages.stream(),
                        Stream.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0002")
                                .map(text -> text.getBytes(StandardCharsets.UTF_8)))
                .flatMap(
                        message ->
                                Stream.of(
                                        seed(0, 255, message),
                                        seed(CLIENT, 0, message),
                                        seed(POLITE, 6, twice(message)),
                                        seed(CLIENT | POLITE, 20, twice(message)),
                                        seed(0, 0, Arrays.copyOf(message, message.length - 1))))
                .toList();
    }

    private static byte[] seed(final int manners, final int pace, final byte[] speech) {
        final byte[] seed = new byte[HEAD + speech.length];
        seed[0] = (byte) manners;
        seed[1] = (byte) pace;
        System.arraycopy(speech, 0, seed, HEAD, speech.length);
        return seed;
    }

    private static byte[] twice(final byte[] message) {
        final byte[] both = Arrays.copyOf(message, 2 * message.length);
        System.arraycopy(message, 0, both, message.length, message.length);
        return both;
    }

    // ---- one who reads at leisure

    /**
     * What must come of it.
     *
     * @param messages bytes of whole messages, in their turn.
     * @param end why the link ends; CLOSED_BY_PEER: in good order.
     */
    private record Outcome(int messages, EventReason end) {}

    private Outcome expected() {
        int at = 0;
        while (at < said.length) {
            if (said.length - at < MessageSize.BYTES) {
                return new Outcome(at, EventReason.TRANSPORT_ERROR);
            }
            final int size = sizeAt(at);
            final boolean tls = said[at] == 0x16 && said[at + 1] == 3;
            if (tls || size < MessageSize.SHORTEST || size % ALIGNMENT != 0) {
                return new Outcome(at, EventReason.PROTOCOL_ERROR);
            }
            if (size > said.length - at) {
                return new Outcome(at, EventReason.TRANSPORT_ERROR);
            }
            at += size;
            if (!polite && at < said.length) {
                return new Outcome(at, EventReason.PROTOCOL_ERROR);
            }
        }
        return new Outcome(at, EventReason.CLOSED_BY_PEER);
    }

    /** That in which the first size is the smaller number. */
    private static ByteOrder orderOf(final byte[] said) {
        final int little =
                ByteBuffer.wrap(Arrays.copyOf(said, ALIGNMENT))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getInt();
        return Integer.compareUnsigned(Integer.reverseBytes(little), little) < 0
                ? ByteOrder.BIG_ENDIAN
                : ByteOrder.LITTLE_ENDIAN;
    }

    private int sizeAt(final int index) {
        return ByteBuffer.wrap(said).order(order).getInt(index);
    }

    // ---- the end under attack, as an engine has it

    private void converse() {
        final Outcome expected = expected();
        EventReason end;
        try {
            greet();
            end = talk();
        } catch (final LinkException e) {
            end = e.reason();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        link.close();
        final byte[] all = heard.toByteArray();
        if (end != expected.end()) {
            throw new AssertionError("%s, and it ended for %s".formatted(expected, end));
        }
        if (!Arrays.equals(all, 0, all.length, said, 0, Math.min(all.length, said.length))) {
            throw new AssertionError("other bytes are heard than were said");
        }
        // The last of a message may be kept back when more is seen behind it; nothing else may.
        if (all.length != expected.messages() && expected.end() == EventReason.CLOSED_BY_PEER) {
            throw new AssertionError("%s, and %d bytes came".formatted(expected, all.length));
        }
        if (!socket.isClosed()) {
            throw new AssertionError("its socket is open");
        }
    }

    private void greet() throws IOException {
        if (client) {
            write(Hello.set(header, 0, 0, 0, 0, 0, piece), new byte[0]);
        }
        check(readHeader() == FrameHeader.LENGTH && header.type() == FrameType.HELLO, "no HELLO");
        if (!client) {
            write(Hello.set(header, 0, 1, 0, 1, 0, piece), new byte[0]);
        }
    }

    private EventReason talk() throws IOException {
        final int others = client ? FrameType.RESPONSE : FrameType.REQUEST;
        while (true) {
            if (client) {
                say(shortest);
            }
            arrive();
            int left = 0;
            do {
                final int read = readHeader();
                if (header.type() == FrameType.GOODBYE) {
                    check(left == 0, "a good end in the middle of a message");
                    return EventReason.CLOSED_BY_PEER;
                }
                check(header.type() == others, "a frame of type " + header.type());
                check(!client || header.transactionId() == transactionId, "another's answer");
                transactionId = header.transactionId();
                final byte[] bytes = readPayload(read);
                if (left == 0) {
                    left = sizeAt(heard.size());
                }
                heard.writeBytes(bytes);
                left -= bytes.length;
                check(left >= 0, "a piece goes beyond its message");
                if (left > 0) {
                    say(new byte[0]);
                }
            } while (left > 0);
            if (hearsGoodbye()) {
                return EventReason.CLOSED_BY_PEER;
            }
            if (!client) {
                say(shortest);
            }
        }
    }

    /** The peer says its next message, or all that it has to say. */
    private void arrive() {
        final int left = said.length - arrived;
        int bytes = left;
        if (polite && left >= MessageSize.BYTES) {
            bytes = Math.min(left, Math.max(MessageSize.BYTES, sizeAt(arrived)));
        }
        socket.feed(Arrays.copyOfRange(said, arrived, arrived + bytes));
        arrived += bytes;
        if (arrived == said.length) {
            socket.end();
        }
    }

    /** It is this side's turn, and all that a server may do is to end its stream. */
    private boolean hearsGoodbye() throws IOException {
        if (!link.isReadable() || link.read(area.clear()) == 0) {
            return false;
        }
        header.readFrom(area, 0);
        check(client && header.type() == FrameType.GOODBYE, "something came out of turn");
        return true;
    }

    private int readHeader() throws IOException {
        int read = 0;
        for (int i = 0; read == 0; i++) {
            check(i < PATIENCE, "nothing comes, and no end");
            read = link.read(area.clear());
        }
        check(read >= FrameHeader.LENGTH, "half a header");
        header.readFrom(area, 0);
        return read;
    }

    private byte[] readPayload(final int readWithHeader) throws IOException {
        final int length = header.payloadLength();
        check(length <= piece, "a piece of %d bytes".formatted(length));
        final byte[] payload = new byte[length];
        int have = readWithHeader - FrameHeader.LENGTH;
        check(have <= length, "more than one frame at once");
        area.get(FrameHeader.LENGTH, payload, 0, have);
        for (int i = 0; have < length; i++) {
            check(i < PATIENCE, "the rest of a piece doesn't come");
            final ByteBuffer rest = ByteBuffer.wrap(payload, have, length - have);
            have += (int) link.read(new ByteBuffer[] {rest, area.clear()});
            check(area.position() == 0, "what isn't the engine's yet");
        }
        return payload;
    }

    private void say(final byte[] payload) throws IOException {
        final int type = client ? FrameType.REQUEST : FrameType.RESPONSE;
        transactionId += client ? 1 : 0;
        write(header.set(type, 0, 0, payload.length, transactionId, piece), payload);
    }

    private void write(final FrameHeader frame, final byte[] payload) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH + payload.length);
        frame.writeTo(bytes, 0);
        bytes.put(FrameHeader.LENGTH, payload);
        for (int i = 0; bytes.hasRemaining(); i++) {
            check(i < PATIENCE, "nothing is taken any more");
            link.write(bytes);
        }
    }

    private static void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
