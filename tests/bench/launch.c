/* SPDX-License-Identifier: MIT */
/* launch FILE SECONDS PROGRAM [ARGUMENT...]: runs a program whole and writes to FILE, in one line, its exit status, CPU
 * seconds (with the children it waited for), wall seconds and peak memory in KiB. A process begins its life with the
 * peak of the one it was forked from, so measuring from Python would measure Python; this one is small. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval t) {
        return (double) t.tv_sec + (double) t.tv_usec / 1e6;
}

static double now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
        struct rusage usage;
        int status, limit;
        if (argc < 4 || sscanf(argv[2], "%d", &limit) != 1) {
                fprintf(stderr, "usage: launch FILE SECONDS PROGRAM [ARGUMENT...]\n");
                return 2;
        }
        double start = now();
        pid_t child = fork();
        if (child == 0) {
                alarm((unsigned) limit); /* survives the exec; its default action ends the program */
                execv(argv[3], argv + 3);
                perror(argv[3]);
                _exit(127);
        }
        if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
                perror("launch");
                return 2;
        }
        double wall = now() - start;
        FILE *out = fopen(argv[1], "we");
        if (!out) {
                perror(argv[1]);
                return 2;
        }
        fprintf(out, "%d %.6f %.6f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), wall, usage.ru_maxrss);
        return fclose(out) == 0 ? 0 : 2;
}
