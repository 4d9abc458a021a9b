/* SPDX-License-Identifier: MIT */
#include "daemon/channel.h"

#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHANNEL_SECRET "smtp-password"

static int channel_write(int dir, Str secret) {
        _cleanup_close_ int fd =
                openat(dir, "." CHANNEL_SECRET, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0)
                return -errno;
        if (write(fd, secret.at, secret.len) != (ssize_t) secret.len)
                return errno ? -errno : -EIO;
        return renameat(dir, "." CHANNEL_SECRET, dir, CHANNEL_SECRET) < 0 ? -errno : 0;
}

/* Made anew each time it is asked for, so that a rotated password is used from the next mail on. */
static int channel_copy(const Settings *s, const char *runtime, const char *name, Text *ret, Err *e) {
        _cleanup_(secret_wipe) Text secret = TEXT_INIT(4096);
        _cleanup_close_ int dir = -1;
        int r = secret_file(s->secrets_dir, CHANNEL_SECRET, &secret, e);

        if (r != 0)
                return r < 0 ? r : 0;
        if (text_addf(ret, "%s/%s", runtime, name) < 0)
                return err_oom(e);
        if (mkdir(ret->at, 0700) < 0 && errno != EEXIST)
                return err_set(e, -errno, RETRY_LATER, "cannot make %s", ret->at);
        dir = open(ret->at, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (dir < 0)
                return err_set(e, -errno, RETRY_LATER, "cannot open %s", ret->at);
        r = channel_write(dir, text_str(&secret));
        return r < 0 ? err_set(e, r, RETRY_LATER, "cannot write the credential of channel %s", name) : 0;
}

int channel_credentials(const Settings *s, const char *name, Text *ret, Err *e) {
        const char *runtime = getenv("RUNTIME_DIRECTORY");
        struct stat st;

        text_clear(ret);
        if (!s->secrets_dir)
                return 0;
        if (runtime && runtime[0] == '/')
                return channel_copy(s, runtime, name, ret, e);
        if (text_addf(ret, "%s/%s", s->secrets_dir, name) < 0)
                return err_oom(e);
        if (stat(ret->at, &st) < 0 || !S_ISDIR(st.st_mode))
                text_clear(ret);
        return 0;
}
