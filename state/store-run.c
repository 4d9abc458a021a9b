/* SPDX-License-Identifier: MIT */
/* Partitions and their run records. */
#include <errno.h>

#include "state/store-parts.h"

/* Runs that wrote nothing say nothing after two days; others are what provenance points to. */
#define RUN_KEEP (2 * US_DAY)
#define RUN_TIDY 64

static int partition_id(Listing *l, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        const Partition *p = &l->partition;
        int r = stmt_ask(l->store, &q, e, "SELECT id FROM partition WHERE source = ? AND stream = ? AND account = ?",
                         "zzz", p->source, p->stream, p->account);

        l->id = r > 0 ? sqlite3_column_int64(q, 0) : 0;
        return r < 0 ? r : 0;
}

int partition_find(Listing *l, bool *ret_digested, uint64_t *ret_digest, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = partition_id(l, e);

        l->memory = (ListingMemory) { .swept = INSTANT_NONE };
        if (r < 0 || l->id == 0)
                return r;
        r = stmt_ask(l->store, &q, e, "SELECT digest, swept, cursor, contract, distrust FROM partition WHERE id = ?",
                     "i", l->id);
        if (r <= 0)
                return r;
        *ret_digested = sqlite3_column_type(q, 0) != SQLITE_NULL;
        *ret_digest = (uint64_t) sqlite3_column_int64(q, 0);
        l->memory.swept = stmt_instant(q, 1);
        l->memory.distrust = stmt_instant(q, 4) != INSTANT_NONE;
        if (arena_str(&l->arena, stmt_str(q, 2), &l->memory.cursor) < 0 ||
            arena_str(&l->arena, stmt_str(q, 3), &l->memory.contract) < 0)
                return err_oom(e);
        return 0;
}

