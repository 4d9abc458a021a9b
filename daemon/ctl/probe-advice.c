/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/probe.h"

#include "connectors/setup/guess.h"

#include <stdio.h>

typedef struct Advice {
        const ProbeStream *s;
        bool vi;
        ProbeAdvice *put;
        void *userdata;
} Advice;

static void say(const Advice *a, const char *reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void say(const Advice *a, const char *reason, const char *format, ...) {
        char yaml[300];
        va_list args;

        va_start(args, format);
        vsnprintf(yaml, sizeof yaml, format, args);
        va_end(args);
        a->put(a->userdata, yaml, reason);
}

static const LookList *list_of(const ProbeStream *s) {
        for (int i = 0; i < s->look.n_lists; i++)
                if (s->list && strcmp(s->look.list[i].path, s->list) == 0)
                        return &s->look.list[i];
        return NULL;
}

static void list_advise(const Advice *a) {
        const ProbeStream *s = a->s;

        if (!s->looked || s->look.n_lists == 0 || list_of(s))
                return;
        say(a, a->vi ? "danh sách dài nhất trên trang" : "the list with the most in it on the page", "list: %s",
            s->look.list[0].path);
}

static void inside_advise(const Advice *a) {
        const Look *look = &a->s->look;

        if (a->s->looked && look->n_lists == 0 && look->inside)
                say(a,
                    a->vi ? "trong câu trả lời có một văn bản JSON" : "a text in the answer is a document of its own",
                    "inside: %s", look->inside);
}

static void total_advise(const Advice *a) {
        const LookHint *total = look_hint(&a->s->look, HINT_TOTAL);

        if (!a->s->reads_total && total && total->number >= a->s->page_records[0])
                say(a, a->vi ? "trông như tổng số bản ghi" : "looks like the number of all records", "total: %s",
                    total->path);
}

static void size_advise(const Advice *a) {
        const ProbeStream *s = a->s;

        if (s->lowered)
                say(a, a->vi ? "hệ thống trả ít hơn số đã hỏi" : "the system gives fewer than were asked for",
                    "size: %d", s->page_records[0]);
}

/* The member that reads most like the field, besides the one the profile reads. */
static const LookMember *member_for(const ProbeStream *s, FieldId f) {
        const LookList *list = list_of(s);
        const LookMember *best = NULL;
        int points = 0;

        for (int i = 0; list && i < list->n_members; i++) {
                Guess g = guess_member(&list->members[i], s->kind);

                if (g.role == GUESS_FIELD && g.field == f && !g.doubtful && g.points > points) {
                        best = &list->members[i];
                        points = g.points;
                }
        }
        return best;
}

static bool unread(const ProbeStream *s, const char *path) {
        for (int i = 0; i < s->n_unread; i++)
                if (strcmp(s->unread[i], path) == 0)
                        return true;
        return false;
}

static void fields_advise(const Advice *a) {
        const ProbeStream *s = a->s;

        for (int i = 0; i < FIELD_COUNT; i++) {
                bool nothing = probe_found_nothing(s, i);
                const LookMember *m = !s->mapped[i] || nothing || (s->records == 0 && s->put_aside) ?
                                              member_for(s, (FieldId) i) : NULL;

                if (m && unread(s, m->path))
                        say(a,
                            nothing ? (a->vi ? "đường dẫn hiện tại không tìm thấy gì"
                                             : "the selector of now finds nothing")
                                    : (a->vi ? "chưa trường nào đọc" : "no field reads it"),
                            "%s: %s", field_table[i].key, m->path);
        }
}

static void aside_advise(const Advice *a) {
        const ProbeStream *s = a->s;

        for (int i = 0; i < s->n_aside; i++) {
                const ProbeAside *q = &s->aside[i];
                char reason[300];
                FieldId f;

                if (q->fault == FAULT_WORD_UNKNOWN && field_find(str_of(q->field), &f) == 0) {
                        const char *meaning = guess_word(field_table[f].type, q->value);

                        snprintf(reason, sizeof reason,
                                 a->vi ? "từ chưa biết của %s, ở %d bản ghi"
                                       : "a word of %s nobody knows, in %d record%s",
                                 q->field, q->records, PLURAL(q->records));
                        say(a, reason, "%s: %s", q->value, meaning ? meaning : "...");
                } else if (q->fault == FAULT_UNIT_UNMAPPED && q->nearest[0]) {
                        snprintf(reason, sizeof reason,
                                 a->vi ? "đơn vị chưa biết, gần nhất là %s, ở %d bản ghi; trong accounts.yaml, dưới "
                                         "đơn vị đó"
                                       : "a unit nobody knows, nearest is %s, in %d record%s; in accounts.yaml, below "
                                         "it",
                                 q->nearest, q->records, PLURAL(q->records));
                        say(a, reason, "%s-code: %s", side_names[s->side], q->value);
                }
        }
}

void probe_advise(const ProbeStream *s, bool vi, ProbeAdvice *put, void *userdata) {
        const Advice a = { s, vi, put, userdata };

        inside_advise(&a);
        list_advise(&a);
        total_advise(&a);
        size_advise(&a);
        fields_advise(&a);
        aside_advise(&a);
}
