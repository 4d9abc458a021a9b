/* SPDX-License-Identifier: MIT */
/* A listing becomes state: one transaction, or nothing but its run record. */
#include <errno.h>

#include "state/model/kill.h"
#include "state/store-parts.h"

#define STOP_EVERY 256
#define APPLY_STOPPED (-ECANCELED)

/* The whole records at the front of *records. */
static int apply_batch(Apply *a, Str *records, int64_t *n, Err *e) {
        Staged st;

        while (staged_read(records, &st)) {
                int r;

                if (++*n % STOP_EVERY == 0 && a->store->stop && a->store->stop(a->store->stop_userdata))
                        return APPLY_STOPPED;
                r = apply_record(a, &st, e);
                if (r < 0)
                        return r;
        }
        return apply_waiting(a, e);
}

/* Block for block, and then what did not fill one; a record that goes on in the next waits for it. */
static int apply_rows(Apply *a, Err *e) {
        _cleanup_text_ Text held = TEXT_INIT(LISTING_BUFFER_MAX + 2 * SPOOL_BLOCK);
        const Spool *spool = &a->listing->spool;
        Str rest = STR("");
        int64_t n = 0;
        int r = 0;

        for (size_t at = 0; at < spool->size && r == 0; at += SPOOL_BLOCK) {
                r = spool_read(spool, at, &held, e);
                rest = text_str(&held);
                if (r == 0)
                        r = apply_batch(a, &rest, &n, e);
                if (rest.len > 0)
                        memmove(held.at, rest.at, rest.len);
                held.len = rest.len;
        }
        if (r < 0)
                return r;
        if (text_add(&held, text_str(&a->listing->buffer)) < 0)
                return err_oom(e);
        rest = text_str(&held);
        r = apply_batch(a, &rest, &n, e);
        if (r == 0 && rest.len > 0)
                return err_set(e, -EBADMSG, RETRY_LATER, "store: a staged record is cut short");
        return r;
}

/* A system that is asked and also tells by files: what it was asked later counts. */
static int newer_read(Apply *a, Instant than, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        const Partition *p = &a->listing->partition;
        int r;

        if (a->newer_than == than)
                return 0;
        bits_free(&a->newer);
        a->newer_than = than;
        r = stmt_make(a->store,
                      "SELECT id FROM partition WHERE source = ? AND stream = ? AND account <> ? AND last_complete > ?",
                      &q, e);
        if (r == 0)
                r = stmt_bind(q, e, "zzzt", p->source, p->stream, p->account, than);
        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = page_before(a->store, sqlite3_column_int64(q, 0), &a->newer, e);
        return r;
}

int apply_is_older(Apply *a, const Staged *st, int64_t record, bool *ret, Err *e) {
        Instant as_of = apply_page_as_of(a, st->page);
        int r = newer_read(a, as_of, e);

        if (r == 0 && !bits_have(&a->newer, record))
                return reading_is_older(a, record, as_of, ret, e);
        *ret = r == 0;
        return r;
}

/* Everything but the guards' word. The set of members before is read here, inside the transaction. The partition's row
 * comes after those of records: SQLite writes pages out as its cache fills, and one that changes again afterwards has
 * it sum up all that follow anew. */
static int apply_all(Apply *a, Err *e) {
        int r = partition_number(a->listing, &(bool) { false }, e);

        if (r == 0)
                r = run_begin(a, e);
        if (r == 0)
                r = page_before(a->store, a->listing->id, &a->before, e);
        KILL_POINT("apply-begin");
        if (r == 0)
                r = apply_rows(a, e);
        KILL_POINT("apply-rows");
        if (r == 0)
                r = partition_ensure(a->listing, e);
        if (r == 0)
                r = doubt_judge(a, e);
        if (r == 0)
                r = quarantine_seen(a, e);
        if (r == 0 && a->judges)
                r = absence_apply(a, e);
        if (r == 0 && a->judges)
                r = canary_check(a, e);
        a->tally.before = bits_count(&a->before);
        a->tally.seen = bits_count(&a->listing->seen);
        return r;
}

