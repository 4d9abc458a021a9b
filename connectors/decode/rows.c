/* SPDX-License-Identifier: MIT */
#include "connectors/decode/rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "connectors/limits.h"

#define STEPS_A_LOOK 16 /* a look at the clock is a system call */
#define ROWS_CUT 2048 /* kept of a row that is too large */

const char *const format_names[FORMAT_COUNT + 1] = { "json", "json-lines", "csv", "html-table", "xlsx", NULL };
const char *const encoding_names[] = { "auto", "utf-8", "utf-16", "windows-1258", "windows-1252", "tcvn3", NULL };

/* µs of this thread. */
static int64_t cpu_now(void) {
        struct timespec t;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return t.tv_sec * (int64_t) US_SECOND + t.tv_nsec / 1000;
}

void rows_begin(Rows *r, size_t most) {
        *r = (Rows) { .json = TEXT_INIT(LIMIT_ROWS_BYTES), .most = most, .arena.max = LIMIT_ROWS_NAMES, .claimed = -1,
                      .until = cpu_now() + LIMIT_DECODE_SECONDS * US_SECOND };
}

void rows_begin_within(Rows *r, size_t most, const Rows *outer) {
        rows_begin(r, most);
        r->until = outer->until;
}

void rows_free(Rows *r) {
        text_free(&r->json);
        arena_free(&r->arena);
        free(r->spans);
        free(r->numbers);
        *r = (Rows) { 0 };
}

int rows_refuse(Rows *r, Fault f, const char *format, ...) {
        va_list args;
        va_start(args, format);
        vsnprintf(r->detail, sizeof r->detail, format, args);
        va_end(args);
        utf8_mend(r->detail);
        r->fault = f;
        return DECODE_REFUSED;
}

int rows_patience(Rows *r) {
        if (r->steps++ % STEPS_A_LOOK != 0 || cpu_now() < r->until)
                return 0;
        r->gave_up = true;
        return rows_refuse(r, FAULT_TOO_LARGE, "reading it takes the processor more than %d s", LIMIT_DECODE_SECONDS);
}

void rows_open(Rows *r) {
        r->opened = r->json.len;
        text_addc(&r->json, '{');
}

void rows_member(Rows *r, Str name) {
        Text *t = &r->json;
        if (t->len > r->opened + 1)
                text_addc(t, ',');
        text_add_json(t, name);
        text_addc(t, ':');
}

static int grow(Rows *r) {
        size_t room = r->room ? r->room * 2 : 256;
        SplitSpan *spans = reallocarray(r->spans, room, sizeof *spans);
        if (!spans)
                return -ENOMEM;
        r->spans = spans;
        int *numbers = reallocarray(r->numbers, room, sizeof *numbers);
        if (!numbers)
                return -ENOMEM;
        r->numbers = numbers;
        r->room = room;
        return 0;
}

int rows_borrow(Rows *r, Str bytes, int number, const char *problem) {
        if (r->n == r->most)
                return rows_refuse(r, FAULT_TOO_LARGE, "row %d: more than %zu records", number, r->most);
        if (r->n == r->room && grow(r) < 0)
                return -ENOMEM;
        if (bytes.len > LIMIT_RECORD_BYTES) {
                bytes = (Str) { bytes.at, ROWS_CUT };
                problem = "the row is too large";
        }
        r->numbers[r->n] = number;
        r->spans[r->n++] = (SplitSpan) { .bytes = bytes, .problem = problem };
        return 0;
}

/* The buffer moves while it grows: until the end a span of ours has a length and no address. They follow each other. */
int rows_close(Rows *r, int number, const char *problem) {
        text_addc(&r->json, '}');
        if (r->json.failed)
                return r->json.failed == -ENOMEM ? -ENOMEM
                                                 : rows_refuse(r, FAULT_TOO_LARGE, "row %d: more than %u MiB of cells",
                                                               number, LIMIT_ROWS_BYTES >> 20);
        if (r->json.len - r->opened > LIMIT_RECORD_BYTES) {
                r->json.len = r->opened + ROWS_CUT;
                problem = "the row is too large";
        }
        return rows_borrow(r, (Str) { NULL, r->json.len - r->opened }, number, problem);
}

void rows_finish(Rows *r) {
        const char *at = r->json.at;
        for (size_t i = 0; i < r->n; i++)
                if (!r->spans[i].bytes.at) {
                        r->spans[i].bytes.at = at;
                        at += r->spans[i].bytes.len;
                }
}

void rows_left_add(RowsLeft *to, const RowsLeft *more) {
        to->totals += more->totals;
        to->codeless += more->codeless;
        to->hidden += more->hidden;
        to->numbering += more->numbering;
}

void rows_left_text(const RowsLeft *l, bool vi, Text *t) {
        const struct { int n; const char *en, *vi; } kinds[] = {
                { l->totals, "of totals", "dòng tổng" },
                { l->codeless, "without a code", "không có mã" },
                { l->hidden, "hidden", "bị ẩn" },
                { l->numbering, "that numbers the columns", "đánh số cột" },
        };
        const char *before = "";
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (kinds[i].n > 0) {
                        text_addf(t, "%s%d %s", before, kinds[i].n, vi ? kinds[i].vi : kinds[i].en);
                        before = ", ";
                }
}
