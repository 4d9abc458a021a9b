/* SPDX-License-Identifier: MIT */
/* One writer: flock on `path`.lock. The kernel drops it with the process, so that no stale lock survives a power cut.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "state/store-stmt.h"

static int lock_held(int fd, const char *name, Err *e) {
        char pid[24] = "";
        ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

        pid[n > 0 ? n : 0] = '\0';
        (void) err_set(e, -EBUSY, RETRY_LATER, "%s is held by process %s: only one daemon may write", name,
                       pid[0] ? pid : "(unknown)");
        return STORE_E_LOCKED;
}

int store_lock(const char *path, int *ret_fd, Err *e) {
        _cleanup_text_ Text name = TEXT_INIT(4096);
        _cleanup_close_ int fd = -1;
        char pid[24];
        int n;

        if (text_addf(&name, "%s.lock", path) < 0)
                return err_set(e, name.failed, RETRY_RECONFIGURE, "store: the path is too long");
        fd = open(name.at, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (fd < 0)
                return err_set(e, -errno, RETRY_LATER, "store: cannot open %s: %s", name.at, strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno == EWOULDBLOCK)
                        return lock_held(fd, name.at, e);
                return err_set(e, -errno, RETRY_LATER, "store: cannot lock %s: %s", name.at, strerror(errno));
        }
        n = snprintf(pid, sizeof pid, "%d", (int) getpid());
        if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t) n, 0) != n)
                return err_set(e, -errno, RETRY_LATER, "store: cannot write %s: %s", name.at, strerror(errno));
        *ret_fd = fd;
        fd = -1;
        return 0;
}