static int apply_finish(Apply *a, Txn *txn, Err *e) {
        ListingReport *p = &a->report;
        int r = quarantine_apply(a, e);

        if (r == 0)
                r = page_write(a, e);
        if (r == 0)
                r = readings_write(a, e);
        if (r < 0)
                return r;
        p->same += a->listing->same;
        p->duplicates = a->listing->duplicates;
        p->members = a->tally.seen;
        for (size_t i = 0; i < a->listing->n_pages;
             i++) /* of known pages: nobody looked at them, and nothing changed */
                if (a->listing->pages[i].known && !a->listing->pages[i].over)
                        p->same += a->listing->pages[i].spans;
        if (p->quarantined > 0 && p->completeness == LISTING_COMPLETE)
                p->completeness = LISTING_PARTIAL; /* also when the page they stand on was not read anew */
        r = touched_write(a, e);
        if (r == 0)
                r = run_write(a, e);
        KILL_POINT("apply-before-commit");
        if (r == 0)
                r = txn_commit(txn, e);
        KILL_POINT("apply-after-commit");
        return r;
}

/* Nothing of the listing is kept but what was seen of it. */
static int apply_refused(Apply *a, Err *e) {
        ListingReport *p = &a->report;
        int r;

        p->completeness = LISTING_PARTIAL;
        p->members = a->tally.seen;
        p->duplicates = a->listing->duplicates;
        p->added = p->changed = p->same = p->gone = p->back = p->removed = p->quarantined = 0;
        r = refusal_write(a, e);
        return r < 0 ? r : LISTING_E_REFUSED;
}

static int apply_once(Apply *a, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        bool pass = false;
        int r = txn_begin(a->store, &txn, e);

        if (r == 0)
                r = apply_all(a, e);
        if (r == 0)
                r = refusal_judge(a, &pass, e);
        if (r < 0)
                return r;
        if (pass)
                return apply_finish(a, &txn, e);
        txn_endp(&txn);
        return apply_refused(a, e);
}

static int apply_failed(Apply *a, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        int r = txn_begin(a->store, &txn, e);

        if (r == 0)
                r = partition_ensure(a->listing, e);
        if (r == 0)
                r = run_begin(a, e);
        if (r == 0)
                r = run_write(a, e);
        KILL_POINT("apply-before-commit");
        if (r == 0)
                r = txn_commit(&txn, e);
        KILL_POINT("apply-after-commit");
        return r;
}

/* A listing is not worth a flush of its own: lost in a power cut, rows and cursor together, it is read again. It
 * becomes durable with the next transaction of another kind, the plan's that follows at the latest (store_flush),
 * before anybody is told anything because of it. */
static int apply_unflushed(Apply *a, Err *e) {
        bool failed = a->end->completeness == LISTING_FAILED;
        int r = failed ? 0 : stage_compare_all(a->listing, e);

        if (r == 0)
                r = store_sync_none(a->store, e);
        if (r < 0)
                return r;
        r = failed ? apply_failed(a, e) : apply_once(a, e);
        store_sync_each(a->store);
        /* its number is told to people, who answer with it */
        if (r == LISTING_E_REFUSED && store_flush(a->store, e) < 0)
                return e->code;
        return r;
}

int listing_apply(Listing *l, const ListingEnd *end, Instant now, ListingReport *ret, Err *e) {
        Apply a = {
                .listing = l, .store = l->store, .end = end, .now = now,
                .judges = end->members_complete && !end->changes_only,
                .unnumbered = { .apply = &a }, .sides = { .apply = &a },
                .sample = TEXT_INIT(8192), .scratch = TEXT_INIT(4u << 20),
                .report = { .completeness = end->completeness },
        };
        int r = apply_unflushed(&a, e);

        if (r >= 0)
                *ret = a.report;
        bits_free(&a.before);
        bits_free(&a.touched);
        bits_free(&a.newer);
        text_free(&a.sample);
        text_free(&a.scratch);
        arena_free(&a.arena);
        if (r != APPLY_STOPPED)
                return r;
        return LISTING_E_STOPPED;
}
