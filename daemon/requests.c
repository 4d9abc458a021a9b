/* SPDX-License-Identifier: MIT */
#include "daemon/requests.h"

#include "daemon/report.h"
#include "state/store-listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_BYTES 4096
#define REQUEST_WORDS 8
#define REQUEST_END ".req"
#define BY_BYTES 64
#define UID_NOBODY 65534 /* who has no place in this user namespace; /proc/sys, which says so, is hidden */

typedef struct Request {
        Str word[REQUEST_WORDS];
        size_t n;
        const char *by;
} Request;

static int request_number(Str s, int64_t *ret, Err *e) {
        return text_to_int64(s, ret) < 0 ? err_set(e, -EINVAL, RETRY_NEVER, "`" STR_FMT "` is no number", STR_ARG(s))
                                         : 0;
}

static int request_refusal(Store *s, const Request *q, Instant now, Err *e) {
        int64_t id = 0;
        int r = request_number(q->word[1], &id, e);

        if (r < 0)
                return r;
        r = str_eq(q->word[0], STR("accept")) ? store_refusal_accept(s, id, q->by, now, e)
                                              : store_refusal_reject(s, id, q->by, now, e);
        return r > 0 ? err_set(e, -ENOENT, RETRY_NEVER, "no open refusal %lld", (long long) id) : r;
}

static int request_settle(Store *s, const Request *q, Instant now, Err *e) {
        Value value = { .state = q->word[3].len ? VALUE_SET : VALUE_EMPTY, .text = q->word[3] };
        FieldId field;
        int r;

        if (field_find(q->word[2], &field) < 0)
                return err_set(e, -ENOENT, RETRY_NEVER, "no field `" STR_FMT "`", STR_ARG(q->word[2]));
        r = store_settle(s, q->word[1], field, &value, q->by, now, e);
        return r > 0 ? err_set(e, -ENOENT, RETRY_NEVER, "the systems do not differ there") : r;
}

static int request_run(Store *s, const Request *q, Instant now, bool *sync, Text *answer, Err *e) {
        Str verb = q->n ? q->word[0] : STR_NULL;
        int released = 0, r;

        if ((str_eq(verb, STR("accept")) || str_eq(verb, STR("reject"))) && q->n >= 2)
                r = request_refusal(s, q, now, e);
        else if (str_eq(verb, STR("settle")) && q->n >= 3) /* without a fourth word: settled as empty */
                r = request_settle(s, q, now, e);
        else if (str_eq(verb, STR("release"))) {
                r = store_messages_release(s, q->by, now, &released, e);
                text_addf(answer, "ok %d\n", released);
                return r;
        } else if (str_eq(verb, STR("sync")))
                r = 0;
        else
                r = err_set(e, -EINVAL, RETRY_NEVER, "unknown request `" STR_FMT "`", STR_ARG(verb));
        if (r >= 0 && !str_eq(verb, STR("settle")))
                *sync = true;
        text_add(answer, STR("ok\n"));
        return r;
}

static void request_split(char *line, size_t n, Request *q) {
        Str rest = str_trim((Str) { line, n }), part;

        while (q->n < REQUEST_WORDS && str_split(&rest, '\t', &part)) {
                ((char *) part.at)[part.len] = '\0';
                q->word[q->n++] = part;
        }
}

static int answer_write(int dir, const char *name, Str text) {
        char temp[300], done[300];
        _cleanup_close_ int fd = -1;

        snprintf(temp, sizeof(temp), ".%s.tmp", name);
        snprintf(done, sizeof(done), "%s.done", name);
        (void) unlinkat(dir, temp, 0); /* whoever may write here may have put a link in its place */
        fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);
        if (fd < 0 || write(fd, text.at, text.len) != (ssize_t) text.len || renameat(dir, temp, dir, done) < 0)
                return -errno;
        return 0;
}

/* What was done is not done again, also where its answer cannot be left. */
static int request_answer(int dir, const char *name, Str text) {
        int r = answer_write(dir, name, text);

        if (unlinkat(dir, name, 0) < 0 && (errno != EISDIR || unlinkat(dir, name, AT_REMOVEDIR) < 0))
                return -errno;
        return r;
}

/* Who asks is who owns the file. In a user namespace (PrivateUsers=yes of the unit) the kernel shows only root and the
 * service itself; of everybody else there is nothing better than what nq57ctl wrote into the name. */
