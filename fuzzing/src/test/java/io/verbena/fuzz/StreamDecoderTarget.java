// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.Poller;
import io.verbena.spi.TransportProvider;
import io.verbena.tcp.NioTransportProvider;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The socket transport cuts frames out of a stream that arrives in pieces of any size, while its
 * handler takes them, throws them away, says "not now", or gives the connection to another poller.
 * Each frame must come whole, once, and in its place.
 *
 * <p>An input is groups of four bytes, one for each frame: what is done with it, and the length of
 * its payload in 24 bits. The same bytes, one by one, are the lengths of the pieces.
 */
final class StreamDecoderTarget {
    private static final int GROUP = 4;
    private static final int MOST_FRAMES = 24;

    /** Several times what is read at once. */
    private static final int LONGEST = 150_000;

    private static final int MOST_BYTES = 400_000;
    private static final int MOST_PIECES = 200;
    private static final int PATIENCE = 10_000;

    private static final Path SOCKET = socket();
    private static final Poller POLLER = open();
    private static final Poller OTHER = open();
    private static final byte[] NOISE = new byte[LONGEST + 256];
    private static Decoder current;
    private static final Listener LISTENER =
            POLLER.listen(
                    URI.create("unix://" + SOCKET),
                    PortalOptions.defaults(),
                    connection -> current.accepted(connection));

    static {
        new Random(1).nextBytes(NOISE);
    }

    private StreamDecoderTarget() {}

