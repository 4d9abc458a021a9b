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

static Instant file_now(void *userdata) {
        /* A file that is being replaced this very moment is read again rather than believed. */
        for (int i = 0; i < 1000; i++) {
                Instant t;

                if (file_read(userdata, &t, NULL) == 0)
                        return t;
                usleep(1000);
        }
        return 0;
}

int clock_file(const char *path, Clock *ret, Err *e) {
        Instant t;
        int r = file_read(path, &t, e);

        if (r < 0)
                return r;
        *ret = (Clock) { .wall = file_now, .boottime = file_now, .userdata = (void *) path };
        return 0;
}
#endif
