// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
//
// A peer that speaks OpenJ9's framing and shares no code with Verbena: what it knows is docs/STREAMS.md.
//
//   jitpeer golden                prints messages as it writes them, in hexadecimal, one a line
//   jitpeer client HOST PORT N    has N conversations on one connection, then says that it ends it
//   jitpeer idle HOST PORT        for each line of its input opens as many connections as that says, and says nothing on
//                                 them; closes all at the end of the input
//   jitpeer server                prints its port, and serves the same conversation, a process for each connection
//
// Each end checks every byte that it gets. Exit status 0: all was right. Numbers are in the machine's own order, as
// OpenJ9's are.

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INT32 = 0, INT64 = 1, UINT32 = 2, UINT64 = 3, BOOL = 4, STRING = 5, VECTOR = 8, SIMPLE_VECTOR = 9, TUPLE = 11 };

enum {
    COMPILED_CODE = 0,
    COMPILATION_FAILURE = 1,
    COMPILATION_REQUEST = 8,
    CLIENT_SESSION_TERMINATE = 10,
    CONNECTION_TERMINATE = 11,
    TUPLE_QUERY = 132,
    BIG_QUERY = 133,
    AOT_CACHE_MAP_REQUEST = 233,
    AOT_CACHE_MAP_REPLY = 234
};

enum { HEADER = 16, LONGEST = 1 << 20, BIG_QUERY_BYTES = 17 << 10, BIG_REPLY_BYTES = 150000, CODE_BYTES = 40001 };

typedef struct {
    uint8_t *bytes;
    uint32_t size;
} Message;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// ---- writing

static Message begin(uint16_t type, uint16_t values, uint32_t version, uint32_t config) {
    Message m = {calloc(1, LONGEST), HEADER};
    if (m.bytes == NULL) {
        fail("calloc");
    }
    memcpy(m.bytes + 4, &version, 4);
    memcpy(m.bytes + 8, &config, 4);
    memcpy(m.bytes + 12, &type, 2);
    memcpy(m.bytes + 14, &values, 2);
    return m;
}

static uint32_t put_descriptor(Message *m, uint8_t type, uint8_t element) {
    const uint32_t at = m->size;
    m->bytes[at] = type;
    m->bytes[at + 3] = element;
    m->size += 8;
    return at;
}

static void set_size(Message *m, uint32_t descriptor) {
    const uint32_t size = m->size - descriptor - 8;
    memcpy(m->bytes + descriptor + 4, &size, 4);
}

static void put(Message *m, uint8_t type, uint8_t element, int wide, const void *data, uint32_t length) {
    const uint32_t at = put_descriptor(m, type, element);
    if (wide && m->size % 8 != 0) {
        m->bytes[at + 2] = 4;
        m->size += 4;
    }
    memcpy(m->bytes + m->size, data, length);
    m->size += length;
    m->bytes[at + 1] = (uint8_t) (-length & 3);
    m->size += m->bytes[at + 1];
    set_size(m, at);
}

static void put_u32(Message *m, uint32_t value) { put(m, UINT32, 0, 0, &value, 4); }
static void put_u64(Message *m, uint64_t value) { put(m, UINT64, 0, 1, &value, 8); }
static void put_string(Message *m, const char *text) { put(m, STRING, 0, 0, text, (uint32_t) strlen(text)); }

static void put_bool(Message *m, int value) {
    const uint8_t byte = (uint8_t) (value != 0);
    put(m, BOOL, 0, 0, &byte, 1);
}

static void put_pattern(Message *m, uint32_t length, uint32_t seed) {
    uint8_t *data = malloc(length);
    if (data == NULL) {
        fail("malloc");
    }
    for (uint32_t i = 0; i < length; i++) {
        data[i] = (uint8_t) (i * 31 + seed);
    }
    put(m, SIMPLE_VECTOR, 1, 0, data, length);
    free(data);
}

static Message finish(Message m) {
    memcpy(m.bytes, &m.size, 4);
    return m;
}

// ---- the messages of the conversation

