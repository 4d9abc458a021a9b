/* SPDX-License-Identifier: MIT */
#include "connectors/files/file-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "connectors/limits.h"
#include "state/model/room.h"

#define ENTRIES_MAX 10000

void folder_free(Folder *f) {
        for (size_t i = 0; i < f->n; i++)
                free(f->at[i].name);
        free(f->at);
        *f = (Folder) { 0 };
}

static bool ends(Str s, const char *suffix) {
        size_t n = strlen(suffix);
        return s.len >= n && strncasecmp(s.at + s.len - n, suffix, n) == 0;
}

bool folder_ignores(const char *name) {
        static const char *const suffixes[] = { ".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart",
                                                ".swp", ".lock", "~" };
        Str s = str_of(name);
        if (s.len == 0 || name[0] == '.' || str_starts(s, STR("~$")))
                return true;
        for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
                if (ends(s, suffixes[i]))
                        return true;
        return false;
}

static FileMark mark_of(const struct stat *st) {
        return (FileMark) { st->st_dev, st->st_ino, st->st_size,
                            (int64_t) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
                            (int64_t) st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec };
}

static bool mark_same(const FileMark *a, const FileMark *b) {
        return a->device == b->device && a->inode == b->inode && a->size == b->size && a->mtime == b->mtime &&
               a->ctime == b->ctime;
}

static FileEntry *entry_of(Folder *f, const char *name) {
        for (size_t i = 0; i < f->n; i++)
                if (strcmp(f->at[i].name, name) == 0)
                        return &f->at[i];
        return NULL;
}

static int entry_add(Folder *f, const char *name, FileEntry **ret) {
        if (ROOM_FOR_ONE(f->at, f->n, f->room, 32) < 0)
                return -ENOMEM;
        char *copy = str_dup(str_of(name));
        if (!copy)
                return -ENOMEM;
        f->at[f->n] = (FileEntry) { .name = copy };
        *ret = &f->at[f->n++];
        return 0;
}

static int entry_look(Folder *f, int folder, const char *name, uint64_t now) {
        FileEntry *e = entry_of(f, name);
        struct stat st;
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
                return 0;
        FileMark mark = mark_of(&st);
        int r = e ? 0 : entry_add(f, name, &e);
        if (r < 0)
                return r;
        if (e->since == 0 || !mark_same(&e->mark, &mark)) {
                e->since = now;
                e->digested = e->told = false;
        }
        e->mark = mark;
        e->seen = true;
        return 0;
}

static int by_name(const void *a, const void *b) {
        return strcmp(((const FileEntry *) a)->name, ((const FileEntry *) b)->name);
}

static void gone_drop(Folder *f) {
        size_t kept = 0;
        for (size_t i = 0; i < f->n; i++)
                if (f->at[i].seen)
                        f->at[kept++] = f->at[i];
                else
                        free(f->at[i].name);
        f->n = kept;
        if (kept > 1)
                qsort(f->at, kept, sizeof *f->at, by_name);
}

int folder_scan(Folder *f, uint64_t now, char detail[static ROWS_DETAIL]) {
        DIR *d = opendir(f->path);
        int r = 0;
        if (!d) {
                snprintf(detail, ROWS_DETAIL, "%.200s: %s", f->path, strerror(errno));
                return FOLDER_E_UNREADABLE;
        }
        for (size_t i = 0; i < f->n; i++)
                f->at[i].seen = false;
        for (struct dirent *entry; r == 0 && (entry = readdir(d));) {
                if (folder_ignores(entry->d_name))
                        continue;
                if (f->n >= ENTRIES_MAX) {
                        snprintf(detail, ROWS_DETAIL, "%.200s: more than %d files", f->path, ENTRIES_MAX);
                        r = FOLDER_E_UNREADABLE;
                } else {
                        r = entry_look(f, dirfd(d), entry->d_name, now);
                }
        }
        closedir(d);
        gone_drop(f);
        return r;
}

/* ---- one file ---- */

static int refuse(Fault *ret, Fault f, char *detail, const char *format, ...) __attribute__((format(printf, 4, 5)));
static int refuse(Fault *ret, Fault f, char *detail, const char *format, ...) {
        va_list args;
        va_start(args, format);
        vsnprintf(detail, ROWS_DETAIL, format, args);
        va_end(args);
        utf8_mend(detail);
        *ret = f;
        return FILE_E_REFUSED;
}

