/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/tape/tape-parts.h"

/* ---- the folder ---- */

static int write_whole(int fd, Str s) {
        while (s.len > 0) {
                ssize_t n = write(fd, s.at, s.len);
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                s = (Str) { s.at + n, s.len - (size_t) n };
        }
        return fsync(fd) < 0 ? -errno : 0;
}

/* Under another name until it is whole. */
static int file_put(const Tape *t, const char *name, Str bytes, Err *e) {
        _cleanup_text_ Text temp = TEXT_INIT(8192), path = TEXT_INIT(8192);
        _cleanup_close_ int fd = -1;
        text_addf(&temp, "%s/.new", t->dir);
        text_addf(&path, "%s/%s", t->dir, name);
        if (temp.failed || path.failed)
                return err_oom(e);
        fd = open(temp.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        int r = fd < 0 ? -errno : write_whole(fd, bytes);
        if (r == 0 && rename(temp.at, path.at) < 0)
                r = -errno;
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot write %.200s: %s", path.at, strerror(-r)) : 0;
}

static int folder_make(const char *dir, Err *e) {
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                return err_set(e, -errno, RETRY_NEVER, "cannot make %.200s: %s", dir, strerror(errno));
        DIR *d = opendir(dir);
        if (!d)
                return err_set(e, -errno, RETRY_NEVER, "cannot read %.200s: %s", dir, strerror(errno));
        bool used = false;
        for (struct dirent *entry; (entry = readdir(d));)
                used = used || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0);
        closedir(d);
        if (used)
                return err_set(e, -EEXIST, RETRY_NEVER, "%.200s is not empty: a recording goes into a new folder", dir);
        return chmod(dir, 0700) < 0 ? err_set(e, -errno, RETRY_NEVER, "cannot close %.200s to others", dir) : 0;
}

static int head_put(Tape *t, Err *e) {
        _cleanup_text_ Text head = TEXT_INIT(1000);
        char text[WHEN_TEXT];
        Instant now = clock_wall(t->own_clock);
        text_addf(&head, "{\n  \"format\": \"" TAPE_HEAD_FORMAT "\",\n  \"began\": \"%s\",\n  \"began-us\": %lld\n}\n",
                  when_iso(now, text), (long long) now);
        return head.failed ? err_oom(e) : file_put(t, TAPE_HEAD, text_str(&head), e);
}

/* ---- one exchange ---- */

static const char *redacted(const Redactor *r, Arena *a, Str s) {
        _cleanup_text_ Text t = TEXT_INIT(s.len * 8 + 64);
        return redactor_add(r, &t, s) < 0 ? NULL : arena_copy(a, text_str(&t));
}

static int exchange_redact(Tape *t, Arena *a, const HttpExchange *x, Text *headers, Text *answer, TapeExchange *ret) {
        Str host, target;
        tape_address(x->url, &host, &target);
        const char *body = redacted(t->redactor, a, x->body);
        *ret = (TapeExchange) { .source = x->source, .account = x->account, .method = x->method,
                                .host = arena_copy(a, host), .target = redacted(t->redactor, a, target),
                                .content_type = x->content_type, .body = str_of(body), .login = x->login,
                                .began = x->began, .ended = x->ended < x->began ? x->began : x->ended,
                                .fault = x->fault, .retry = x->retry,
                                .detail = redacted(t->redactor, a, str_of(x->detail)), .status = x->status };
        int r = tape_headers(t->redactor, x, headers);
        if (r == 0)
                r = redactor_add(t->redactor, answer, x->answer);
        if (r < 0 || !body || !ret->host || !ret->target || !ret->detail)
                return -ENOMEM;
        ret->answer_headers = text_str(headers);
        ret->answer = text_str(answer);
        return 0;
}

