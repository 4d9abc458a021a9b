/* SPDX-License-Identifier: MIT */
/* accounts.yaml: units, their access to the two systems, and people. */
#include <errno.h>

#include "config/build.h"

typedef struct SeatKey {
        const char *pattern, *key;
        SeatKind kind;
} SeatKey;

static const SeatKey unit_seats[] = {
        { "units.*.focal", "focal", SEAT_FOCAL },
        { "units.*.focal-2", "focal-2", SEAT_FOCAL_2 },
        { "units.*.head", "head", SEAT_HEAD },
        { "units.*.acting-head", "acting-head", SEAT_ACTING_HEAD },
};
enum { UNIT_SEATS = sizeof unit_seats / sizeof *unit_seats, UNIT_CODES = 64 };

const char *build_text(Arena *a, Str s, bool *failed) {
        if (s.len == 0)
                return NULL;
        const char *copy = arena_copy(a, s);
        *failed = *failed || !copy;
        return copy;
}

bool build_seat(Arena *a, SeatKind kind, const KeyValue *v, Seat *ret) {
        bool failed = false;
        Seat seat = { .kind = kind, .from = v->date, .until = v->until };
        seat.name = build_text(a, v->text, &failed);
        seat.address = build_text(a, v->address, &failed);
        seat.phone = build_text(a, v->phone, &failed);
        if (!failed)
                *ret = seat;
        return !failed;
}

void build_seat_check(Build *b, const KeyValue *v, const char *section, const char *name, const char *key) {
        if (v->date == DATE_NONE || v->until == DATE_NONE || v->date <= v->until)
                return;
        NoticePath path = notice_path(section, name, key);
        notice_put(
                b->notices,
                &(Notice) { .id = NOTICE_DEADLINE_ORDER, .at = v->at, .subject = path.text, .seen = "from > until" });
}

static bool fill_seats(Build *b, UnitTable *table, const Tree *t, Unit *u) {
        u->seats = calloc(UNIT_SEATS, sizeof *u->seats);
        if (!u->seats)
                return false;
        bool focal = false;
        for (size_t i = 0; i < UNIT_SEATS; i++) {
                KeyValue v = schema_value(CONFIG_ACCOUNTS, t, unit_seats[i].pattern);
                const Tree *typed = tree_get(t, unit_seats[i].key);
                focal = focal || (typed && unit_seats[i].kind <= SEAT_FOCAL_2 && !v.vacant);
                if (!v.given)
                        continue;
                if (!build_seat(&table->arena, unit_seats[i].kind, &v, &u->seats[u->n_seats++]))
                        return false;
                build_seat_check(b, &v, "units", t->key, unit_seats[i].key);
        }
        if (!focal && u->kind != UNIT_SUB && u->kind != UNIT_PROVINCE) {
                NoticePath path = notice_path("units", t->key, NULL);
                notice_put(b->notices,
                           &(Notice) { .id = NOTICE_SEAT_NOBODY, .at = t->key_origin, .subject = path.text });
        }
        return true;
}

/* What is not said: a sub-unit is read with the unit above it; a province itself reports nothing. */
static AccountMode mode_unsaid(UnitKind kind) {
        return kind == UNIT_SUB ? ACCOUNT_PARENT : ACCOUNT_NONE;
}

static bool fill_access(UnitTable *table, const Tree *t, Unit *u, Side side) {
        static const char *const access[SIDE_COUNT] = { "units.*.central", "units.*.portal" };
        static const char *const codes[SIDE_COUNT] = { "units.*.central-code", "units.*.portal-code" };
        KeyValue v = schema_value(CONFIG_ACCOUNTS, t, access[side]),
                 code = schema_value(CONFIG_ACCOUNTS, t, codes[side]);
        UnitAccess *a = &u->access[side];
        bool failed = false;
        a->mode = v.given ? (AccountMode) v.number : mode_unsaid(u->kind);
        a->account = a->mode == ACCOUNT_OWN ? build_text(&table->arena, v.text, &failed) : NULL;
        a->reason = a->mode == ACCOUNT_NONE && v.given ? build_text(&table->arena, v.text, &failed) : NULL;
        a->code = code.given ? code.whole : u->id;
        return !failed;
}

/* `code-SPACE: A, B`: each a code by which the unit is known. */
static bool fill_codes(UnitTable *table, const Tree *t, Unit *u) {
        UnitCode codes[UNIT_CODES];
        size_t n = 0;
        for (const Tree *v = t->child; v; v = v->next) {
                Str rest = v->kind == TREE_SCALAR && str_starts(str_of(v->key), STR("code-")) ? str_of(v->text)
                                                                                              : STR_NULL;
                for (Str part; n < UNIT_CODES && str_split(&rest, ',', &part);) {
                        Str code;
                        if (str_trim(part).len == 0)
                                continue;
                        int r = text_code(&table->arena, part, false, &code);
                        const char *copy = r == 0 ? arena_copy(&table->arena, code) : NULL;
                        if (!copy)
                                return r == -EILSEQ;
                        codes[n++] = (UnitCode) { v->key, copy };
                }
        }
        if (n == 0)
                return true;
        UnitCode *kept = arena_get(&table->arena, n * sizeof *kept);
        if (!kept)
                return false;
        memcpy(kept, codes, n * sizeof *kept);
        u->codes = kept;
        u->n_codes = n;
        return true;
}

