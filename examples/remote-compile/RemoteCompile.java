// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
import static io.verbena.stream.MessageTypes.COMPILATION_CODE;
import static io.verbena.stream.MessageTypes.COMPILATION_FAILURE;
import static io.verbena.stream.MessageTypes.COMPILATION_REQUEST;

import io.verbena.stream.ClientStream;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamConnector;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * A toy remote compile service. A client asks for a method's code; the server compiles it, and on
 * its way asks back for the source of each method that it calls, as JITServer asks for classes.
 */
public final class RemoteCompile {
    /** The server's query; the client's reply has the same type. Numbers are the application's. */
    static final int GET_SOURCE = 100;

    /** The status of a COMPILATION_FAILURE: the program is wrong. */
    static final int CANNOT_COMPILE = 60;

    static final int PUSH = 0; // and the number

    public static void main(String[] args) throws InterruptedException {
        if (args.length == 2 && args[0].equals("server")) {
            serve(URI.create(args[1]));
        } else if (args.length > 2 && args[0].equals("client")) {
            ask(URI.create(args[1]), Arrays.copyOfRange(args, 2, args.length));
        } else {
            System.err.println("usage: RemoteCompile server URI");
            System.err.println("       RemoteCompile client URI NAME=EXPRESSION... NAME");
            System.exit(2);
        }
    }

    // ---- the server

    /** Four threads serve any number of streams: idle ones cost none. */
    static void serve(URI uri) throws InterruptedException {
        var threads = Executors.newFixedThreadPool(4);
        var options = StreamOptions.defaults();
        try (var listener = StreamListener.listen(uri, options, threads, RemoteCompile::answer)) {
            System.out.println("listening on " + listener.uri());
            Thread.currentThread().join();
        }
    }

    /** One request, to its result: then the listener has the stream back. */
    static void answer(ServerStream stream) {
        var request = stream.expect(COMPILATION_REQUEST).expect(2);
        stream.clientId(request.uint64());
        var method = request.string();
        try {
            var code = new Compiler(name -> sourceOf(stream, name)).compile(method);
            stream.write(COMPILATION_CODE, w -> w.ints(code));
        } catch (IllegalArgumentException e) {
            stream.write(COMPILATION_FAILURE, w -> w.uint32(CANNOT_COMPILE).uint64(0));
        }
    }

    /** Asks back. Blocks until the client has answered, 30 s at most. */
    static String sourceOf(ServerStream stream, String name) {
        stream.write(GET_SOURCE, w -> w.string(name));
        return stream.expect(GET_SOURCE).expect(1).string();
    }

    // ---- the client

    static void ask(URI uri, String[] words) {
        var method = words[words.length - 1];
        var program = new HashMap<String, String>();
        for (var word : Arrays.asList(words).subList(0, words.length - 1)) {
            var parts = word.split("=", 2);
            program.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        try (var connector = new StreamConnector(uri)) {
            // A server that can't be reached costs a moment, and not the result.
            int[] code =
                    connector.call(
                            stream -> compileThere(stream, program, method),
                            failure -> {
                                System.out.println("compiled here: " + failure.getMessage());
                                return new Compiler(n -> sourceIn(program, n)).compile(method);
                            });
            System.out.println(method + " = " + run(code));
        } catch (IllegalArgumentException e) {
            System.err.println("can't compile " + method + ": " + e.getMessage());
            System.exit(1);
        }
    }

    static int[] compileThere(ClientStream stream, Map<String, String> program, String method) {
        long clientId = ProcessHandle.current().pid();
        stream.write(COMPILATION_REQUEST, w -> w.uint64(clientId).string(method));
        while (stream.read() == GET_SOURCE) {
            var name = stream.in().expect(1).string();
            stream.write(GET_SOURCE, w -> w.string(sourceIn(program, name)));
        }
        if (stream.in().type() != COMPILATION_CODE) {
            throw new IllegalArgumentException("the server says so");
        }
        return stream.in().expect(1).ints();
    }

    static String sourceIn(Map<String, String> program, String name) {
        return program.getOrDefault(name, "");
    }

    static int run(int[] code) {
        var stack = new ArrayDeque<Integer>();
        for (int i = 0; i < code.length; i++) {
            if (code[i] == PUSH) {
                stack.push(code[++i]);
            } else {
                int right = stack.pop();
                int left = stack.pop();
                int sum = code[i] == '+' ? left + right : left - right;
                stack.push(code[i] == '*' ? left * right : sum);
            }
        }
        return stack.pop();
    }

    /** Expressions of numbers, names, + - and *, from left to right, to code for a stack. */
    record Compiler(UnaryOperator<String> source) {
        int[] compile(String method) {
            var code = new ArrayList<Integer>();
            call(method, 0, code);
            return code.stream().mapToInt(Integer::intValue).toArray();
        }

        private void call(String method, int depth, List<Integer> code) {
            if (depth > 32 || code.size() > 10_000) {
                throw new IllegalArgumentException("methods call each other without an end");
            }
            var tokens = source.apply(method).split("(?<=[-+*])|(?=[-+*])");
            operand(tokens[0].strip(), depth, code);
            for (int i = 1; i < tokens.length; i += 2) {
                operand(i + 1 < tokens.length ? tokens[i + 1].strip() : "", depth, code);
                code.add((int) tokens[i].charAt(0));
            }
        }

        private void operand(String word, int depth, List<Integer> code) {
            if (word.matches("[0-9]{1,9}")) {
                code.addAll(List.of(PUSH, Integer.parseInt(word)));
            } else if (word.matches("[a-z]+")) {
                call(word, depth + 1, code);
            } else {
                throw new IllegalArgumentException("no number and no name: '" + word + "'");
            }
        }
    }
}