int tape_put(Tape *t, const HttpExchange *x, int number, Err *e) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text headers = TEXT_INIT(256u << 10), answer = TEXT_INIT(x->answer.len * 2 + 65536),
                            file = TEXT_INIT(TAPE_FILE_BYTES * 2);
        TapeExchange kept;
        char name[120];
        int n = 0;
        if (exchange_redact(t, &a, x, &headers, &answer, &kept) < 0 ||
            tape_file_write(&kept, &file) < 0)
                return err_oom(e);
        snprintf(name, sizeof name, "%06d-%.30s-%.8s-", number, kept.source, kept.method);
        for (const char *at = kept.target; *at && *at != '?' && n < 40; at++, n++)
                snprintf(name + strlen(name), sizeof name - strlen(name), "%c",
                         (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ? *at
                                                                                                                : '-');
        int r = file_put(t, name, text_str(&file), e);
        if (r == 0)
                t->count++;
        return r;
}

static void tape_failed(Tape *t, const Err *e) {
        if (t->failed.code == 0)
                t->failed = *e;
}

static void seen(void *userdata, const HttpExchange *x) {
        Tape *t = userdata;
        Err e = { 0 };
        int number = ++t->numbered, r = tape_secrets(t->redactor, x) < 0 ? err_oom(&e) : 0;
        if (r == 0 && x->login)
                r = tape_hold(t, x, number, &e);
        else if (r == 0) {
                r = tape_release(t, x->source, x->account, &e); /* whoever reads lists is logged in */
                r = r < 0 ? r : tape_put(t, x, number, &e);
        }
        if (r < 0)
                tape_failed(t, &e);
        if (t->next && t->next->seen)
                t->next->seen(t->next->userdata, x);
}

/* ---- what a source is lent ---- */

void tape_options(const Tape *t, SourceOptions *o) {
        if (!t->player)
                return;
        o->requests_per_minute = 0;
        o->request_gap = 0;
        o->tls = (TlsOptions) { 0 };
}

/* A replay knows nobody's password, nor what anybody handed over; in a body they have one name for ever. */
static int replayed_secret(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        return text_add(ret, STR(REDACT_PASSWORD)) < 0 ? err_oom(e) : 0;
}

static int replayed_file(void *userdata, const char *source, const char *name, Text *ret, Err *e) {
        return 1;
}

static int replayed_handed(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        const Str session = STR("cookie: redacted=redacted\ntoken: " REDACT_TOKEN "\nrefresh: " REDACT_REFRESH "\n");
        return text_add(ret, session) < 0 ? err_oom(e) : 0;
}

void tape_attach(Tape *t, SourceEnv *env) {
        t->next = env->tap == &t->tap ? t->next : env->tap;
        env->tap = &t->tap;
        if (!t->player) {
                lent_watch(&t->lent, t->redactor, env);
                return;
        }
        env->secret = replayed_secret;
        env->secret_file = replayed_file;
        env->handed = replayed_handed;
        env->clock = tape_clock(t);
}

int tape_record(const char *dir, const Clock *clock, Tape **ret, Err *e) {
        _cleanup_(tape_freep) Tape *t = calloc(1, sizeof *t);
        int r = folder_make(dir, e);
        if (!t || r < 0)
                return r < 0 ? r : err_oom(e);
        t->dir = str_dup(str_of(dir));
        t->own_clock = clock;
        t->tap = (HttpTap) { .seen = seen, .userdata = t };
        if (!t->dir || redactor_new(&t->redactor) < 0)
                return err_oom(e);
        r = head_put(t, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(t);
        return 0;
}

Tape *tape_free(Tape *t) {
        Err e = { 0 };
        if (!t)
                return NULL;
        if (t->held)
                (void) tape_release(t, NULL, NULL, &e);
        tape_player_free(t->player);
        redactor_free(t->redactor);
        free(t->dir);
        free(t);
        return NULL;
}

const Clock *tape_clock(const Tape *t) {
        return t->player ? tape_player_clock(t->player) : NULL;
}

int tape_count(const Tape *t) {
        return t->count;
}

int tape_end(Tape *t, Err *e) {
        Err late = { 0 };
        if (tape_release(t, NULL, NULL, &late) < 0)
                tape_failed(t, &late);
        if (t->failed.code == 0)
                return 0;
        *e = t->failed;
        return t->failed.code;
}