static int fill_units(Build *b, UnitTable *table, const Tree *section, const Tree **at, Err *e) {
        for (const Tree *t = section->child; t; t = t->next) {
                Unit *u = &table->units[table->n_units];
                KeyValue name = schema_value(CONFIG_ACCOUNTS, t, "units.*.name"),
                         kind = schema_value(CONFIG_ACCOUNTS, t, "units.*.kind");
                at[table->n_units++] = t;
                *u = (Unit) {
                        .id = t->key, .name = name.whole ? name.whole : "", .kind = (UnitKind) kind.number, .parent = -1
                };
                if (!kind.given)
                        u->kind = UNIT_DEPARTMENT;
                bool fine = fill_access(table, t, u, SIDE_CENTRAL) && fill_access(table, t, u, SIDE_PORTAL) &&
                            fill_codes(table, t, u) && fill_seats(b, table, t, u);
                if (!fine)
                        return err_oom(e);
        }
        return 0;
}

static bool role_kind(const char *key, SeatKind *ret) {
        static const SeatKind kinds[] = { SEAT_OPS, SEAT_LEADERSHIP, SEAT_CONTACT };
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (str_starts(str_of(key), str_of(seat_kinds[kinds[i]]))) {
                        *ret = kinds[i];
                        return true;
                }
        return false;
}

static void check_roles(Build *b, const Tree *roles) {
        static const char *const words[][3] = {
                { "ops", "alarms reach nobody by mail", "báo động không đến ai bằng thư" },
                { "contact", "mails cannot say whom to ask", "thư không ghi được hỏi ai" },
                { "leadership", "nobody gets leadership's page", "không ai nhận trang tổng hợp của lãnh đạo" },
        };
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (!tree_get(roles, words[i][0]))
                        notice_put(b->notices, &(Notice) { .id = NOTICE_ROLE_MISSING,
                                                           .at = roles->key_origin,
                                                           .subject = "roles",
                                                           .seen = words[i][0],
                                                           .en = words[i][1],
                                                           .vi = words[i][2] });
}

static int fill_roles(Build *b, UnitTable *table, const Tree *roles, Err *e) {
        Settings *s = b->settings;
        s->roles = arena_get(&b->own->arena, (tree_count(roles) + 1) * sizeof *s->roles);
        if (!s->roles)
                return err_oom(e);
        for (const Tree *t = roles ? roles->child : NULL; t; t = t->next) {
                SeatKind kind;
                if (!role_kind(t->key, &kind))
                        continue;
                KeyValue v = { .date = DATE_NONE, .until = DATE_NONE };
                const Key *k = key_find(CONFIG_ACCOUNTS, (const char *const[]) { "roles", t->key }, 2);
                const char *nearest;
                Str seen;
                if (!k || t->kind != TREE_SCALAR || key_read(k, str_of(t->text), &v, &seen, &nearest) != KEY_FINE)
                        continue;
                v.at = t->origin;
                if (!build_seat(&table->arena, kind, &v, &s->roles[s->n_roles++]))
                        return err_oom(e);
                build_seat_check(b, &v, "roles", t->key, NULL);
        }
        if (roles)
                check_roles(b, roles);
        return 0;
}

/* One id a person, over the seats of units and the roles together. */
static int assign_people(Build *b, UnitTable *table, Err *e) {
        size_t n = b->settings->n_roles;
        for (size_t i = 0; i < table->n_units; i++)
                n += table->units[i].n_seats;
        _cleanup_free_ Seat **seats = calloc(n + 1, sizeof *seats);
        if (!seats)
                return err_oom(e);
        n = 0;
        for (size_t i = 0; i < table->n_units; i++)
                for (size_t k = 0; k < table->units[i].n_seats; k++)
                        seats[n++] = &table->units[i].seats[k];
        for (size_t i = 0; i < b->settings->n_roles; i++)
                seats[n++] = &b->settings->roles[i];
        int r = person_assign(&table->arena, seats, n);
        return r == -ENOMEM ? err_oom(e)
               : r < 0      ? err_set(e, r, RETRY_RECONFIGURE, "the name of a person cannot be read")
                            : 0;
}

int build_accounts(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_ACCOUNTS), *section = tree_get(root, "units");
        UnitTable *table = b->settings->units = calloc(1, sizeof *table);
        size_t n = tree_count(section);
        _cleanup_free_ const Tree **at = calloc(n + 1, sizeof *at);
        if (!table || !at || !(table->units = calloc(n + 1, sizeof *table->units)))
                return err_oom(e);
        if (n == 0) {
                notice_put(b->notices, &(Notice) { .id = NOTICE_UNIT_NONE,
                                                   .subject = "units",
                                                   .at = section ? section->key_origin : root->origin });
                return 0;
        }
        int r = fill_units(b, table, section, at, e);
        if (r == 0)
                r = fill_roles(b, table, tree_get(root, "roles"), e);
        if (r == 0)
                r = build_unit_checks(b, table, at, e);
        if (r == 0)
                r = assign_people(b, table, e);
        return r == 0 && b->notices->errors == 0 ? unit_table_index(table, e) : r;
}
