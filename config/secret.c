/* SPDX-License-Identifier: MIT */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRETS_BYTES (4u << 20)
#define SECRET_BYTES 4096
#define SESSION_BYTES (64u << 10)
#define SECRET_FILE_BYTES 16384 /* a private key is one */

void secret_wipe(Text *t) {
        if (t->at)
                explicit_bzero(t->at, t->room);
        text_free(t);
}
#define _cleanup_secret_ _cleanup_(secret_wipe)

static int not_private(const char *path, const char *why, Err *e) {
        return err_set(e, -EPERM, RETRY_RECONFIGURE, "%s: %s (chmod 600, owned by the service or root)", path, why);
}

/* A file that group or others may read is as good as published. systemd's credentials are 0400 and owned by the
 * service. */
static int check_private(const char *path, int fd, size_t *ret_size, Err *e) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
        if (!S_ISREG(st.st_mode))
                return not_private(path, "not a regular file", e);
        if (st.st_mode & 077)
                return not_private(path, "group or others may use it", e);
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return not_private(path, "somebody else owns it", e);
        if (st.st_size > (off_t) SECRETS_BYTES)
                return err_set(e, -EFBIG, RETRY_RECONFIGURE, "%s: larger than 4 MiB", path);
        *ret_size = (size_t) st.st_size;
        return 0;
}

/* One allocation, so that no copy of a secret is left behind in freed memory. */
static int read_private(const char *dir, const char *name, Text *ret, Err *e) {
        char path[4096];
        if (strchr(name, '/') || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int) sizeof path)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s/%s: no such name of a secret", dir, name);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return errno == ENOENT ? SECRET_E_NONE
                                       : err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
        size_t size = 0, have = 0;
        int r = check_private(path, fd, &size, e);
        if (r < 0)
                return r;

        _cleanup_secret_ Text t = { .at = malloc(size + 1), .room = size + 1, .max = SECRETS_BYTES + 1 };
        if (!t.at)
                return err_oom(e);
        while (have < size) {
                ssize_t n = read(fd, t.at + have, size - have);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
                if (n == 0)
                        break;
                have += (size_t) n;
        }
        t.at[have] = '\0';
        t.len = have;
        *ret = t;
        t = (Text) { 0 };
        return 0;
}

static int give(Str secret, size_t max, Text *ret, Err *e) {
        size_t room = secret.len + 1;
        char *at = malloc(room);
        if (!at)
                return err_oom(e);
        if (secret.len > 0)
                memcpy(at, secret.at, secret.len);
        at[secret.len] = '\0';
        *ret = (Text) { .at = at, .len = secret.len, .room = room, .max = max };
        return 0;
}

static Str without_cr(Str line) {
        return line.len > 0 && line.at[line.len - 1] == '\r' ? (Str) { line.at, line.len - 1 } : line;
}

static int find_line(Str all, Str account, const char *file, Text *ret, Err *e) {
        Str line, found = STR_NULL;
        bool have = false;
        for (int number = 1; str_split(&all, '\n', &line); number++) {
                line = without_cr(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                const char *tab = memchr(line.at, '\t', line.len);
                if (!tab || tab == line.at || tab + 1 == line.at + line.len)
                        return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s:%d: expected account<TAB>secret", file,
                                       number);
                if (!str_eq((Str) { line.at, (size_t) (tab - line.at) }, account))
                        continue;
                if (have)
                        return err_set(e, -EEXIST, RETRY_RECONFIGURE, "%s:%d: a second line for one account", file,
                                       number);
                found = (Str) { tab + 1, line.len - (size_t) (tab + 1 - line.at) };
                have = true;
        }
        if (!have)
                return SECRET_E_NONE;
        if (found.len > SECRET_BYTES)
                return err_set(e, -E2BIG, RETRY_RECONFIGURE, "%s: a secret is longer than 4096 bytes", file);
        return give(found, SECRET_BYTES, ret, e);
}

int secret_account(const char *dir, const char *source, const char *account, Text *ret, Err *e) {
        char name[256];
        if (!dir)
                return SECRET_E_NONE;
        if (snprintf(name, sizeof name, "%s.secrets", source) >= (int) sizeof name)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "the id of a source is too long");
        _cleanup_secret_ Text all = { 0 };
        int r = read_private(dir, name, &all, e);
        return r != 0 ? r : find_line(text_str(&all), str_of(account), name, ret, e);
}

int secret_file(const char *dir, const char *name, Text *ret, Err *e) {
        if (!dir)
                return SECRET_E_NONE;
        _cleanup_secret_ Text all = { 0 };
        int r = read_private(dir, name, &all, e);
        if (r != 0)
                return r;
        Str s = text_str(&all);
        if (s.len > 0 && s.at[s.len - 1] == '\n')
                s = without_cr((Str) { s.at, s.len - 1 });
        if (s.len == 0)
                return SECRET_E_NONE;
        if (s.len > SECRET_FILE_BYTES || memchr(s.at, '\0', s.len))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s: a secret is one text of at most 16 KiB", name);
        return give(s, SECRET_FILE_BYTES, ret, e);
}

int secret_session(const char *dir, const char *source, const char *account, Text *ret, Err *e) {
        char name[256];
        if (!dir)
                return SECRET_E_NONE;
        if (snprintf(name, sizeof name, "%s.%s.session", source, account) >= (int) sizeof name)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "the name of an account is too long for a file");
        _cleanup_secret_ Text all = { 0 };
        int r = read_private(dir, name, &all, e);
        if (r != 0)
                return r;
        if (all.len > SESSION_BYTES || (all.len > 0 && memchr(all.at, '\0', all.len)))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s: a session is a text of at most 64 KiB", name);
        return give(text_str(&all), SESSION_BYTES, ret, e);
}
