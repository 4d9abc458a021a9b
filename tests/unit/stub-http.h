/* SPDX-License-Identifier: MIT */
/* A server in a child process: it answers by path from a table, or gives the request back as it came. Connections are
 * kept; every answer tells by `X-Connection` on which one it was. */
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STUB_CLOSES "!"

typedef struct StubAnswer {
        const char *path;  /* of the request line, with its query; NULL ends the table */
        const char *reply; /* whole, from "HTTP/1.1"; NULL: the request, echoed. STUB_CLOSES before it: the connection
                            * is closed after it */
} StubAnswer;

typedef struct Stub {
        pid_t pid;
        int port;
} Stub;

static const char *stub_find(const StubAnswer *table, const char *request) {
        for (; table->path; table++) {
                const char *path = strchr(request, ' ');
                size_t n = strlen(table->path);
                if (path && strncmp(path + 1, table->path, n) == 0 && path[1 + n] == ' ')
                        return table->reply;
        }
        return NULL;
}

/* One request, headers and body; 0 when the client has gone. */
static size_t stub_read(int fd, char *at, size_t room) {
        size_t n = 0, whole = 0;
        while (whole == 0 || n < whole) {
                ssize_t got = read(fd, at + n, room - n - 1);
                if (got <= 0)
                        return 0;
                at[n += (size_t) got] = '\0';
                const char *end = strstr(at, "\r\n\r\n"), *length = strstr(at, "Content-Length: ");
                unsigned body = 0;
                if (end && length && length < end && sscanf(length + 16, "%u", &body) != 1)
                        return 0;
                whole = end ? (size_t) (end + 4 - at) + body : 0;
        }
        return n;
}

static void stub_connection(int fd, int number, const StubAnswer *table) {
        char request[65536], head[200];
        int one = 1;
        size_t n;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* an answer is written in two parts */
        while ((n = stub_read(fd, request, sizeof request))) {
                const char *reply = stub_find(table, request);
                if (reply) {
                        bool closes = reply[0] == STUB_CLOSES[0];
                        reply += closes;
                        if (write(fd, reply, strlen(reply)) < 0 || closes)
                                break;
                        continue;
                }
                int h = snprintf(head, sizeof head,
                                 "HTTP/1.1 200 OK\r\nX-Connection: %d\r\nContent-Length: %zu\r\n\r\n",
                                 number, n);
                if (write(fd, head, (size_t) h) < 0 || write(fd, request, n) < 0)
                        break;
        }
        _exit(0);
}

static Stub stub_start(const StubAnswer *table) {
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t len = sizeof at;
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *) &at, sizeof at) < 0 || listen(fd, 16) < 0 ||
            getsockname(fd, (struct sockaddr *) &at, &len) < 0)
                abort();
        Stub s = { .pid = fork(), .port = ntohs(at.sin_port) };
        if (s.pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                signal(SIGCHLD, SIG_IGN);
                for (int number = 1;; number++) {
                        int client = accept(fd, NULL, NULL);
                        if (client >= 0 && fork() == 0) {
                                prctl(PR_SET_PDEATHSIG, SIGKILL);
                                stub_connection(client, number, table);
                        }
                        close(client);
                }
        }
        close(fd);
        return s;
}

static void stub_stop(Stub s) {
        kill(s.pid, SIGKILL);
        waitpid(s.pid, NULL, 0);
}
