/* SPDX-License-Identifier: MIT */
#include "state/model/finding.h"

#define FINDINGS_MAX 10000
#define FINDINGS_FIRST 16

void finding_put(FindingSink *sink, const Finding *f) {
        if (sink && sink->put)
                sink->put(sink->userdata, f);
}

/* NULL stays NULL. */
static bool copy_text(Arena *a, const char **text) {
        if (*text)
                *text = arena_copy(a, str_of(*text));
        else
                return true;
        return *text != NULL;
}

static bool list_room(FindingList *l) {
        if (l->n < l->room)
                return true;
        if (l->n >= FINDINGS_MAX)
                return false;

        size_t room = l->room ? l->room * 2 : FINDINGS_FIRST;
        if (room > FINDINGS_MAX)
                room = FINDINGS_MAX;
        Finding *at = realloc(l->at, room * sizeof *at);
        if (!at)
                return false;
        l->at = at;
        l->room = room;
        return true;
}

static void list_put(void *userdata, const Finding *f) {
        FindingList *l = userdata;
        if (f->severity == SEVERITY_ERROR)
                l->errors++; /* counted even when it cannot be kept: what asks "any errors?" must not be told no */

        Finding copy = *f;
        Arena *a = &l->arena;
        bool kept = list_room(l) && copy_text(a, &copy.code) && copy_text(a, &copy.origin.file) &&
                    copy_text(a, &copy.subject) && copy_text(a, &copy.en) && copy_text(a, &copy.vi) &&
                    copy_text(a, &copy.nearest);
        if (kept)
                l->at[l->n++] = copy;
        else
                l->lost++;
}

FindingSink finding_list_sink(FindingList *l) {
        return (FindingSink) { .put = list_put, .userdata = l };
}

void finding_list_free(FindingList *l) {
        free(l->at);
        arena_free(&l->arena);
        *l = (FindingList) { .arena.max = l->arena.max };
}

int finding_format(const Finding *f, bool vi, Text *t) {
        if (f->origin.file) {
                text_escape(t, str_of(f->origin.file));
                if (f->origin.line > 0)
                        text_addf(t, ":%d", f->origin.line);
                if (f->origin.line > 0 && f->origin.column > 0)
                        text_addf(t, ":%d", f->origin.column);
                text_add(t, STR(": "));
        }
        if (f->subject && f->subject[0]) {
                text_escape(t, str_of(f->subject));
                text_add(t, STR(": "));
        }
        text_escape(t, str_of(vi && f->vi ? f->vi : f->en));
        if (f->nearest) {
                text_add(t, vi ? STR(" (có phải là `") : STR(" (did you mean `"));
                text_escape(t, str_of(f->nearest));
                text_add(t, STR("`?)"));
        }
        return t->failed;
}
