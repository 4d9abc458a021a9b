/* SPDX-License-Identifier: MIT */
#include "connectors/files/file-date.h"

#include "connectors/record/dates.h"

#define DATE_LONGEST 32
#define TEXT_LONGEST 400

static bool digit(char c) {
        return c >= '0' && c <= '9';
}

/* Whether a date that people write may begin with it: a digit, or ngày, lúc, vào. */
static bool may_begin(char c) {
        return digit(c) || (c != '\0' && strchr("nNlLvV", c));
}

static bool anything(char c) {
        return true;
}

/* The longest stretch of `s` that is a date, of the first that begins one; it does not begin or end inside a number. */
static Instant find(Str s, bool (*begins)(char), const char *const *formats, size_t n) {
        if (s.len > TEXT_LONGEST)
                s.len = TEXT_LONGEST;
        for (size_t i = 0; i < s.len; i++) {
                if (!begins(s.at[i]) || (i > 0 && digit(s.at[i - 1]) && digit(s.at[i])))
                        continue;
                size_t most = s.len - i < DATE_LONGEST ? s.len - i : DATE_LONGEST;
                for (size_t len = most; len >= 6; len--) {
                        Moment m;
                        if (i + len < s.len && digit(s.at[i + len - 1]) && digit(s.at[i + len]))
                                continue;
                        if (moment_read_any(formats, n, (Str) { s.at + i, len }, ZONE_OFFSET, &m) == 0)
                                return m.timed ? m.instant : when_at(m.date, 0, 0);
                }
        }
        return INSTANT_NONE;
}

static Instant in_text(Str s) {
        static const char *const formats[] = { "iso", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm", "d/M/yyyy H:mm",
                                               "HH:mm dd/MM/yyyy", "H:mm d/M/yyyy", "vn" };
        return find(s, may_begin, formats, sizeof formats / sizeof *formats);
}

typedef struct Newest {
        Str member;
        Instant at;
} Newest;

static void newest_look(void *userdata, const SplitMember *m) {
        Newest *n = userdata;
        if (!str_eq(m->key, n->member))
                return;
        Instant at = in_text(m->value);
        if (at != INSTANT_NONE && at > n->at)
                n->at = at;
}

static Instant newest(Rows *rows, Str member) {
        Newest n = { member, INSTANT_NONE };
        for (size_t i = 0; i < rows->n && rows_patience(rows) == 0; i++) {
                SplitSpan span = rows->spans[i];
                if (!span.problem)
                        split_members(&span, NULL, newest_look, &n);
        }
        return n.at;
}

/* The column by its header, whatever its member is called. */
static Str column_member(const Rows *rows, const char *header) {
        _cleanup_arena_ Arena a = { 0 };
        Str wanted, name;
        for (size_t i = 0; i < rows->n_columns; i++)
                if (text_fold(&a, str_of(header), &wanted) == 0 && text_fold(&a, rows->columns[i].name, &name) == 0 &&
                    str_eq(wanted, name))
                        return rows->columns[i].member;
        return str_of(header);
}

Instant file_as_of(const FormatPlan *plan, const char *name, Instant mtime, Rows *rows) {
        switch ((AsOf) plan->as_of) {
        case AS_OF_NAME:
                return find(str_of(name), anything, &plan->as_of_what, 1);
        case AS_OF_CELL:
                return in_text(rows->as_of);
        case AS_OF_COLUMN:
                return newest(rows, column_member(rows, plan->as_of_what));
        case AS_OF_MTIME:
                break;
        }
        return mtime;
}
