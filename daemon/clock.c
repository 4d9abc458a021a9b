/* SPDX-License-Identifier: MIT */
#include "daemon/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static Instant clock_read(clockid_t id) {
        struct timespec t;

        clock_gettime(id, &t);
        return (Instant) t.tv_sec * US_SECOND + t.tv_nsec / 1000;
}

static Instant system_wall(void *userdata) {
        (void) userdata;
        return clock_read(CLOCK_REALTIME);
}

static Instant system_boottime(void *userdata) {
        (void) userdata;
        return clock_read(CLOCK_BOOTTIME);
}

void clock_system(Clock *ret) {
        *ret = (Clock) { .wall = system_wall, .boottime = system_boottime };
}

#ifdef NQ57_TEST_BUILD
static int file_read(const char *path, Instant *ret, Err *e) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        char text[64];
        ssize_t n;

        if (fd < 0)
                return err_set(e, -errno, RETRY_RECONFIGURE, "cannot open the clock file %s", path);
        n = read(fd, text, sizeof(text));
        if (n <= 0 || when_parse_iso(str_trim((Str) { text, (size_t) n }), ret) < 0)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "the clock file %s holds no RFC 3339 instant", path);
        return 0;
}

/* A file that is being replaced, or was taken away, leaves the clock where it stood. */
typedef struct ClockFile {
        const char *path;
        Instant last;
} ClockFile;

static Instant file_now(void *userdata) {
        ClockFile *file = userdata;
        Instant t;

        if (file_read(file->path, &t, NULL) == 0)
                file->last = t;
        return file->last;
}

int clock_file(const char *path, Clock *ret, Err *e) {
        ClockFile *file = calloc(1, sizeof(*file));
        int r;

        if (!file)
                return err_oom(e);
        file->path = path;
        r = file_read(path, &file->last, e);
        if (r < 0) {
                free(file);
                return r;
        }
        *ret = (Clock) { .wall = file_now, .boottime = file_now, .userdata = file };
        return 0;
}

#endif

void clock_end(Clock *c) {
#ifdef NQ57_TEST_BUILD
        if (c->wall == file_now)
                free(c->userdata);
#endif
        *c = (Clock) { 0 };
}
