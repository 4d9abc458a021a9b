/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/setup/draft-parts.h"
#include "connectors/tape/naming.h"

#define CALLS_MAX 200
#define ORIGINS_MAX 32

const char *draft_printf(Draft *d, const char *format, ...) {
        char text[2000];
        va_list args;
        va_start(args, format);
        int n = vsnprintf(text, sizeof text, format, args);
        va_end(args);
        return n < 0 || (size_t) n >= sizeof text ? NULL : arena_copy(&d->arena, str_of(text));
}

void draft_note(Draft *d, bool decide, const char *en, const char *vi, const char *name) {
        const char *both[2] = { en, vi };
        if (d->n_notes == DRAFT_NOTES)
                return;
        for (int i = 0; i < 2; i++) {
                const char *gap = strstr(both[i], "{}");
                both[i] = gap ? draft_printf(d, "%.*s%s%s", (int) (gap - both[i]), both[i], name ? name : "", gap + 2)
                              : both[i];
                if (!both[i])
                        return;
        }
        d->note[d->n_notes++] = (DraftNote) { decide, both[0], both[1] };
}

bool draft_json(const char *type) {
        size_t n = strlen(type);
        return strcasecmp(type, "application/json") == 0 || strcasecmp(type, "text/json") == 0 ||
               (n > 5 && strcasecmp(type + n - 5, "+json") == 0) || strcasecmp(type, "text/plain") == 0;
}

bool draft_harmless(const char *name, const char *value) {
        Str v = str_of(value);
        if (v.len > 60 || name_secret(str_of(name)) || value_secret(v) || memchr(v.at, '@', v.len))
                return false;
        int digits = 0;
        for (size_t i = 0; i < v.len; i++) {
                if ((unsigned char) v.at[i] < ' ' || (unsigned char) v.at[i] == 0x7f)
                        return false;
                digits += v.at[i] >= '0' && v.at[i] <= '9';
        }
        return digits < 9; /* the numbers of telephones and identity cards */
}

/* ---- which calls are lists ---- */

typedef struct Calls {
        const HarEntry *at[CALLS_MAX];
        int n;
} Calls;

static bool answered(const HarEntry *e) {
        return e->status == 200 && e->answer.len > 1 && draft_json(e->answer_type);
}

static bool third_party(const char *origin) {
        static const char *const names[] = { "google", "gstatic", "facebook", "doubleclick", "hotjar", "sentry",
                                             "clarity.ms", "cloudflareinsights", "matomo", "analytics", "mozilla",
                                             "zalo", "newrelic", "fontawesome" };
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strstr(origin, names[i]))
                        return true;
        return false;
}

/* The look of an answer, and its best list; false: it holds none. */
static bool list_seen(Draft *d, const HarEntry *e, Look *ret) {
        char why[160];
        if (!answered(e) || third_party(e->origin) || look_page(&d->arena, e->answer, ret, why) != 0)
                return false;
        return ret->n_lists > 0 && !ret->list[0].rows && ret->list[0].n_members >= 3;
}

/* The origin with the most list calls. */
static const char *origin_of(Draft *d, const HarLog *log, bool *listing) {
        const char *seen[ORIGINS_MAX];
        int count[ORIGINS_MAX] = { 0 }, n = 0, best = 0;
        for (int i = 0; i < log->n; i++) {
                Look look;
                listing[i] = list_seen(d, &log->at[i], &look);
                if (!listing[i])
                        continue;
                int at = 0;
                while (at < n && strcmp(seen[at], log->at[i].origin) != 0)
                        at++;
                if (at == ORIGINS_MAX)
                        continue;
                if (at == n)
                        seen[n++] = log->at[i].origin;
                count[at]++;
        }
        for (int i = 1; i < n; i++)
                best = count[i] > count[best] ? i : best;
        return n ? seen[best] : NULL;
}

static bool same_call(const HarEntry *a, const HarEntry *b) {
        return strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0;
}

static void calls_of(const HarLog *log, const char *origin, const HarEntry *like, Calls *ret) {
        ret->n = 0;
        for (int i = 0; i < log->n && ret->n < CALLS_MAX; i++)
                if (strcmp(log->at[i].origin, origin) == 0 && same_call(&log->at[i], like) && answered(&log->at[i]))
                        ret->at[ret->n++] = &log->at[i];
}

/* ---- a stream ---- */

/* Headers of ours that a system may insist on; those a browser sends to everybody say nothing. */
static void headers_keep(Draft *d, DraftStream *s, const HarEntry *e) {
        static const char *const wanted[] = { "accept", "x-requested-with", "x-app-id", "x-client-id", "x-tenant",
                                              "x-tenant-id", "tenant", "accept-version", "api-version" };
        HarPair *at = arena_get(&d->arena, (e->headers.n + 1) * sizeof *at);
        size_t n = 0;
        for (size_t i = 0; at && i < e->headers.n; i++) {
                const HarPair *h = &e->headers.at[i];
                for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
                        if (strcasecmp(h->name, wanted[k]) == 0 && strcmp(h->value, "*/*") != 0 &&
                            draft_harmless(h->name, h->value))
                                at[n++] = *h;
        }
        s->headers = (HarPairs) { at, at ? n : 0 };
}