    private static Path socket() {
        try {
            final Path directory = Files.createTempDirectory("verbena-fuzz");
            directory.toFile().deleteOnExit();
            final Path socket = directory.resolve("d");
            socket.toFile().deleteOnExit();
            return socket;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Poller open() {
        final TransportProvider provider = new NioTransportProvider();
        return provider.open(new NoEngine());
    }

    /** One stream. */
    static void attack(final byte[] input) {
        final Decoder decoder = new Decoder(input);
        current = decoder;
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(UnixDomainSocketAddress.of(SOCKET));
            peer.configureBlocking(false);
            for (int i = 0; i < PATIENCE && decoder.connection == null; i++) {
                POLLER.poll();
            }
            decoder.receive(peer);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < PATIENCE && !decoder.closed; i++) {
            decoder.run();
        }
        decoder.assertWhole();
        assert LISTENER != null;
    }

    /** What is done with a frame. */
    private enum Doing {
        TAKE,
        THROW_AWAY,
        NOT_NOW,
        GIVE_AWAY
    }

    private static final class Decoder implements ConnectionHandler {
        private final List<Doing> doings = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private final ByteBuffer stream;
        private final byte[] pieces;
        private Connection connection;
        private Poller poller = POLLER;
        private Memory taken;
        private int asked;
        private int arrived;
        private boolean stalled;
        private boolean putOff;
        private boolean detached;
        private boolean closed;

        Decoder(final byte[] input) {
            pieces = input;
            int bytes = 0;
            for (int at = 0;
                    at + GROUP <= input.length && lengths.size() < MOST_FRAMES;
                    at += GROUP) {
                final int raw =
                        (input[at + 1] & 0xff)
                                | (input[at + 2] & 0xff) << 8
                                | (input[at + 3] & 0xff) << 16;
                final int length = raw % LONGEST;
                bytes += FrameHeader.LENGTH + length;
                if (bytes > MOST_BYTES) {
                    bytes -= FrameHeader.LENGTH + length;
                    break;
                }
                doings.add(Doing.values()[input[at] & 3]);
                lengths.add(length);
            }
            stream = ByteBuffer.allocate(bytes);
            final FrameHeader header = new FrameHeader();
            for (int i = 0; i < lengths.size(); i++) {
                header.set(i, 0, 0, lengths.get(i), i, 0).writeTo(stream, stream.position());
                stream.position(stream.position() + FrameHeader.LENGTH);
                stream.put(NOISE, i, lengths.get(i));
            }
            stream.flip();
        }

        ConnectionHandler accepted(final Connection newConnection) {
            connection = newConnection;
            return this;
        }

        void receive(final SocketChannel peer) throws IOException {
            for (int piece = 0; stream.hasRemaining(); piece++) {
                final int start = stream.position();
                final int length = pieceLength(piece);
                stream.limit(Math.min(stream.capacity(), start + length));
                peer.write(stream);
                stream.limit(stream.capacity());
                run();
            }
            for (int i = 0; i < PATIENCE && arrived < lengths.size(); i++) {
                run();
            }
        }

        /** Bytes, or from 128 on KiB; after many pieces, all the rest. */
        private int pieceLength(final int piece) {
            if (piece >= MOST_PIECES) {
                return stream.remaining();
            }
            final int code = pieces[piece % pieces.length] & 0xff;
            return code < 128 ? 1 + code : (code - 127) * 1024;
        }

        private void run() {
            POLLER.poll();
            OTHER.poll();
            if (detached) {
                detached = false;
                poller = poller == POLLER ? OTHER : POLLER;
                poller.adopt(connection, this);
            } else if (stalled) {
                stalled = false;
                connection.resume();
            }
        }

        void assertWhole() {
            if (arrived != lengths.size()) {
                throw new AssertionError("%d of %d frames came".formatted(arrived, lengths.size()));
            }
            if (!closed) {
                throw new AssertionError("the end of the stream was not told");
            }
        }

        // ---- what it is told

        @Override
        public void onConnected() {
            throw new AssertionError("it has connected to nobody");
        }

        @Override
        public MsgMemory destination(final FrameHeader header) {
            if (asked != arrived) {
                throw new AssertionError("asked about another frame before the last was there");
            }
            checkHeader(header);
            final Doing doing = doings.get(arrived);
            if (doing == Doing.NOT_NOW && !putOff) {
                putOff = true;
                stalled = true;
                return null;
            }
            asked++;
            putOff = false;
            if (doing == Doing.THROW_AWAY || header.payloadLength() == 0) {
                taken = null;
                return MsgMemory.DISCARD;
            }
            taken = new Memory(header.payloadLength());
            return taken;
        }

        private void checkHeader(final FrameHeader header) {
            if (header.type() != arrived
                    || header.transactionId() != arrived
                    || header.payloadLength() != lengths.get(arrived)) {
                throw new AssertionError("frame %d is %s".formatted(arrived, header));
            }
        }

        @Override
        public void onFrame(final FrameHeader header, final MsgMemory memory) {
            checkHeader(header);
            if (taken != null) {
                if (memory != taken) {
                    throw new AssertionError("a frame went elsewhere");
                }
                final byte[] expected =
                        Arrays.copyOfRange(NOISE, arrived, arrived + header.payloadLength());
                if (!taken.bytes.clear().equals(ByteBuffer.wrap(expected))) {
                    throw new AssertionError(
                            "the payload of frame %d is another".formatted(arrived));
                }
            } else if (memory != MsgMemory.DISCARD) {
                throw new AssertionError("a frame that was thrown away went somewhere");
            }
            if (doings.get(arrived) == Doing.GIVE_AWAY) {
                connection.detach();
                detached = true;
            }
            arrived++;
        }

        @Override
        public void onWritable() {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void onSent(final MsgMemory payload) {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void onClosed(final EventReason reason, final String detail, final Throwable cause) {
            if (closed || reason != EventReason.TRANSPORT_ERROR) {
                throw new AssertionError("the end is %s: %s".formatted(reason, detail), cause);
            }
            closed = true;
        }
    }

    private static final class Memory implements MsgMemory {
        private final ByteBuffer bytes;

        Memory(final int length) {
            bytes = ByteBuffer.allocate(length);
        }

        @Override
        public ByteBuffer inbound() {
            return bytes;
        }

        @Override
        public ByteBuffer outbound() {
            throw new AssertionError("nothing is sent");
        }
    }
}
