/* SPDX-License-Identifier: MIT */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "state/model/room.h"

void secret_wipe(Text *t) {
        if (t->at)
                explicit_bzero(t->at, t->room);
        text_free(t);
}
#define _cleanup_secret_ _cleanup_(secret_wipe)

/* Given away: nothing is left to be wiped. */
static Text take(Text *t) {
        Text given = *t;
        *t = (Text) { 0 };
        return given;
}

static int not_private(const char *path, const char *why, Err *e) {
        return err_set(e, -EPERM, RETRY_RECONFIGURE, "%s: %s (chmod 600, owned by the service or root)", path, why);
}

/* A file that group or others may read is as good as published. systemd's credentials are 0400 and owned by the
 * service. */
static int check_private(const char *path, int fd, struct stat *ret, Err *e) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
        if (!S_ISREG(st.st_mode))
                return not_private(path, "not a regular file", e);
        if (st.st_mode & 077)
                return not_private(path, "group or others may use it", e);
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return not_private(path, "somebody else owns it", e);
        if (st.st_size > (off_t) SECRET_BOOK_MAX)
                return err_set(e, -EFBIG, RETRY_RECONFIGURE, "%s: larger than 4 MiB", path);
        *ret = st;
        return 0;
}

/* The descriptor, SECRET_E_NONE through *ret_none, or negative with Err. */
static int open_private(const char *dir, const char *name, struct stat *ret, bool *ret_none, Err *e) {
        char path[4096];
        *ret_none = false;
        if (strchr(name, '/') || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int) sizeof path)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s/%s: no such name of a secret", dir, name);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0) {
                *ret_none = errno == ENOENT;
                return *ret_none ? -ENOENT : err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", path, strerror(errno));
        }
        int r = check_private(path, fd, ret, e);
        if (r < 0)
                close(fd);
        return r < 0 ? r : fd;
}

int secret_read(int fd, const char *name, off_t from, size_t size, Text *ret, Err *e) {
        size_t have = 0;
        _cleanup_secret_ Text t = { .at = malloc(size + 1), .room = size + 1, .max = SECRET_BOOK_MAX + 1 };
        if (!t.at)
                return err_oom(e);
        while (have < size) {
                ssize_t n = pread(fd, t.at + have, size - have, from + (off_t) have);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return err_set(e, -errno, RETRY_RECONFIGURE, "%s: %s", name, strerror(errno));
                if (n == 0)
                        break;
                have += (size_t) n;
        }
        t.at[have] = '\0';
        t.len = have;
        *ret = take(&t);
        return 0;
}

