// Measures an SSE fan-out from outside: subscribers PORT COUNT RATE SECONDS
//
// Opens COUNT streams on GET /sub of 127.0.0.1:PORT, waits until each is answered, then publishes RATE messages a second
// of 300 bytes by POST /pub over one kept-alive connection, each with its send time and number inside. Prints one JSON
// line: deliveries a second, percentiles of the time from publish to receipt, and what was lost or out of order.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 300, HEAD = 41, BUFFER = 1 << 16, BUCKETS = 64 * 32 };

// The head of a message; fixed width, so that it is found by its first bytes: {"t":<19 digits>,"n":<10 digits>
static const char MARK[] = "{\"t\":";

typedef struct {
    int fd;
    int kept;          // bytes of a head that was cut by the last read
    char rest[HEAD];
    int answered;
    int64_t next;      // number of the next message in order, −1 before the first
} Stream;

static int port, rate;
static double seconds;
static _Atomic int go, published_all;
static _Atomic long published;
static long histogram[BUCKETS];

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connected(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// 32 buckets to each doubling of microseconds: within 3 %.
static int bucket(int64_t us) {
    if (us < 1) us = 1;
    int octave = 63 - __builtin_clzll(us);
    int part = octave >= 5 ? (us >> (octave - 5)) & 31 : (us << (5 - octave)) & 31;
    return octave * 32 + part;
}

static double bucket_ms(int index) { return (double)(1LL << (index / 32)) * (1 + (index % 32) / 32.0) / 1000; }

static double percentile(long total, double share) {
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (seen && seen >= total * share) return bucket_ms(i);
    }
    return 0;
}

// Reads one HTTP response: head, then a body of Content-Length bytes or chunks that end with an empty one.
static int read_response(int fd) {
    char text[8192];
    int have = 0;
    for (;;) {
        int got = recv(fd, text + have, sizeof text - 1 - have, 0);
        if (got <= 0) return -1;
        have += got;
        text[have] = 0;
        char *body = strstr(text, "\r\n\r\n");
        if (!body) continue;
        if (text[9] != '2') return -1;
        char *length = strcasestr(text, "\r\ncontent-length:");
        if (length && length < body) {
            if (have >= (body - text) + 4 + atoi(length + 17)) return 0;
        } else if (strcasestr(text, "transfer-encoding: chunked")) {
            if (strstr(body, "\r\n0\r\n\r\n")) return 0;
        } else {
            return 0;
        }
    }
}

// Keeps the schedule: a message that is late is sent at once, its time is that of its own sending.
static void *publish(void *unused) {
    (void)unused;
    int fd = connected();
    char request[1024], message[MESSAGE + 1];
    while (!go) usleep(1000);
    int64_t start = now_ns();
    for (long number = 0;; number++) {
        int64_t due = start + (int64_t)(number * 1e9 / rate);
        if (due - start >= seconds * 1e9 || now_ns() - start >= seconds * 1e9) break;
        for (int64_t wait; (wait = due - now_ns()) > 0;) {
            struct timespec pause = {0, wait > 1000000 ? 1000000 : wait};
            nanosleep(&pause, NULL);
        }
        int head = snprintf(message, sizeof message, "{\"t\":%019lld,\"n\":%010ld,\"p\":\"", (long long)now_ns(), number);
        memset(message + head, 'x', MESSAGE - head);
        memcpy(message + MESSAGE - 2, "\"}", 2);
        int length = snprintf(request, sizeof request,
                              "POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%.*s",
                              MESSAGE, MESSAGE, message);
        if (send(fd, request, length, MSG_NOSIGNAL) != length || read_response(fd) < 0) {
            fprintf(stderr, "publishing stopped at message %ld: the server closed or refused\n", number);
            break;
        }
        published = number + 1;
    }
    published_all = 1;
    close(fd);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: subscribers PORT COUNT RATE SECONDS\n");
        return 2;
    }
    port = atoi(arguments[1]);
    int streams = atoi(arguments[2]);
    rate = atoi(arguments[3]);
    seconds = atof(arguments[4]);
    struct rlimit files = {streams + 64, streams + 64};
    if (setrlimit(RLIMIT_NOFILE, &files) < 0 && getrlimit(RLIMIT_NOFILE, &files) == 0 && (long)files.rlim_cur < streams + 64)
        fail("too few file descriptors: ulimit -n");

    static const char request[] = "GET /sub HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    int poll = epoll_create1(0);
    Stream *all = calloc(streams, sizeof *all);
    for (int i = 0; i < streams; i++) {
        all[i].fd = connected();
        all[i].next = -1;
        if (send(all[i].fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) fail("cannot subscribe");
        fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {EPOLLIN, {.ptr = &all[i]}};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
        if (i % 100 == 99) usleep(5000);
    }
    pthread_t publisher;
    pthread_create(&publisher, NULL, publish, NULL);

    static struct epoll_event events[1024];
    static char buffer[HEAD + BUFFER];
    long delivered = 0, closed = 0, disordered = 0;
    int answered = 0;
    int64_t opened = now_ns(), start = 0, last = 0, quiet_after = (int64_t)2e9;
    for (;;) {
        int ready = epoll_wait(poll, events, 1024, 50);
        for (int i = 0; i < ready; i++) {
            Stream *stream = events[i].data.ptr;
            memcpy(buffer, stream->rest, stream->kept);
            int got = recv(stream->fd, buffer + stream->kept, BUFFER, 0);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) {
                epoll_ctl(poll, EPOLL_CTL_DEL, stream->fd, NULL);
                close(stream->fd);
                closed++;
                continue;
            }
            if (!stream->answered) {
                stream->answered = 1;
                answered++;
            }
            int64_t now = now_ns();
            char *at = buffer, *end = buffer + stream->kept + got;
            while ((at = memmem(at, end - at, MARK, sizeof MARK - 1)) && at + HEAD <= end) {
                int64_t number = atoll(at + 29);
                if (stream->next >= 0 && number != stream->next) disordered++;
                if (stream->next < 0 && number != 0) disordered++;
                stream->next = number + 1;
                histogram[bucket((now - atoll(at + 5)) / 1000)]++;
                delivered++;
                last = now;
                at += HEAD;
            }
            char *keep = at ? at : (end - buffer >= 4 ? end - 4 : buffer);
            stream->kept = end - keep;
            memmove(stream->rest, keep, stream->kept);
        }
        int64_t now = now_ns();
        if (!start && (answered == streams || now - opened > 10e9)) {
            start = last = now;
            go = 1;
        }
        if (start && published_all && (delivered >= (long)streams * published || now - last > quiet_after)) break;
        if (start && now - start > (seconds + 30) * 1e9) break;
    }
    double wall = (last - start) / 1e9;
    long expected = (long)streams * published;
    printf("{\"subscribers\":%d,\"rate\":%d,\"answered\":%d,\"published\":%ld,\"delivered\":%ld,\"expected\":%ld,\"lost\":%ld,"
           "\"disordered\":%ld,\"closed\":%ld,\"seconds\":%.3f,\"per_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
           streams, rate, answered, published, delivered, expected, expected - delivered, disordered, closed, wall,
           wall > 0 ? delivered / wall : 0, percentile(delivered, 0.5), percentile(delivered, 0.99), percentile(delivered, 1));
    return 0;
}