int partition_number(Listing *l, bool *ret_new, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = partition_id(l, e); /* what was found at the start may have been rolled back since */

        *ret_new = r == 0 && l->id == 0;
        if (*ret_new)
                r = stmt_ask(l->store, &q, e, "SELECT coalesce(max(id), 0) + 1 FROM partition", "");
        if (r > 0)
                l->id = sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

int partition_ensure(Listing *l, Err *e) {
        const Partition *p = &l->partition;
        bool is_new = false;
        int r = partition_number(l, &is_new, e);

        if (r < 0)
                return r;
        if (!is_new)
                return stmt_run(l->store, NULL, e,
                                "UPDATE partition SET side = ?2, kind = ?3, unit = ?4 WHERE id = ?1 AND (side, kind, "
                                "unit) <> (?2, ?3, ?4)",
                                "iddz", l->id, (int) p->side, (int) p->kind, p->unit);
        return stmt_run(l->store, NULL, e,
                        "INSERT INTO partition (id, source, side, stream, kind, account, unit) VALUES (?, ?, ?, ?, ?, "
                        "?, ?)",
                        "izdzdzz", l->id, p->source, (int) p->side, p->stream, (int) p->kind, p->account, p->unit);
}

int run_begin(Apply *a, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(a->store, &q, e, "SELECT coalesce(max(id), 0) + 1 FROM run", "");

        if (r > 0)
                a->run = a->report.run = sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

static bool is_failure(const Apply *a) {
        return a->report.completeness == LISTING_FAILED || a->report.trip != GUARD_FINE ||
               !(a->end->whole || a->end->members_complete);
}

/* An incomplete listing says nothing of what it did not bring. */
static int64_t members_known(const Apply *a, bool complete) {
        const Bits *seen = &a->listing->seen;
        int64_t n = a->tally.before;

        if (complete)
                return a->report.members;
        for (int64_t id = bits_next(seen, 0); id >= 0; id = bits_next(seen, id + 1))
                n += !bits_have(&a->before, id);
        return n;
}

static bool is_applied(const Apply *a) {
        return a->report.completeness != LISTING_FAILED && a->report.trip == GUARD_FINE;
}

/* A cursor says that everything before it is here. It is not taken while a record is put aside that this listing did
 * not look at (its source knows of those it brought), nor when records came twice over several pages: then others may
 * have slipped from one page to the next unseen. */
static bool cursor_holds(const Apply *a) {
        const Listing *l = a->listing;

        if (a->end->as_of != 0)
                return is_applied(a);
        return a->end->members_complete && a->kept == 0 && (l->duplicates == 0 || l->n_pages < 2) &&
               (a->judges || l->remembers);
}

/* What the next listing goes on from. Another digest takes it away; an incomplete listing leaves it as it was. */
static int partition_remember(Apply *a, Err *e) {
        Listing *l = a->listing;
        Str cursor = cursor_holds(a) ? a->end->cursor : STR_NULL;
        bool anew = a->judges && !l->remembers, swept = a->judges && !a->end->by_validators;
        bool compared = a->report.doubted || a->end->whole;

        return stmt_run(a->store, NULL, e,
                        "UPDATE partition SET cursor = coalesce(?2, iif(?3, NULL, cursor)),"
                        " swept = iif(?4, ?5, iif(?3, NULL, swept)),"
                        " contract = iif(?10, coalesce(contract, ?6), coalesce(?6, contract)),"
                        " distrust = coalesce(distrust, ?7), shown = iif(?8, nullif(?9, 0), shown) WHERE id = ?1",
                        "iSddtStdid", l->id, cursor, (int) anew, (int) swept, l->started, a->end->contract,
                        a->end->distrust ? l->started : INSTANT_NONE, (int) compared,
                        a->shown, (int) a->report.doubted);
}

static int partition_write(Apply *a, Err *e) {
        Listing *l = a->listing;
        bool complete = a->judges && is_applied(a);
        bool whole = !is_failure(a);
        bool counted = is_applied(a);

        return stmt_run(
                a->store, NULL, e,
                "UPDATE partition SET run = ?2, retry_after = ?3, failures = iif(?4, failures + 1, 0),"
                " last_complete = iif(?11, ?6, last_complete), digest = iif(?5 OR ?12, ?7, digest), members = iif(?8, "
                "?9, members),"
                " quarantined = iif(?8, ?10, quarantined) WHERE id = ?1",
                "iitddtidiidd", l->id, a->run, a->end->retry_after, (int) is_failure(a), (int) complete, apply_as_of(a),
                (int64_t) l->digest, (int) counted, members_known(a, complete), a->report.quarantined, (int) whole,
                (int) (a->end->as_of != 0 && is_applied(a)));
}

static int run_tidy(Apply *a, Err *e) {
        if (a->run % RUN_TIDY != 0)
                return 0;
        return stmt_run(a->store, NULL, e,
                        "DELETE FROM run WHERE ended < ? AND added + changed + gone + back + removed = 0 AND guard = ''"
                        " AND id NOT IN (SELECT run FROM partition WHERE run IS NOT NULL)",
                        "t", a->now - RUN_KEEP);
}

/* The page of a record in quarantine may be known and not read again: the run still says why it is partial. */
static int run_put_aside(Apply *a, Err *e) {
        return stmt_run(a->store, NULL, e,
                        "UPDATE run SET (fault, detail) = (SELECT fault, field || ' `' || value || '`, as before'"
                        " FROM quarantine WHERE partition = ?2 ORDER BY since, slot LIMIT 1) WHERE id = ?1",
                        "ii", a->run, a->listing->id);
}

int run_write(Apply *a, Err *e) {
        const ListingReport *p = &a->report;
        const ListingEnd *end = a->end;
        const char *detail = p->trip != GUARD_FINE ? p->en : end->detail;
        int r;

        r = stmt_run(a->store, NULL, e,
                     "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "iittzzziSiiiiiiiiiiddzz", a->run, a->listing->id, a->listing->started, a->now,
                     completeness_names[p->completeness], proof_names[end->proof], fault_names[end->fault],
                     (int64_t) a->listing->digest, STR_NULL, end->received, p->members, p->added, p->changed, p->same,
                     p->gone, p->back, p->removed, p->duplicates, p->quarantined, end->pages, end->requests,
                     guard_names[p->trip], detail);
        if (r == 0 && p->completeness == LISTING_PARTIAL && end->completeness == LISTING_COMPLETE &&
            p->trip == GUARD_FINE)
                r = run_put_aside(a, e);
        if (r == 0 && end->claimed >= 0)
                r = stmt_run(a->store, NULL, e, "UPDATE run SET claimed = ? WHERE id = ?", "ii", end->claimed, a->run);
        if (r == 0)
                r = partition_write(a, e);
        if (r == 0 && is_applied(a))
                r = partition_remember(a, e);
        if (r == 0)
                r = run_tidy(a, e);
        return r;
}

static int state_read(sqlite3_stmt *q, PartitionState *ret, Err *e) {
        int completeness = stmt_word(q, 9, completeness_names, 3), fault = stmt_word(q, 10, fault_names, FAULT_COUNT);
        int proof = stmt_word(q, 21, proof_names, PROOF_COUNT);

        if (completeness < 0 || fault < 0 || proof < 0)
                return store_damaged(e, "run", stmt_str(q, 0), "unknown word");
        *ret = (PartitionState) {
                .partition = { (const char *) sqlite3_column_text(q, 0), (Side) sqlite3_column_int(q, 1),
                               (const char *) sqlite3_column_text(q, 2), (RecordKind) sqlite3_column_int(q, 3),
                               (const char *) sqlite3_column_text(q, 4), (const char *) sqlite3_column_text(q, 5) },
                .run = sqlite3_column_int64(q, 6),
                .started = sqlite3_column_int64(q, 7),
                .ended = sqlite3_column_int64(q, 8),
                .completeness = (Completeness) completeness,
                .fault = (Fault) fault,
                .proof = (Proof) proof,
                .last_complete = stmt_instant(q, 11),
                .members = sqlite3_column_int64(q, 12),
                .quarantined = sqlite3_column_int64(q, 13),
                .claimed = sqlite3_column_type(q, 14) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 14),
                .received = sqlite3_column_int64(q, 15),
                .changed = sqlite3_column_int64(q, 16),
                .failures = sqlite3_column_int(q, 17),
                .retry_after = stmt_instant(q, 18),
                .detail = stmt_str(q, 19),
                .refusal = sqlite3_column_int64(q, 20),
                .sample = stmt_str(q, 22),
        };
        return 0;
}

int store_visit_partitions(Store *s, int (*visit)(void *u, const PartitionState *p, Err *e), void *userdata, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        PartitionState p;
        int r;

        r = stmt_make(s,
                      "SELECT p.source, p.side, p.stream, p.kind, p.account, p.unit, p.run, u.started, u.ended, "
                      "u.completeness, u.fault,"
                      " p.last_complete, p.members, p.quarantined, u.claimed, u.received, u.added + u.changed + u.gone "
                      "+ u.back, p.failures,"
                      " p.retry_after, u.detail, (SELECT id FROM refusal f WHERE f.partition = p.id AND f.state = "
                      "'open'), u.proof, (SELECT sample FROM refusal f WHERE f.partition = p.id AND f.state = 'open')"
                      " FROM partition p JOIN run u ON u.id = p.run ORDER BY p.side, p.source, p.stream, p.account",
                      &q, e);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                r = state_read(q, &p, e);
                if (r == 0)
                        r = visit(userdata, &p, e);
        }
        return r;
}