static Message request(uint32_t number, int first) {
    // Version and configuration until the server has answered once, then zeros.
    Message m = begin(COMPILATION_REQUEST, 4, first ? 1u << 24 | 105u << 8 : 0, first ? 0x3011 : 0);
    put_u64(&m, 0x1122334455667788u);
    put_u32(&m, number);
    put_string(&m, "java/lang/String.hashCode()I");
    put_bool(&m, 1);
    return finish(m);
}

static Message tuple_query(void) {
    Message m = begin(TUPLE_QUERY, 1, 0, 0);
    const uint32_t tuple = put_descriptor(&m, TUPLE, 0);
    put_u32(&m, 7);
    put_u64(&m, 8);
    put_string(&m, "xy");
    set_size(&m, tuple);
    return finish(m);
}

static Message vectors_reply(void) {
    Message m = begin(TUPLE_QUERY, 2, 0, 0);
    const uint8_t bytes[] = {1, 2, 3};
    const uint64_t longs[] = {1, 2};
    put(&m, SIMPLE_VECTOR, 1, 0, bytes, 3);
    put(&m, SIMPLE_VECTOR, 8, 1, longs, 16);
    return finish(m);
}

static Message map_query(void) {
    Message m = begin(AOT_CACHE_MAP_REQUEST, 1, 0, 0);
    put_string(&m, "default");
    return finish(m);
}

static Message map_reply(void) {
    Message m = begin(AOT_CACHE_MAP_REPLY, 1, 0, 0);
    const uint32_t vector = put_descriptor(&m, VECTOR, 0);
    put_u32(&m, 2);
    put_string(&m, "a");
    put_string(&m, "bcd");
    set_size(&m, vector);
    return finish(m);
}

static Message big(uint16_t type, uint32_t length, uint32_t seed) {
    Message m = begin(type, 1, 0, 0);
    put_pattern(&m, length, seed);
    return finish(m);
}

static Message failure(void) {
    Message m = begin(COMPILATION_FAILURE, 2, 0, 0);
    put_u32(&m, 52);
    put_u64(&m, UINT64_MAX);
    return finish(m);
}

static Message end_of_process(void) {
    Message m = begin(CLIENT_SESSION_TERMINATE, 1, 0, 0);
    put_u64(&m, 0x1122334455667788u);
    return finish(m);
}

// OpenJ9 leaves the count of the message before it.
static Message end_of_connection(void) { return finish(begin(CONNECTION_TERMINATE, 3, 0, 0)); }

// ---- the socket

static void send_message(int fd, Message m) {
    for (uint32_t sent = 0; sent < m.size;) {
        const ssize_t n = write(fd, m.bytes + sent, m.size - sent);
        if (n < 0) {
            fail("write");
        }
        sent += (uint32_t) n;
    }
    free(m.bytes);
}

// 0 at the end of the stream, before a message.
static uint32_t receive(int fd, uint8_t *into) {
    uint32_t have = 0;
    uint32_t size = 4;
    while (have < size) {
        const ssize_t n = read(fd, into + have, LONGEST - have);
        if (n < 0) {
            fail("read");
        }
        if (n == 0) {
            if (have != 0) {
                fprintf(stderr, "the stream ends in the middle of a message\n");
                exit(1);
            }
            return 0;
        }
        have += (uint32_t) n;
        if (have >= 4) {
            memcpy(&size, into, 4);
            if (size < HEADER || size > LONGEST) {
                fprintf(stderr, "a message of %u bytes\n", size);
                exit(1);
            }
        }
    }
    if (have != size) {
        fprintf(stderr, "%u bytes behind a message\n", have - size);
        exit(1);
    }
    return size;
}

static void expect(int fd, Message expected, const char *what) {
    static uint8_t got[LONGEST];
    const uint32_t size = receive(fd, got);
    if (size != expected.size || memcmp(got, expected.bytes, size) != 0) {
        fprintf(stderr, "%s: %u bytes, where %u other ones were expected\n", what, size, expected.size);
        exit(1);
    }
    free(expected.bytes);
}

