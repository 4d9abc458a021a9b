/* SPDX-License-Identifier: MIT */
/* Refused listings, and a person's word about them. */
#include <errno.h>
#include <stdio.h>

#include "state/model/kill.h"
#include "state/store-parts.h"

/* What a decision is about. A later listing shows the same picture when it is no worse; changes go on while a person
 * thinks, so a tenth more of them, and five, is the same picture. */
typedef struct Picture { int64_t gone, changed, canaries, drift; } Picture;

static bool no_worse(const Picture *now, const Picture *decided) {
        return now->drift == decided->drift && now->gone <= decided->gone && now->canaries <= decided->canaries
                && now->changed <= decided->changed + decided->changed / 10 + 5;
}

static Picture picture_of(const Apply *a) {
        const GuardTally *t = &a->tally;

        return (Picture) { t->gone, t->changed, t->canaries_missing,
                           a->end->drift_en[0] ? (int64_t) a->end->drift_mark : 0 };
}

static int picture_read(Str text, Picture *ret) {
        int64_t *into[] = { &ret->gone, &ret->changed, &ret->canaries };
        Str rest = text, part;

        ret->drift = 0;
        for (int i = 0; i < 3; i++)
                if (!str_split(&rest, ' ', &part) || text_to_int64(part, into[i]) < 0)
                        return -EBADMSG;
        return rest.len > 0 && text_to_int64(rest, &ret->drift) < 0 ? -EBADMSG : 0;
}

/* The decision that stands for the partition, if it is about this picture: *ret_id and its state. */
static int refusal_current(Apply *a, int64_t *ret_id, bool *ret_accepted, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Picture was, now = picture_of(a);
        int r = stmt_ask(a->store, &q, e,
                         "SELECT id, guard, picture, state FROM refusal WHERE partition = ? AND state IN ('open', "
                         "'accepted', 'rejected')",
                         "i", a->listing->id);

        *ret_id = 0;
        *ret_accepted = false;
        if (r <= 0)
                return r;
        if (picture_read(stmt_str(q, 2), &was) < 0)
                return store_damaged(e, "refusal", stmt_str(q, 0), "picture");
        if (!str_eq(stmt_str(q, 1), str_of(guard_names[a->report.trip])) || !no_worse(&now, &was))
                return 0;
        *ret_id = sqlite3_column_int64(q, 0);
        *ret_accepted = str_eq(stmt_str(q, 3), STR("accepted"));
        return 0;
}

static int refusal_over(Apply *a, const char *state, Err *e) {
        return stmt_run(
                a->store, NULL, e,
                "UPDATE refusal SET state = ? WHERE partition = ? AND state IN ('open', 'accepted', 'rejected')", "zi",
                state, a->listing->id);
}

/* What changed its shape says best why much else changed with it. */
static GuardTrip refusal_trip(const Apply *a, Text *en, Text *vi) {
        if (a->end->drift_en[0] == '\0')
                return guard_judge(a->listing->context.guards, &a->tally, a->judges, en, vi);
        (void) text_add(en, str_of(a->end->drift_en));
        (void) text_add(vi, str_of(a->end->drift_vi));
        return GUARD_DRIFT;
}

int refusal_judge(Apply *a, bool *ret_pass, Err *e) {
        _cleanup_text_ Text en = TEXT_INIT(sizeof a->report.en - 1), vi = TEXT_INIT(sizeof a->report.vi - 1);
        bool accepted = false;
        int64_t id = 0;
        int r;

        a->report.trip = refusal_trip(a, &en, &vi);
        if (a->report.trip == GUARD_FINE) {
                *ret_pass = true;
                return refusal_over(a, "over", e);
        }
        (void) snprintf(a->report.en, sizeof a->report.en, STR_FMT, STR_ARG(text_str(&en)));
        (void) snprintf(a->report.vi, sizeof a->report.vi, STR_FMT, STR_ARG(text_str(&vi)));
        r = refusal_current(a, &id, &accepted, e);
        if (r < 0)
                return r;
        *ret_pass = accepted;
        if (!accepted)
                return 0;
        a->report.trip = GUARD_FINE;
        return refusal_over(a, "passed", e);
}

static int refusal_new(Apply *a, Err *e) {
        const Picture p = picture_of(a);
        char picture[100];
        int r = refusal_over(a, "over", e), n;

        if (r < 0)
                return r;
        n = snprintf(picture, sizeof picture, "%lld %lld %lld", (long long) p.gone, (long long) p.changed,
                     (long long) p.canaries);
        if (p.drift != 0)
                (void) snprintf(picture + n, sizeof picture - (size_t) n, " %lld", (long long) p.drift);
        r = stmt_run(a->store, NULL, e,
                     "INSERT INTO refusal (partition, run, at, guard, picture, en, vi, sample) VALUES (?, ?, ?, ?, ?, "
                     "?, ?, ?)",
                     "iitzzzzs", a->listing->id, a->run, a->now, guard_names[a->report.trip], picture, a->report.en,
                     a->report.vi, text_str(&a->sample));
        if (r == 0)
                a->report.refusal = sqlite3_last_insert_rowid(a->store->db);
        return r;
}

int refusal_write(Apply *a, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        bool accepted;
        int r = txn_begin(a->store, &txn, e);

        if (r == 0)
                r = partition_ensure(a->listing, e);
        if (r == 0)
                r = run_begin(a, e);
        if (r == 0)
                r = refusal_current(a, &a->report.refusal, &accepted, e);
        if (r == 0 && a->report.refusal == 0)
                r = refusal_new(a, e);
        if (r == 0)
                r = run_write(a, e);
        KILL_POINT("refuse-before-commit");
        if (r == 0)
                r = txn_commit(&txn, e);
        return r;
}

static int refusal_decide(Store *s, int64_t refusal, const char *state, const char *by, Instant now, Err *e) {
        int changed = 0;
        int r = stmt_run(s, &changed, e,
                         "UPDATE refusal SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state IN "
                         "('open', 'accepted', 'rejected')",
                         "zzti", state, by, now, refusal);

        return r < 0 ? r : changed ? 0 : STORE_E_ABSENT;
}

int store_refusal_accept(Store *s, int64_t refusal, const char *by, Instant now, Err *e) {
        return refusal_decide(s, refusal, "accepted", by, now, e);
}

int store_refusal_reject(Store *s, int64_t refusal, const char *by, Instant now, Err *e) {
        return refusal_decide(s, refusal, "rejected", by, now, e);
}
