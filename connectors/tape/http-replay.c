/* SPDX-License-Identifier: MIT */
/* Answers from a recording. The order of the recording is kept as far as it can be: an answer is given when all before
 * it were, or when nobody has asked for one of those for a while, so that two replays go the same way. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "connectors/decode/document.h"
#include "connectors/tape/tape-parts.h"
#include "state/model/room.h"

#define FILES_MAX 200000
#define PATIENCE (300 * (uint64_t) 1000) /* µs without a request after which the next in line is not waited for */

typedef struct Recorded {
        char *name;
        Text file;
        TapeExchange x; /* into arena and file */
        bool given;
} Recorded;

typedef struct Asked {
        char *source, *account, *method, *target;
        Text body;
        HttpAnswered *answered;
        void *call;
        Instant began;
        int number; /* of the answer; -1: there is none */
        struct Asked *next;
} Asked;

struct TapePlayer {
        Tape *tape;
        sd_event *loop;
        sd_event_source *timer;
        Recorded *at;
        int n, next;    /* next: the first not given yet */
        Arena arena;
        Asked *asked;
        Instant now;
        Clock clock;
};

/* ---- loading ---- */

static int name_cmp(const void *a, const void *b) {
        return strcmp(((const Recorded *) a)->name, ((const Recorded *) b)->name);
}

static int file_get(const char *dir, const char *name, Text *ret, Err *e) {
        char path[4096], block[65536];
        struct stat st;
        ssize_t n;
        snprintf(path, sizeof path, "%s/%s", dir, name);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return err_set(e, fd < 0 ? -errno : -EINVAL, RETRY_NEVER, "cannot read %.200s", path);
        while ((n = read(fd, block, sizeof block)) > 0)
                if (text_add(ret, (Str) { block, (size_t) n }) < 0)
                        return err_set(e, ret->failed, RETRY_NEVER, "%.200s is too large", path);
        return n < 0 ? err_set(e, -errno, RETRY_NEVER, "cannot read %.200s", path) : 0;
}

static bool exchange_name(const char *name) {
        for (int i = 0; i < 6; i++)
                if (name[i] < '0' || name[i] > '9')
                        return false;
        return name[6] == '-';
}

static int names_read(struct TapePlayer *p, const char *dir, Err *e) {
        DIR *d = opendir(dir);
        int r = 0;
        size_t room = 0;
        if (!d)
                return err_set(e, -errno, RETRY_NEVER, "cannot read %.200s: %s", dir, strerror(errno));
        for (struct dirent *entry; r == 0 && (entry = readdir(d));) {
                if (!exchange_name(entry->d_name) || p->n == FILES_MAX)
                        continue;
                if (ROOM_FOR_ONE(p->at, (size_t) p->n, room, 64) < 0) {
                        r = err_oom(e);
                        break;
                }
                p->at[p->n] = (Recorded) { .name = str_dup(str_of(entry->d_name)), .file = TEXT_INIT(TAPE_FILE_BYTES) };
                if (p->at[p->n++].name == NULL)
                        r = err_oom(e);
        }
        closedir(d);
        if (r == 0 && p->n > 0)
                qsort(p->at, (size_t) p->n, sizeof *p->at, name_cmp);
        return r;
}

static int began_read(struct TapePlayer *p, const char *dir, Err *e) {
        _cleanup_text_ Text head = TEXT_INIT(65536);
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *format = NULL, *began = NULL;
        char why[160];
        int r = file_get(dir, TAPE_HEAD, &head, e);
        if (r < 0)
                return r;
        if (document_parse(text_str(&head), &root, why) != FAULT_NONE ||
            !json_object_object_get_ex(root, "format", &format) ||
            !json_object_object_get_ex(root, "began-us", &began) ||
            strcmp(json_object_get_string(format), TAPE_HEAD_FORMAT) != 0 || json_object_get_int64(began) < 0)
                return err_set(e, -EBADMSG, RETRY_NEVER, "%.200s/" TAPE_HEAD " is no head of a recording", dir);
        p->now = json_object_get_int64(began);
        return 0;
}

