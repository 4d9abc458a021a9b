/* SPDX-License-Identifier: MIT */
#include "connectors/listing/changes.h"

#include <stdio.h>
#include <xxhash.h>

#include "connectors/language/template.h"
#include "connectors/record/dates.h"

static const char *const kind_marks[] = { "time", "id" };

Str changes_cursor_write(const ChangesPlan *p, const ChangesCursor *c, char buffer[static CHANGES_CURSOR_TEXT]) {
        snprintf(buffer, CHANGES_CURSOR_TEXT, "%s %lld %lld", kind_marks[p->kind], (long long) c->value,
                 (long long) c->taken);
        return str_of(buffer);
}

bool changes_cursor_read(const ChangesPlan *p, Str text, ChangesCursor *ret) {
        Str rest = text, kind, value;
        ChangesCursor c;
        if (!str_split(&rest, ' ', &kind) || !str_eq(kind, str_of(kind_marks[p->kind])) ||
            !str_split(&rest, ' ', &value) || text_to_int64(value, &c.value) < 0 || text_to_int64(rest, &c.taken) < 0)
                return false;
        *ret = c;
        return true;
}

Instant changes_spread(const Partition *p, Instant every) {
        uint64_t h = XXH3_64bits(p->source, strlen(p->source));
        h = XXH3_64bits_withSeed(p->stream, strlen(p->stream), h);
        h = XXH3_64bits_withSeed(p->account, strlen(p->account), h);
        return every < 4 ? every : every - (Instant) (h % (uint64_t) (every / 4));
}

/* An id says nothing of its age; the listing that gave it does. A clock that ran back makes everything due. */
bool changes_suffice(const ChangesPlan *p, const ListingMemory *m, Instant every, Instant now) {
        ChangesCursor c;
        if (!p->given || !changes_cursor_read(p, m->cursor, &c) || m->swept == INSTANT_NONE || m->swept > now ||
            now - m->swept >= every)
                return false;
        return p->too_old_after == 0 || now - (p->kind == CHANGES_TIME ? c.value : c.taken) < p->too_old_after;
}

int64_t changes_from(const ChangesPlan *p, const ChangesCursor *c) {
        int64_t from = c->value - p->overlap;
        return from > 0 ? from : 0;
}

int changes_from_text(const ChangesPlan *p, int64_t from, Text *ret) {
        if (p->kind == CHANGES_TIME)
                return template_time(ret, from, p->format, p->zone);
        return text_addf(ret, "%lld", (long long) from);
}

/* A day is its first moment: asked from there, every record of that day comes again. */
static bool value_read(const ChangesPlan *p, Str written, int64_t *ret) {
        Moment m;
        if (!written.at)
                return false;
        if (p->kind == CHANGES_ID)
                return text_to_int64(written, ret) == 0 && *ret >= 0;
        if (moment_read_any(p->dates, p->n_dates, str_trim(written), p->zone, &m) < 0)
                return false;
        *ret = m.timed ? m.instant : when_at(m.date, 0, 0);
        return true;
}

void changes_note(const ChangesPlan *p, ChangesSeen *s, Str written, bool aside) {
        int64_t value;
        if (!value_read(p, written, &value)) {
                s->lost |= aside;
                return;
        }
        if (aside && (!s->aside || value < s->lowest_aside)) {
                s->aside = true;
                s->lowest_aside = value;
        }
        if (!s->any || value > s->highest)
                s->highest = value;
        s->any = true;
}

bool changes_next(const ChangesPlan *p, const ChangesSeen *s, const ChangesCursor *prior, int64_t received,
                  Instant theirs, Instant ours, ChangesCursor *ret) {
        Instant now = theirs != INSTANT_NONE ? theirs : ours;
        int64_t value;
        if (s->lost)
                return false;
        if (s->any && (!prior || s->highest > prior->value))
                value = s->highest;
        else if (prior)
                value = prior->value;
        else if (p->kind == CHANGES_TIME && received == 0 && theirs != INSTANT_NONE)
                value = theirs; /* an empty system: whatever comes is later */
        else
                return false;
        if (p->kind == CHANGES_TIME && value > now)
                value = now;
        if (s->aside && value >= s->lowest_aside)
                value = s->lowest_aside - 1;
        *ret = (ChangesCursor) { value, ours };
        return true;
}
