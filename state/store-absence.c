/* SPDX-License-Identifier: MIT */
/* Absence is not deletion: only a complete listing says that a record is missing, only if no other account of that
 * system still shows it, and only the grace period removes it. */
#include "state/store-parts.h"

static int absence_mark(Apply *a, int64_t record, Err *e) {
        int changed = 0;
        int r = stmt_run(a->store, &changed, e,
                         "UPDATE side SET missing_since = ? WHERE id = ? AND missing_since IS NULL", "ti", a->now,
                         side_id(record, a->listing->partition.side));

        if (r == 0 && changed > 0)
                r = bits_add(&a->touched, record, &(bool) { false }, e);
        if (r < 0 || changed == 0)
                return r;
        a->tally.gone++;
        if (a->sampled < 12) {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;

                r = stmt_ask(a->store, &q, e, "SELECT key FROM record WHERE id = ?", "i", record);
                if (r > 0)
                        apply_sample(a, stmt_str(q, 0), "gone", STR_NULL, STR_NULL);
        }
        return r < 0 ? r : 0;
}

typedef struct Elsewhere { Apply *apply; Bits *gone; int64_t partition; } Elsewhere;

/* Another account shows it: from now on that account answers for it. */
static int elsewhere_member(void *u, int64_t record, Err *e) {
        Elsewhere *w = u;

        if (!bits_have(w->gone, record))
                return 0;
        w->gone->word[record / 64] &= ~(UINT64_C(1) << (record % 64));
        return stmt_run(w->apply->store, NULL, e, "UPDATE side SET partition = ? WHERE id = ?", "ii", w->partition,
                        side_id(record, w->apply->listing->partition.side));
}

static int absence_elsewhere(Apply *a, Bits *gone, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Listing *l = a->listing;
        int r = stmt_use(a->store,
                         "SELECT g.members, p.id FROM partition p JOIN page g ON g.partition = p.id"
                         " WHERE p.side = ? AND p.kind = ? AND p.id <> ?",
                         &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "ddi", (int) l->partition.side, (int) l->partition.kind, l->id);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                Elsewhere w = { a, gone, sqlite3_column_int64(q, 1) };

                r = members_decode(stmt_blob(q, 0), elsewhere_member, &w, e);
        }
        return r;
}

static int absence_gone(Apply *a, Err *e) {
        _cleanup_bits_ Bits gone = { 0 };
        bool was;
        int r = 0;

        for (int64_t id = bits_next(&a->before, 0); id >= 0 && r == 0; id = bits_next(&a->before, id + 1))
                if (!bits_have(&a->listing->seen, id))
                        r = bits_add(&gone, id, &was, e);
        if (r < 0 || gone.n_words == 0)
                return r;
        r = absence_elsewhere(a, &gone, e);
        for (int64_t id = bits_next(&gone, 0); id >= 0 && r == 0; id = bits_next(&gone, id + 1))
                r = absence_mark(a, id, e);
        a->report.gone = a->tally.gone;
        return r;
}

static int remove_one(Apply *a, int64_t id, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        const Value *after[SIDE_COUNT];
        int64_t record = side_record(id);
        Stored stored;
        Str unit;
        int r;

        arena_clear(&a->arena);
        r = stored_read(a->store, &a->arena, record, &stored, e);
        if (r == 0)
                r = stmt_run(a->store, NULL, e, "UPDATE side SET removed_at = ? WHERE id = ?", "ti", a->now, id);
        if (r == 0)
                r = bits_add(&a->touched, record, &(bool) { false }, e);
        if (r == 0)
                r = stmt_ask(a->store, &q, e, "SELECT iif(substr(key, 1, 1) = '/', '', unit) FROM record WHERE id = ?",
                             "i", record);
        if (r < 0)
                return r;
        if (r == 0)
                return store_damaged(e, "side", STR_NULL, "no such record");
        if (arena_str(&a->arena, stmt_str(q, 0), &unit) < 0)
                return err_oom(e);
        for (int s = 0; s < SIDE_COUNT; s++)
                after[s] = s == (int) side_of(id) ? NULL : stored.field[s];
        a->report.removed++;
        return apply_reconcile(a, &stored, after, unit, e);
}

static int absence_removed(Apply *a, Err *e) {
        Listing *l = a->listing;
        Instant limit = a->now - l->context.guards->grace_days * US_DAY;

        for (;;) { /* one at a time: the index that is walked is the one that changes */
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                int64_t id;
                int r = stmt_ask(a->store, &q, e,
                                 "SELECT id FROM side WHERE partition = ? AND missing_since <= ? AND missing_since IS "
                                 "NOT NULL AND removed_at IS NULL LIMIT 1",
                                 "it", l->id, limit);

                if (r <= 0)
                        return r;
                id = sqlite3_column_int64(q, 0);
                (void) sqlite3_reset(q);
                r = remove_one(a, id, e);
                if (r < 0)
                        return r;
        }
}

int absence_apply(Apply *a, Err *e) {
        int r = absence_gone(a, e);

        return r < 0 ? r : absence_removed(a, e);
}

/* Whether a canary is to be looked for on this partition: of its kind, and of its unit unless one account sees all. */
static bool canary_here(Apply *a, const Identity *id, Str owner) {
        const ListingContext *c = &a->listing->context;
        Str here = str_of(a->listing->partition.unit);
        const Unit *u;

        if (id->kind != a->listing->partition.kind)
                return false;
        if (here.len == 0)
                return true;
        if (str_eq(owner, here))
                return true;
        u = unit_by_id(c->units, owner);
        u = u ? unit_owner(c->units, u) : NULL;
        return u && str_eq(str_of(u->id), here);
}

static int canary_one(Apply *a, const char *key, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int64_t record = 0;
        Identity id;
        Str owner;
        int r;

        arena_clear(&a->arena);
        if (record_key_parse(&a->arena, str_of(key), &id) < 0)
                return 0; /* --check reports it */
        owner = id.unit;
        r = stmt_ask(a->store, &q, e, "SELECT id, unit FROM record WHERE key = ?", "z", key);
        if (r < 0)
                return r;
        if (r > 0) {
                record = sqlite3_column_int64(q, 0);
                owner = stmt_str(q, 1);
        }
        if (!canary_here(a, &id, owner) || (record > 0 && bits_have(&a->listing->seen, record)))
                return 0;
        if (a->tally.canaries_missing++ == 0)
                a->tally.canary = key;
        return 0;
}

int canary_check(Apply *a, Err *e) {
        const GuardOptions *g = a->listing->context.guards;
        int r = 0;

        for (size_t i = 0; i < g->n_canaries && r == 0; i++)
                r = canary_one(a, g->canaries[i], e);
        return r;
}