static int load(struct TapePlayer *p, const char *dir, Err *e) {
        char why[200];
        int r = began_read(p, dir, e);
        if (r == 0)
                r = names_read(p, dir, e);
        for (int i = 0; i < p->n && r == 0; i++) {
                r = file_get(dir, p->at[i].name, &p->at[i].file, e);
                if (r == 0)
                        r = tape_file_read(&p->arena, text_str(&p->at[i].file), &p->at[i].x, why);
                if (r == TAPE_E_BAD)
                        r = err_set(e, -EBADMSG, RETRY_NEVER, "%.150s/%s: %s", dir, p->at[i].name, why);
                else if (r == -ENOMEM)
                        r = err_oom(e);
        }
        return r;
}

/* ---- finding ---- */

static bool same_request(const TapeExchange *x, const Asked *a, bool query) {
        size_t path = strcspn(x->target, "?");
        bool target = query ? strcmp(x->target, a->target) == 0
                            : path == strcspn(a->target, "?") && strncmp(x->target, a->target, path) == 0;
        return target && strcmp(x->source, a->source) == 0 && strcmp(x->account, a->account) == 0 &&
               strcmp(x->method, a->method) == 0 && (!query || str_eq(x->body, text_str(&a->body)));
}

static bool taken(const struct TapePlayer *p, int number) {
        for (const Asked *a = p->asked; a; a = a->next)
                if (a->number == number)
                        return true;
        return false;
}

static int find(const struct TapePlayer *p, const Asked *asked) {
        for (int i = p->next; i < p->n; i++)
                if (!p->at[i].given && !taken(p, i) && same_request(&p->at[i].x, asked, true))
                        return i;
        return -1;
}

/* What comes nearest to a request nobody recorded: the same one given before, else another of that path. */
static void nearest(const struct TapePlayer *p, const Asked *a, char *ret, size_t size) {
        for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < p->n; i++)
                        if (same_request(&p->at[i].x, a, pass == 0)) {
                                snprintf(ret, size, pass == 0 ? "; %s was given already" : "; nearest is %s: %.120s",
                                         p->at[i].name, p->at[i].x.target);
                                return;
                        }
        ret[0] = '\0';
}

/* ---- answering ---- */

static Asked *asked_free(Asked *a) {
        free(a->source);
        free(a->account);
        free(a->method);
        free(a->target);
        text_free(&a->body);
        free(a);
        return NULL;
}

static void give(struct TapePlayer *p, const Asked *a) {
        TapeExchange *x = &p->at[a->number].x;
        p->at[a->number].given = true;
        p->tape->count++;
        p->now = x->ended > p->now ? x->ended : p->now;
        while (p->next < p->n && p->at[p->next].given)
                p->next++;
        HttpExchange answer = { .source = x->source, .method = x->method, .url = a->target, .began = x->began,
                                .ended = x->ended, .fault = x->fault, .retry = x->retry, .detail = x->detail,
                                .status = x->status, .answer_headers = x->answer_headers, .answer = x->answer };
        a->answered(a->call, &answer);
}

static void refuse(struct TapePlayer *p, const Asked *a) {
        char detail[300], near[220];
        nearest(p, a, near, sizeof near);
        snprintf(detail, sizeof detail, "the recording has no answer to %s %.100s%s", a->method, a->target, near);
        if (p->tape->failed.code == 0)
                err_set(&p->tape->failed, -ENOENT, RETRY_NEVER, "%s", detail);
        HttpExchange answer = { .source = a->source, .method = a->method, .url = a->target, .began = p->now,
                                .ended = p->now, .fault = FAULT_NETWORK, .retry = RETRY_LATER, .detail = detail };
        a->answered(a->call, &answer);
}

static Asked **lowest(struct TapePlayer *p) {
        Asked **best = &p->asked;
        for (Asked **a = &p->asked; *a; a = &(*a)->next)
                if ((*a)->number < (*best)->number)
                        best = a;
        return best;
}

static void arm(struct TapePlayer *p, uint64_t wait) {
        sd_event_source_set_time_relative(p->timer, wait);
        sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
}

