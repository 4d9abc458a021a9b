/* SPDX-License-Identifier: MIT */
/* Bunches of staged records on their way to the transaction: an unlinked file beside the store, made when the first
 * bunch does not fit in memory any more. A TEMP table did the same for four times the CPU: its pages are journalled,
 * copied and freed one by one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "state/model/room.h"
#include "state/store-parts.h"

int spool_open(const char *directory, Err *e) {
        int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

        if (fd < 0 &&
            (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) { /* no such files on this file system */
                char name[4096];

                if (snprintf(name, sizeof name, "%s/.spool-XXXXXX", directory) < (int) sizeof name) {
                        fd = mkostemp(name, O_CLOEXEC);
                        if (fd >= 0)
                                (void) unlink(name);
                }
        }
        return fd >= 0 ? fd
                       : err_set(e, -errno, RETRY_LATER, "store: cannot make a temporary file in %s: %s", directory,
                                 strerror(errno));
}

int spool_write_at(int fd, Str bytes, size_t at, Err *e) {
        for (size_t done = 0; done < bytes.len;) {
                ssize_t n = pwrite(fd, bytes.at + done, bytes.len - done, (off_t) (at + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return err_set(e, n < 0 ? -errno : -EIO, RETRY_LATER, "store: writing a temporary file: %s",
                                       strerror(errno));
                done += (size_t) n;
        }
        return 0;
}

int spool_read_at(int fd, char *buffer, size_t len, size_t at, Err *e) {
        for (size_t done = 0; done < len;) {
                ssize_t n = pread(fd, buffer + done, len - done, (off_t) (at + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return err_set(e, n < 0 ? -errno : -EIO, RETRY_LATER, "store: reading a temporary file: %s",
                                       strerror(errno));
                done += (size_t) n;
        }
        return 0;
}

int spool_add(Spool *sp, const char *directory, Str bunch, Err *e) {
        int r;

        if (ROOM_FOR_ONE(sp->bunch, sp->n, sp->room, 8) < 0)
                return err_oom(e);
        if (sp->n == 0) {
                sp->fd = spool_open(directory, e);
                if (sp->fd < 0)
                        return sp->fd;
        }
        r = spool_write_at(sp->fd, bunch, sp->size, e);
        if (r < 0)
                return r;
        sp->bunch[sp->n++] = (SpoolBunch) { sp->size, bunch.len };
        sp->size += bunch.len;
        if (bunch.len > sp->longest)
                sp->longest = bunch.len;
        return 0;
}

int spool_read(const Spool *sp, size_t i, char *buffer, Err *e) {
        return spool_read_at(sp->fd, buffer, sp->bunch[i].len, sp->bunch[i].at, e);
}

void spool_free(Spool *sp) {
        if (sp->n > 0)
                (void) close(sp->fd);
        free(sp->bunch);
        *sp = (Spool) { 0 };
}