static unsigned request_owner(const struct stat *st, const char *name) {
        const char *said = strrchr(name, 'u');
        int uid;

        if (st->st_uid == UID_NOBODY && said &&
            text_to_int((Str) { said + 1, strlen(said) - 1 - strlen(REQUEST_END) }, 0, INT32_MAX, &uid) == 0)
                return (unsigned) uid;
        return (unsigned) st->st_uid;
}

/* The folder belongs to a group: what lies in it may be anything. */
static int request_read(int dir, const char *name, char line[static REQUEST_BYTES + 1], char by[static BY_BYTES],
                        Request *q, Err *e) {
        _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        struct stat st;
        ssize_t n;

        snprintf(by, BY_BYTES, "uid unknown");
        if (fd < 0 || fstat(fd, &st) < 0 || (n = S_ISREG(st.st_mode) ? read(fd, line, REQUEST_BYTES) : 0) < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot read the request: %s", strerror(errno));
        snprintf(by, BY_BYTES, "uid %u", request_owner(&st, name));
        line[n] = '\0';
        request_split(line, (size_t) n, q);
        return 0;
}

/* One that cannot be answered or taken away stops neither the others nor the daemon. */
static void request_take(Store *s, int dir, const char *name, Instant now, bool *sync) {
        char line[REQUEST_BYTES + 1], by[BY_BYTES];
        _cleanup_text_ Text answer = TEXT_INIT(1024);
        Request q = { .by = by };
        Err why = { 0 };
        int r = request_read(dir, name, line, by, &q, &why);

        if (r >= 0)
                r = request_run(s, &q, now, sync, &answer, &why);
        if (r < 0) {
                text_clear(&answer);
                text_addf(&answer, "refused %s\n", why.text);
        }
        report(r < 0 ? LOG_WARNING : LOG_NOTICE, REPORT_NONE, (ReportField[]) { { "NQ57_BY", by }, { 0 } },
               "request %s"
               "%s" STR_FMT ": %s",
               q.n ? q.word[0].at : "", q.n > 1 ? " " : "", STR_ARG(q.n > 1 ? q.word[1] : STR_NULL),
               r < 0 ? why.text : "done");
        r = request_answer(dir, name, text_str(&answer));
        if (r < 0)
                report(LOG_ERR, REPORT_NONE, NULL, "cannot answer the request %s: %s", name, strerror(-r));
}

int requests_take(Store *s, const Settings *settings, Instant now, bool *ret_sync, Err *e) {
        char path[4096];
        struct dirent *entry;
        DIR *dir;

        snprintf(path, sizeof(path), "%s/requests", settings->state_dir);
        dir = opendir(path);
        if (!dir)
                return errno == ENOENT ? 0 : err_set(e, -errno, RETRY_LATER, "cannot read %s", path);
        while ((entry = readdir(dir))) {
                size_t n = strlen(entry->d_name);

                if (n > 4 && n < 200 && strcmp(entry->d_name + n - 4, REQUEST_END) == 0)
                        request_take(s, dirfd(dir), entry->d_name, now, ret_sync);
        }
        closedir(dir);
        return 0;
}

int requests_put(const char *state_dir, const char *const *words, Text *path, Err *e) {
        _cleanup_text_ Text line = TEXT_INIT(REQUEST_BYTES), temp = TEXT_INIT(4096);
        _cleanup_close_ int fd = -1;
        struct timespec now;

        /* A process id alone comes again, and a request may wait for days: it must not be overwritten. */
        clock_gettime(CLOCK_REALTIME, &now);
        for (size_t i = 0; words[i]; i++)
                text_addf(&line, "%s%s", i ? "\t" : "", words[i]);
        text_addc(&line, '\n');
        text_addf(&temp, "%s/requests/.%d.tmp", state_dir, (int) getpid());
        text_addf(path, "%s/requests/%lld%09ld-%d-u%u" REQUEST_END, state_dir, (long long) now.tv_sec, now.tv_nsec,
                  (int) getpid(), (unsigned) getuid());
        if (line.failed || temp.failed || path->failed)
                return err_set(e, -E2BIG, RETRY_NEVER, "the request is too long");
        fd = open(temp.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
        /* The service is neither the owner nor in the owner's group; the folder lets nobody else through. */
        if (fd < 0 || fchmod(fd, 0644) < 0 || write(fd, line.at, line.len) != (ssize_t) line.len ||
            rename(temp.at, path->at) < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot write %s", path->at);
        return 0;
}
