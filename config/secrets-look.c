/* SPDX-License-Identifier: MIT */
#include "config/secrets-look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "config/secret.h"
#include "state/model/room.h"

#define NAMES_MAX 10000

static const char ask_en[] = "ask as root or as the user of the service",
                  ask_vi[] = "hãy chạy bằng root hoặc bằng người dùng của dịch vụ";

/* Of the service nothing is known for sure outside of it: its state is its own, else the folder itself tells. */
static uid_t service_user(const SecretsLook *l) {
        const char *state = l->b->settings->state_dir;
        struct stat st;
        if (l->handed)
                return geteuid();
        if (state && stat(state, &st) == 0)
                return st.st_uid;
        if (geteuid() == 0 && l->dir && stat(l->dir, &st) == 0)
                return st.st_uid;
        return geteuid();
}

void secrets_look_begin(Build *b, SecretsLook *ret) {
        const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
        *ret = (SecretsLook) { .b = b, .dir = b->settings->secrets_dir, .handed = credentials && credentials[0] };
        ret->service = service_user(ret);
}

void secrets_look_free(SecretsLook *l) {
        free(l->names);
        arena_free(&l->arena);
        *l = (SecretsLook) { 0 };
}

static void put_unseen(SecretsLook *l, const SecretWanted *w, const char *seen, const char *en, const char *vi) {
        notice_put(l->b->notices, &(Notice) { .id = NOTICE_SECRETS_UNSEEN, .at = w->at, .subject = w->subject,
                                              .seen = seen, .en = en, .vi = vi });
}

/* -ENOMEM; a folder that cannot be listed only gives no suggestions. */
static int list_names(SecretsLook *l) {
        DIR *d = opendir(l->dir);
        int r = 0;
        for (struct dirent *entry; d && r == 0 && l->n_names < NAMES_MAX && (entry = readdir(d));) {
                char *name = arena_copy(&l->arena, str_of(entry->d_name));
                if (!name || ROOM_FOR_ONE(l->names, l->n_names, l->room, 64) < 0)
                        r = -ENOMEM;
                else
                        l->names[l->n_names++] = name;
        }
        if (d)
                closedir(d);
        return r;
}

/* 0; 1: the folder cannot be looked into, told once; -ENOMEM. */
static int open_folder(SecretsLook *l, const SecretWanted *w) {
        char seen[160];
        if (l->opened)
                return l->unseen;
        l->opened = true;
        int why = 0;
        if (l->dir && eaccess(l->dir, X_OK) < 0)
                why = errno;
        if (l->dir && why == 0)
                return list_names(l);
        l->unseen = true;
        if (l->handed) /* systemd hides them from what runs beside the service: who reloads can do nothing about it */
                return 1;
        (void) snprintf(seen, sizeof seen, "%.120s%s%s", l->dir ? l->dir : "paths.secrets", l->dir ? ": " : "",
                        l->dir ? strerror(why) : "");
        if (why == EACCES)
                put_unseen(l, w, seen, ask_en, ask_vi);
        else
                put_unseen(l, w, seen, "what systemd hands over (LoadCredential=) is seen by the service alone",
                           "tệp do systemd trao (LoadCredential=) thì chỉ dịch vụ thấy được");
        return 1;
}

static const char *path_of(SecretsLook *l, const char *name) {
        _cleanup_text_ Text path = TEXT_INIT(4096);
        text_addf(&path, "%s/%s", l->dir, name);
        return path.failed ? NULL : arena_copy(&l->arena, text_str(&path));
}

void secrets_look_put(SecretsLook *l, const char *name, int line, int column, const Notice *n) {
        Notice told = *n;
        const char *path = path_of(l, name);
        told.at = (Origin) { path ? path : name, line > 0 ? line : 1, line > 0 ? column : 1 };
        told.mild = l->handed;
        notice_put(l->b->notices, &told);
}

bool secrets_look_there(SecretsLook *l, const char *name) {
        const char *path = l->dir ? path_of(l, name) : NULL;
        struct stat st;
        return path && stat(path, &st) == 0;
}

static bool is_private(SecretsLook *l, const SecretWanted *w, const struct stat *st) {
        const char *en = NULL, *vi = NULL;
        char seen[64];
        (void) snprintf(seen, sizeof seen, "mode %04o, owner %u", (unsigned) (st->st_mode & 07777),
                        (unsigned) st->st_uid);
        if (!S_ISREG(st->st_mode)) {
                en = "a regular file";
                vi = "một tệp thường";
        } else if (st->st_mode & 077) {
                en = "nothing for group and others: chmod 600";
                vi = "nhóm và người khác không có quyền gì: chmod 600";
        } else if (st->st_uid != 0 && st->st_uid != l->service && st->st_uid != geteuid()) {
                en = "root or the user of the service as its owner";
                vi = "chủ tệp là root hoặc người dùng của dịch vụ";
        } else if (!(st->st_mode & 0400)) {
                en = "its owner to be able to read it: chmod 600";
                vi = "chủ tệp đọc được: chmod 600";
        } else if (st->st_size > (off_t) SECRET_BOOK_MAX) {
                en = "at most 4 MiB";
                vi = "nhiều nhất 4 MiB";
        } else
                return true;
        secrets_look_put(l, w->name, 0, 0,
                         &(Notice) { .id = NOTICE_SECRET_UNSAFE, .subject = w->subject, .seen = seen, .en = en,
                                     .vi = vi });
        return false;
}

static void put_missing(SecretsLook *l, const SecretWanted *w, const char *path) {
        notice_put(l->b->notices, &(Notice) { .id = NOTICE_SECRET_MISSING, .at = w->at, .subject = w->subject,
                                              .nearest = text_nearest(str_of(w->name), l->names, l->n_names),
                                              .seen = path, .en = w->en, .vi = w->vi, .mild = l->handed || w->later });
}

static void put_denied(SecretsLook *l, const SecretWanted *w, const char *path) {
        char seen[160];
        if (l->denied)
                return;
        l->denied = true;
        (void) snprintf(seen, sizeof seen, "%.120s: %s", path, strerror(errno));
        put_unseen(l, w, seen, ask_en, ask_vi);
}

int secrets_look_read(SecretsLook *l, const SecretWanted *w, Text *ret) {
        struct stat st;
        int r = open_folder(l, w);
        const char *path = r == 0 ? path_of(l, w->name) : NULL;
        if (r != 0)
                return r;
        if (!path)
                return -ENOMEM;
        if (stat(path, &st) < 0) {
                if (errno == ENOENT || errno == ENOTDIR)
                        put_missing(l, w, path);
                else
                        put_denied(l, w, path);
                return 1;
        }
        if (!is_private(l, w, &st))
                return 1;
        if (st.st_uid == 0 && l->service != 0 && !l->handed && l->n_root++ == 0)
                l->root = arena_copy(&l->arena, str_of(w->name));
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0) {
                put_denied(l, w, path);
                return 1;
        }
        r = secret_read(fd, path, 0, (size_t) st.st_size, ret, &(Err) { 0 });
        if (r < 0 && r != -ENOMEM) {
                errno = -r;
                put_denied(l, w, path);
                return 1;
        }
        return r;
}

void secrets_look_end(SecretsLook *l, Origin at) {
        const char *path = l->root ? path_of(l, l->root) : NULL;
        if (path && geteuid() == 0)
                notice_put(l->b->notices, &(Notice) { .id = NOTICE_SECRET_HANDED, .at = at, .subject = "paths.secrets",
                                                      .seen = l->root, .en = path });
}
