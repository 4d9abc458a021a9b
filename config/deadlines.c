/* SPDX-License-Identifier: MIT */
/* Deadline rules; docs/DEADLINES.md says what they mean. */
#include <stdio.h>

#include "config/build.h"

typedef struct Rule {
        Build *b;
        const Tree *at;
        DeadlineRule *rule;
        KeyValue before, first, last, window, sources;
} Rule;

static void put(Rule *r, NoticeId id, const char *key, const char *seen, const char *want) {
        const Tree *v = tree_get(r->at, key);
        NoticePath path = notice_path("deadlines", r->at->key, key);
        notice_put(r->b->notices, &(Notice) { .id = id,
                                              .at = v ? v->origin : r->at->key_origin,
                                              .subject = path.text,
                                              .seen = seen,
                                              .en = want });
}

static void check_day(Rule *r, const KeyValue *v, const char *key) {
        int year, month, day;
        if (!v->given)
                return;
        date_to_ymd(v->date, &year, &month, &day);
        if (day != r->rule->day_of_month)
                put(r, NOTICE_DEADLINE_DAY, key, v->whole, r->before.whole);
}

static void check_dates(Rule *r) {
        if (!r->before.given)
                return;
        bool monthly = r->rule->once == DATE_NONE;
        if (monthly) {
                check_day(r, &r->first, "first");
                check_day(r, &r->last, "last");
                if (r->window.given)
                        put(r, NOTICE_DEADLINE_ONCE_ONLY, "window-from", "window-from", NULL);
                if (r->first.given && r->last.given && r->last.date < r->first.date)
                        put(r, NOTICE_DEADLINE_ORDER, "last", "first > last", NULL);
                return;
        }
        if (r->first.given)
                put(r, NOTICE_DEADLINE_MONTHLY_ONLY, "first", "first", NULL);
        if (r->last.given)
                put(r, NOTICE_DEADLINE_MONTHLY_ONLY, "last", "last", NULL);
        if (r->window.given && r->window.date >= r->before.date)
                put(r, NOTICE_DEADLINE_ORDER, "window-from", "window-from >= before", NULL);
}

static unsigned configured(const Settings *s) {
        unsigned sides = 0;
        for (size_t i = 0; i < s->n_sources; i++)
                sides |= 1u << s->sources[i].side;
        return sides;
}

static void check_references(Rule *r) {
        Settings *s = r->b->settings;
        unsigned missing = r->sources.given ? r->rule->sides & ~configured(s) : 0;
        for (int side = 0; side < SIDE_COUNT; side++)
                if (missing & 1u << side)
                        put(r, NOTICE_DEADLINE_SOURCE, "sources", side_names[side], NULL);

        const char *coordinator = r->rule->coordinator;
        bool known = !coordinator;
        const char **ids = coordinator ? calloc(s->units->n_units + 1, sizeof *ids) : NULL;
        for (size_t i = 0; coordinator && i < s->units->n_units; i++) {
                known = known || strcmp(s->units->units[i].id, coordinator) == 0;
                if (ids)
                        ids[i] = s->units->units[i].id;
        }
        if (!known) {
                const Tree *v = tree_get(r->at, "coordinator");
                NoticePath path = notice_path("deadlines", r->at->key, "coordinator");
                notice_put(r->b->notices,
                           &(Notice) { .id = NOTICE_COORDINATOR,
                                       .at = v->origin,
                                       .subject = path.text,
                                       .seen = coordinator,
                                       .nearest = ids ? text_nearest(str_of(coordinator), ids, s->units->n_units)
                                                      : NULL });
        }
        free(ids);
}

static KeyValue value(const Tree *t, const char *pattern) {
        return schema_value(CONFIG_MAIN, t, pattern);
}

static void add_rule(Build *b, const Tree *t, DeadlineRule *rule) {
        Rule r = { .b = b,
                   .at = t,
                   .rule = rule,
                   .before = value(t, "deadlines.*.before"),
                   .first = value(t, "deadlines.*.first"),
                   .last = value(t, "deadlines.*.last"),
                   .window = value(t, "deadlines.*.window-from"),
                   .sources = value(t, "deadlines.*.sources") };
        const char *title = value(t, "deadlines.*.title").whole, *basis = value(t, "deadlines.*.basis").whole;
        *rule = (DeadlineRule) {
                .id = t->key,
                .title = title ? title : "",
                .basis = basis ? basis : "",
                .day_of_month = r.before.date == DATE_NONE ? (int) r.before.number : 0,
                .once = r.before.date,
                .first = r.first.date,
                .last = r.last.date,
                .unit_kinds = (unsigned) value(t, "deadlines.*.units").number,
                .record_kinds = (unsigned) value(t, "deadlines.*.records").number,
                .sides = r.sources.given ? (unsigned) r.sources.number : configured(b->settings),
                .bloc = value(t, "deadlines.*.bloc").whole,
                .units_finish = (int) value(t, "deadlines.*.units-finish").number,
                .window_from = r.window.date,
                .coordinator = value(t, "deadlines.*.coordinator").whole,
        };
        check_dates(&r);
        check_references(&r);
}

int build_deadlines(Build *b, Err *e) {
        Settings *s = b->settings;
        const Tree *root = build_root(b, CONFIG_MAIN), *section = tree_get(root, "deadlines");
        size_t n = tree_count(section);
        s->deadlines = arena_get(&b->own->arena, (n + 1) * sizeof *s->deadlines);
        if (!s->deadlines)
                return err_oom(e);
        if (n == 0 || n > DEADLINE_MAX) {
                char most[16];
                (void) snprintf(most, sizeof most, "%d", DEADLINE_MAX);
                notice_put(b->notices, &(Notice) { .id = n == 0 ? NOTICE_DEADLINE_NONE : NOTICE_DEADLINE_MANY,
                                                   .subject = "deadlines",
                                                   .at = section ? section->key_origin : root->origin,
                                                   .en = most });
        }
        for (const Tree *t = section ? section->child : NULL; t; t = t->next)
                add_rule(b, t, &s->deadlines[s->n_deadlines++]);
        return 0;
}
