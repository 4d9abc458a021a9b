/* SPDX-License-Identifier: MIT */
#include "state/model/cleanup.h"

#include <errno.h>
#include <unistd.h>

void cleanup_closep(int *fd) {
        if (*fd < 0)
                return;

        int saved = errno; /* a scope's exit must not hide the error that caused it */
        close(*fd);
        errno = saved;
        *fd = -1;
}