static int turn(sd_event_source *source, uint64_t usec, void *userdata) {
        struct TapePlayer *p = userdata;
        if (!p->asked)
                return 0;
        Asked **at = lowest(p), *a = *at;
        *at = a->next;
        if (a->number < 0)
                refuse(p, a);
        else
                give(p, a);
        asked_free(a);
        if (p->asked)
                arm(p, (*lowest(p))->number <= p->next ? 0 : PATIENCE);
        return 0;
}

static int ask(void *userdata, const HttpExchange *x, HttpAnswered *answered, void *call, Err *e) {
        struct TapePlayer *p = ((Tape *) userdata)->player;
        Str host, target;
        Asked *a = calloc(1, sizeof *a);
        if (!a)
                return err_oom(e);
        tape_address(x->url, &host, &target);
        *a = (Asked) { .source = str_dup(str_of(x->source)),
                       .account = str_dup(str_of(x->account)),
                       .method = str_dup(str_of(x->method)),
                       .target = str_dup(target),
                       .body = TEXT_INIT(16u << 20),
                       .answered = answered,
                       .call = call };
        if (!a->source || !a->account || !a->method || !a->target || text_add(&a->body, x->body) < 0) {
                asked_free(a);
                return err_oom(e);
        }
        a->number = find(p, a);
        a->next = p->asked;
        p->asked = a;
        arm(p, (*lowest(p))->number <= p->next ? 0 : PATIENCE);
        return 0;
}

static void forget(void *userdata, void *call) {
        struct TapePlayer *p = ((Tape *) userdata)->player;
        for (Asked **at = &p->asked; *at; at = &(*at)->next)
                if ((*at)->call == call) {
                        Asked *a = *at;
                        *at = a->next;
                        asked_free(a);
                        return;
                }
}

static void seen(void *userdata, const HttpExchange *x) {
        Tape *t = userdata;
        if (t->next && t->next->seen)
                t->next->seen(t->next->userdata, x);
}

/* ---- clock, begin and end ---- */

static Instant player_wall(void *userdata) {
        return ((const struct TapePlayer *) userdata)->now;
}

static Instant player_boottime(void *userdata) {
        uint64_t now = 0;
        sd_event_now(((struct TapePlayer *) userdata)->loop, CLOCK_BOOTTIME, &now);
        return (Instant) now;
}

const Clock *tape_player_clock(const struct TapePlayer *p) {
        return &p->clock;
}

void tape_player_free(struct TapePlayer *p) {
        if (!p)
                return;
        while (p->asked) {
                Asked *a = p->asked;
                p->asked = a->next;
                asked_free(a);
        }
        sd_event_source_disable_unref(p->timer);
        for (int i = 0; i < p->n; i++) {
                free(p->at[i].name);
                text_free(&p->at[i].file);
        }
        free(p->at);
        arena_free(&p->arena);
        free(p);
}

int tape_replay(const char *dir, sd_event *loop, Tape **ret, Err *e) {
        _cleanup_(tape_freep) Tape *t = calloc(1, sizeof *t);
        struct TapePlayer *p = t ? calloc(1, sizeof *p) : NULL;
        if (!p)
                return err_oom(e);
        t->player = p;
        p->tape = t;
        p->loop = loop;
        p->clock = (Clock) { .wall = player_wall, .boottime = player_boottime, .userdata = p };
        t->tap = (HttpTap) { .seen = seen, .ask = ask, .forget = forget, .userdata = t };
        int r = load(p, dir, e);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(loop, &p->timer, CLOCK_MONOTONIC, 0, 1, turn, p);
        if (r >= 0)
                r = sd_event_source_set_enabled(p->timer, SD_EVENT_OFF);
        if (r >= 0) /* after whatever else this turn of the loop brings: all who ask are then there */
                r = sd_event_source_set_priority(p->timer, SD_EVENT_PRIORITY_IDLE);
        if (r < 0)
                return err_set(e, r, RETRY_NEVER, "cannot attach the recording to the event loop");
        *ret = TAKE_PTR(t);
        return 0;
}