static int read_private(const char *dir, const char *name, Text *ret, Err *e) {
        struct stat st;
        bool none;
        _cleanup_close_ int fd = open_private(dir, name, &st, &none, e);
        if (fd < 0)
                return none ? SECRET_E_NONE : fd;
        return secret_read(fd, name, 0, (size_t) st.st_size, ret, e);
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

/* ---- the bulk file of a source ---- */

typedef struct Entry {
        uint64_t hash; /* of the account */
        uint32_t at, len;
        int number; /* of the line */
} Entry;

typedef struct SecretPages {
        struct SecretPages *next;
        char *name;
        struct stat of; /* the file, when it was looked through */
        bool settled;   /* it was not changed in the very moment */
        Entry *entries; /* by hash */
        size_t n, room;
} SecretPages;

/* FNV-1a. */
static uint64_t account_hash(Str s) {
        uint64_t hash = 0xcbf29ce484222325u;
        for (size_t i = 0; i < s.len; i++)
                hash = (hash ^ (unsigned char) s.at[i]) * 0x100000001b3u;
        return hash;
}

static int by_hash(const void *a, const void *b) {
        const Entry *x = a, *y = b;
        if (x->hash != y->hash)
                return x->hash < y->hash ? -1 : 1;
        return x->number - y->number;
}

static void pages_clear(SecretPages *p) {
        free(p->entries);
        p->entries = NULL;
        p->n = p->room = 0;
}

void secret_book_done(SecretBook *b) {
        while (b->pages) {
                SecretPages *p = b->pages;
                b->pages = p->next;
                pages_clear(p);
                free(p->name);
                free(p);
        }
}

static SecretPages *pages_of(SecretBook *b, const char *name) {
        for (SecretPages *p = b->pages; p; p = p->next)
                if (strcmp(p->name, name) == 0)
                        return p;
        SecretPages *p = calloc(1, sizeof *p);
        char *copy = p ? strdup(name) : NULL;
        if (!copy) {
                free(p);
                return NULL;
        }
        p->name = copy;
        p->next = b->pages;
        b->pages = p;
        return p;
}

static int pages_read(SecretPages *p, Str all, Err *e) {
        Str rest = all, line;
        for (int number = 1; str_split(&rest, '\n', &line); number++) {
                line = without_cr(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                const char *tab = memchr(line.at, '\t', line.len);
                if (!tab || tab == line.at || tab + 1 == line.at + line.len)
                        return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s:%d: expected account<TAB>secret", p->name,
                                       number);
                if (ROOM_FOR_ONE(p->entries, p->n, p->room, 16) < 0)
                        return err_oom(e);
                p->entries[p->n++] = (Entry) { account_hash((Str) { line.at, (size_t) (tab - line.at) }),
                                               (uint32_t) (line.at - all.at), (uint32_t) line.len, number };
        }
        if (p->n > 1)
                qsort(p->entries, p->n, sizeof *p->entries, by_hash);
        return 0;
}

/* Times of a file are as coarse as the kernel's tick: one that was written a moment ago may be written once more
 * without a trace. */
static bool settled(const struct stat *st) {
        struct timespec now;
        return clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec - st->st_ctim.tv_sec > 1;
}

static bool same_time(struct timespec a, struct timespec b) {
        return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool pages_hold(const SecretPages *p, const struct stat *st) {
        return p->settled && p->of.st_dev == st->st_dev && p->of.st_ino == st->st_ino &&
               p->of.st_size == st->st_size && same_time(p->of.st_mtim, st->st_mtim) &&
               same_time(p->of.st_ctim, st->st_ctim);
}

static int pages_fill(SecretPages *p, int fd, const struct stat *st, Err *e) {
        if (pages_hold(p, st))
                return 0;
        _cleanup_secret_ Text all = { 0 };
        pages_clear(p);
        p->settled = false;
        int r = secret_read(fd, p->name, 0, (size_t) st->st_size, &all, e);
        if (r == 0)
                r = pages_read(p, text_str(&all), e);
        if (r < 0)
                return r;
        p->of = *st;
        p->settled = settled(st);
        return 0;
}

static const Entry *first_of(const SecretPages *p, uint64_t hash) {
        size_t low = 0, high = p->n;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                if (p->entries[middle].hash < hash)
                        low = middle + 1;
                else
                        high = middle;
        }
        return p->entries + low;
}

/* 1: another account's line, that only looks alike; 0: it is this one's, and *ret holds it. */
static int line_of(int fd, const SecretPages *p, const Entry *at, Str account, Text *ret, Err *e) {
        _cleanup_secret_ Text line = { 0 };
        int r = secret_read(fd, p->name, at->at, at->len, &line, e);
        if (r < 0)
                return r;
        Str s = text_str(&line);
        if (s.len <= account.len || !str_starts(s, account) || s.at[account.len] != '\t')
                return 1;
        Str found = { s.at + account.len + 1, s.len - account.len - 1 };
        if (found.len > SECRET_ACCOUNT_MAX)
                return err_set(e, -E2BIG, RETRY_RECONFIGURE, "%s: a secret is longer than 4096 bytes", p->name);
        return give(found, SECRET_ACCOUNT_MAX, ret, e);
}

static int find(int fd, const SecretPages *p, Str account, Text *ret, Err *e) {
        uint64_t hash = account_hash(account);
        _cleanup_secret_ Text found = { 0 };
        for (const Entry *at = first_of(p, hash); at < p->entries + p->n && at->hash == hash; at++) {
                _cleanup_secret_ Text one = { 0 };
                int r = line_of(fd, p, at, account, &one, e);
                if (r < 0)
                        return r;
                if (r == 0 && found.at)
                        return err_set(e, -EEXIST, RETRY_RECONFIGURE, "%s:%d: a second line for one account", p->name,
                                       at->number);
                if (r == 0)
                        found = take(&one);
        }
        if (!found.at)
                return SECRET_E_NONE;
        *ret = take(&found);
        return 0;
}

int secret_account(SecretBook *b, const char *dir, const char *source, const char *account, Text *ret, Err *e) {
        char name[256];
        struct stat st;
        bool none;
        if (!dir)
                return SECRET_E_NONE;
        if (snprintf(name, sizeof name, "%s.secrets", source) >= (int) sizeof name)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "the id of a source is too long");
        _cleanup_close_ int fd = open_private(dir, name, &st, &none, e);
        if (fd < 0)
                return none ? SECRET_E_NONE : fd;
        SecretPages *p = pages_of(b, name);
        if (!p)
                return err_oom(e);
        int r = pages_fill(p, fd, &st, e);
        return r < 0 ? r : find(fd, p, str_of(account), ret, e);
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
        if (s.len > SECRET_FILE_MAX || memchr(s.at, '\0', s.len))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s: a secret is one text of at most 16 KiB", name);
        return give(s, SECRET_FILE_MAX, ret, e);
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
        if (all.len > SECRET_SESSION_MAX || (all.len > 0 && memchr(all.at, '\0', all.len)))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "%s: a session is a text of at most 64 KiB", name);
        return give(text_str(&all), SECRET_SESSION_MAX, ret, e);
}