/* Spreadsheet programs leave a file beside the one they hold open: "~$name" or, of long names, "~$" for the first two
 * characters; ".~lock.name#". */
static bool held_open(int folder, const char *name) {
        char beside[3][400];
        struct stat st;
        snprintf(beside[0], sizeof beside[0], "~$%s", name);
        snprintf(beside[1], sizeof beside[1], "~$%s", strlen(name) > 2 ? name + 2 : name);
        snprintf(beside[2], sizeof beside[2], ".~lock.%s#", name);
        for (int i = 0; i < 3; i++)
                if (fstatat(folder, beside[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
                        return true;
        return false;
}

/* Both kinds of lock; where the file system has none there is nobody to wait for. */
static bool locked(int fd) {
        struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
        return (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK) ||
               (fcntl(fd, F_OFD_SETLK, &whole) < 0 && (errno == EAGAIN || errno == EACCES));
}

static int check(const struct stat *st, Fault *ret_fault, char *detail) {
        if (S_ISLNK(st->st_mode))
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail, "a link to somewhere else");
        if (!S_ISREG(st->st_mode))
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail, "no file but a pipe, socket or device");
        if ((st->st_mode & S_IWOTH) && st->st_uid != geteuid())
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail,
                              "anybody may write it: take that right away (chmod o-w)");
        if (st->st_size > LIMIT_FILE_BYTES)
                return refuse(ret_fault, FAULT_TOO_LARGE, detail, "over %u MiB", LIMIT_FILE_BYTES >> 20);
        return 0;
}

static int bytes_read(int fd, int64_t size, Text *t) {
        (void) text_reserve(t, (size_t) size + 1);
        for (;;) {
                char piece[65536];
                ssize_t n = read(fd, piece, sizeof piece);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : t->failed;
                if (text_add(t, (Str) { piece, (size_t) n }) < 0)
                        return t->failed;
        }
}

static void digest_set(FileEntry *e, Str bytes) {
        XXH128_hash_t h = XXH3_128bits(bytes.at ? bytes.at : "", bytes.len);
        snprintf(e->digest, sizeof e->digest, "%016llx%016llx", (unsigned long long) h.high64,
                 (unsigned long long) h.low64);
        e->digested = true;
}

static int open_read(int folder, FileEntry *e, Text *ret, Fault *ret_fault, char *detail) {
        struct stat before, after;
        if (fstatat(folder, e->name, &before, AT_SYMLINK_NOFOLLOW) < 0)
                return refuse(ret_fault, FAULT_FILE_LOCKED, detail, "%s", strerror(errno));
        int r = check(&before, ret_fault, detail);
        if (r != 0)
                return r;
        _cleanup_close_ int fd = openat(folder, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd < 0 || fstat(fd, &before) < 0)
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail, "%s", strerror(errno));
        r = check(&before, ret_fault, detail);
        if (r != 0)
                return r;
        if (locked(fd) || held_open(folder, e->name))
                return refuse(ret_fault, FAULT_FILE_LOCKED, detail, "open in a program");
        r = bytes_read(fd, before.st_size, ret);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail, "%s", strerror(-r));
        FileMark old = mark_of(&before), now;
        if (fstatat(folder, e->name, &after, AT_SYMLINK_NOFOLLOW) < 0)
                return refuse(ret_fault, FAULT_FILE_LOCKED, detail, "it was taken away while it was read");
        now = mark_of(&after);
        if (!mark_same(&old, &now) || !mark_same(&e->mark, &now) || (int64_t) ret->len != now.size)
                return refuse(ret_fault, FAULT_FILE_LOCKED, detail, "it changed while it was read");
        digest_set(e, text_str(ret));
        return 0;
}

int folder_read(Folder *f, FileEntry *e, Text *ret, Fault *ret_fault, char detail[static ROWS_DETAIL]) {
        _cleanup_close_ int folder = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
                return refuse(ret_fault, FAULT_FILE_REFUSED, detail, "%.200s: %s", f->path, strerror(errno));
        return open_read(folder, e, ret, ret_fault, detail);
}