// ---- the two ends

static int connected(const char *host, const char *port) {
    struct addrinfo *address;
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(host, port, &hints, &address) != 0) {
        fail("getaddrinfo");
    }
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    if (fd < 0 || connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        fail("connect");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    freeaddrinfo(address);
    return fd;
}

static int client(const char *host, const char *port, uint32_t conversations) {
    const int fd = connected(host, port);
    for (uint32_t i = 0; i < conversations; i++) {
        send_message(fd, request(i, i == 0));
        expect(fd, tuple_query(), "the query with a tuple");
        send_message(fd, vectors_reply());
        expect(fd, map_query(), "the query for a map");
        send_message(fd, map_reply());
        expect(fd, big(BIG_QUERY, BIG_QUERY_BYTES, i), "the long query");
        send_message(fd, big(BIG_QUERY, BIG_REPLY_BYTES, i));
        expect(fd, i % 2 == 0 ? big(COMPILED_CODE, CODE_BYTES, i) : failure(), "the result");
    }
    send_message(fd, end_of_connection());
    close(fd);
    return 0;
}

static int idle(const char *host, const char *port) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    char line[16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        for (int i = atoi(line); i > 0; i--) {
            connected(host, port);
        }
    }
    return 0;
}

static int serve(int fd) {
    static uint8_t got[LONGEST];
    for (uint32_t i = 0;; i++) {
        const uint32_t size = receive(fd, got);
        uint16_t type;
        memcpy(&type, got + 12, 2);
        if (size == 0 || type == CONNECTION_TERMINATE) {
            close(fd);
            return 0;
        }
        const Message expected = request(i, i == 0);
        if (size != expected.size || memcmp(got, expected.bytes, size) != 0) {
            fprintf(stderr, "another request than expected\n");
            return 1;
        }
        free(expected.bytes);
        send_message(fd, tuple_query());
        expect(fd, vectors_reply(), "the reply with vectors");
        send_message(fd, map_query());
        expect(fd, map_reply(), "the map");
        send_message(fd, big(BIG_QUERY, BIG_QUERY_BYTES, i));
        expect(fd, big(BIG_QUERY, BIG_REPLY_BYTES, i), "the long reply");
        send_message(fd, i % 2 == 0 ? big(COMPILED_CODE, CODE_BYTES, i) : failure());
    }
}

static int server(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *) &address, sizeof address) != 0 ||
        listen(listener, 128) != 0 || getsockname(listener, (struct sockaddr *) &address, &length) != 0) {
        fail("listen");
    }
    signal(SIGCHLD, SIG_IGN);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            fail("accept");
        }
        const pid_t child = fork();
        if (child < 0) {
            fail("fork");
        }
        if (child == 0) {
            alarm(60);
            close(listener);
            const int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            _exit(serve(fd));
        }
        close(fd);
    }
}

static void print(Message m) {
    for (uint32_t i = 0; i < m.size; i++) {
        printf("%02x", m.bytes[i]);
    }
    printf("\n");
    free(m.bytes);
}

int main(int argc, char **argv) {
    // Whatever becomes of who started it, it ends.
    alarm(120);
    if (argc == 5 && strcmp(argv[1], "client") == 0) {
        return client(argv[2], argv[3], (uint32_t) atoi(argv[4]));
    }
    if (argc == 4 && strcmp(argv[1], "idle") == 0) {
        return idle(argv[2], argv[3]);
    }
    if (argc == 2 && strcmp(argv[1], "server") == 0) {
        return server();
    }
    if (argc == 2 && strcmp(argv[1], "golden") == 0) {
        print(end_of_process());
        print(failure());
        print(map_query());
        print(map_reply());
        print(tuple_query());
        print(vectors_reply());
        print(request(0, 1));
        print(end_of_connection());
        return 0;
    }
    fprintf(stderr, "usage: jitpeer golden | client HOST PORT N | idle HOST PORT | server\n");
    return 2;
}