/* Words and shapes of all its pages together; a page that was asked for twice counts once. */
static int pages_join(Draft *d, DraftStream *s, const Calls *calls) {
        Str bodies[CALLS_MAX];
        int n = 0;
        for (int i = 0; i < calls->n; i++) {
                bool before = false;
                for (int k = 0; k < n && !before; k++)
                        before = str_eq(bodies[k], calls->at[i]->answer);
                if (!before)
                        bodies[n++] = calls->at[i]->answer;
        }
        return look_over(&d->arena, &s->look, bodies, n);
}

static void stream_add(Draft *d, const HarLog *log, const HarEntry *first, bool *listing) {
        DraftStream *s = &d->stream[d->n_streams];
        Calls calls;
        Look look;
        calls_of(log, d->origin, first, &calls);
        *s = (DraftStream) { .path = first->path, .method = first->method, .calls = calls.n };
        for (int i = 0; i < calls.n; i++)
                if (list_seen(d, calls.at[i], &look) && (!s->list || look.list[0].records > s->look.list[0].records)) {
                        s->look = look;
                        s->list = &s->look.list[0];
                }
        s->page_records = s->list->records;
        if (pages_join(d, s, &calls) < 0)
                return;
        s->kind = guess_kind(s->path, s->list);
        if (draft_details(d, log, s, calls.at, calls.n, listing) < 0)
                return;
        headers_keep(d, s, first);
        draft_paging(d, s, calls.at, calls.n);
        d->n_streams++;
}

/* How much a list reads like tasks or indicators: what drives menus and pickers has little of it. */
static int telling(const DraftStream *s) {
        int points = 0;
        for (int i = 0; i < s->list->n_members; i++) {
                Guess g = guess_member(&s->list->members[i], s->kind);
                points += g.role != GUESS_NOTHING && !g.doubtful;
        }
        return points;
}

static void streams_sort(Draft *d) {
        for (int i = 1; i < d->n_streams; i++)
                for (int j = i; j > 0 && telling(&d->stream[j]) > telling(&d->stream[j - 1]); j--) {
                        DraftStream kept = d->stream[j];
                        d->stream[j] = d->stream[j - 1];
                        d->stream[j - 1] = kept;
                }
        for (int i = 0; i < d->n_streams; i++)
                d->stream[i].list = &d->stream[i].look.list[0];
}

static void streams_find(Draft *d, const HarLog *log, bool *listing) {
        for (int i = 0; i < log->n && d->n_streams < DRAFT_STREAMS; i++) {
                const HarEntry *e = &log->at[i];
                bool known = !listing[i] || strcmp(e->origin, d->origin) != 0;
                for (int k = 0; k < d->n_streams && !known; k++)
                        known = strcmp(d->stream[k].path, e->path) == 0 && strcmp(d->stream[k].method, e->method) == 0;
                if (!known)
                        stream_add(d, log, e, listing);
        }
        streams_sort(d);
        /* lists that say next to nothing of tasks stay away when others do */
        while (d->n_streams > 1 && telling(&d->stream[d->n_streams - 1]) < 4) {
                d->n_streams--;
                draft_note(d, false, "{} was left out: its rows do not read like tasks or indicators",
                           "bỏ qua {}: các dòng không giống nhiệm vụ hay chỉ tiêu", d->stream[d->n_streams].path);
        }
}

int draft_make(const HarLog *log, Draft *ret) {
        Draft d = { 0 };
        _cleanup_free_ bool *listing = calloc((size_t) log->n + 1, sizeof *listing);
        if (!listing)
                return -ENOMEM;
        d.origin = origin_of(&d, log, listing);
        if (d.origin) {
                streams_find(&d, log, listing);
                draft_session(&d, log);
                draft_hide(&d);
        } else
                draft_note(&d, true,
                           log->bodies == 0 ? "the recording holds no answers: export it as \"HAR with content\""
                                            : "no list was found in it: open the pages with the lists while recording, "
                                              "and go to the second page of each",
                           log->bodies == 0 ? "bản ghi không có nội dung trả lời: hãy xuất \"HAR kèm nội dung\""
                                            : "không thấy danh sách nào: khi ghi hãy mở các trang có danh sách và sang "
                                              "trang thứ hai của mỗi danh sách",
                           NULL);
        bool found = d.origin != NULL;
        *ret = d;
        for (int i = 0; i < ret->n_streams; i++) /* they point into the draft itself */
                ret->stream[i].list = &ret->stream[i].look.list[0];
        return found ? 0 : DRAFT_E_NOTHING;
}

void draft_free(Draft *d) {
        arena_free(&d->arena);
        *d = (Draft) { 0 };
}
