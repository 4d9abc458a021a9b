/* SPDX-License-Identifier: MIT */
/* Staged records on their way to the transaction: an unlinked file beside the store, made when the first block does not
 * fit in memory any more. A TEMP table did the same for four times the CPU: its pages are journalled, copied and freed
 * one by one. Blocks are whole and lie at multiples of their size, so that the kernel takes each as one piece: at any
 * other place it takes them page for page, for twice the CPU. A record may lie across two. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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
                if (n <= 0) {
                        int why = n < 0 ? errno : EIO; /* cut short says nothing in errno */

                        return err_set(e, -why, RETRY_LATER, "store: writing a temporary file: %s", strerror(why));
                }
                done += (size_t) n;
        }
        return 0;
}

int spool_read_at(int fd, char *buffer, size_t len, size_t at, Err *e) {
        for (size_t done = 0; done < len;) {
                ssize_t n = pread(fd, buffer + done, len - done, (off_t) (at + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) {
                        int why = n < 0 ? errno : EIO; /* cut short says nothing in errno */

                        return err_set(e, -why, RETRY_LATER, "store: reading a temporary file: %s", strerror(why));
                }
                done += (size_t) n;
        }
        return 0;
}

int spool_add(Spool *sp, const char *directory, Str bytes, size_t *ret_written, Err *e) {
        size_t whole = bytes.len - bytes.len % SPOOL_BLOCK;
        int r;

        *ret_written = 0;
        if (whole == 0)
                return 0;
        if (sp->size == 0) {
                sp->fd = spool_open(directory, e);
                if (sp->fd < 0)
                        return sp->fd;
        }
        r = spool_write_at(sp->fd, (Str) { bytes.at, whole }, sp->size, e);
        if (r < 0 && sp->size == 0)
                (void) close(sp->fd);
        if (r < 0)
                return r;
        sp->size += whole;
        *ret_written = whole;
        return 0;
}

int spool_read(const Spool *sp, size_t at, Text *into, Err *e) {
        int r;

        if (text_reserve(into, SPOOL_BLOCK) < 0)
                return err_oom(e);
        r = spool_read_at(sp->fd, into->at + into->len, SPOOL_BLOCK, at, e);
        if (r == 0)
                into->len += SPOOL_BLOCK;
        return r;
}

void spool_free(Spool *sp) {
        if (sp->size > 0)
                (void) close(sp->fd);
        *sp = (Spool) { 0 };
}
