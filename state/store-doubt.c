/* SPDX-License-Identifier: MIT */
/* Readings that may not be what they seem. Records came again: rows moved from page to page while it was read, and
 * others slipped past unseen, however well the counts agree; or the system has two rows under one key. Or the pages are
 * such that one may have been lost, and no total tells (ListingEnd.unproved). One reading does not tell which. The next
 * does: rows that move do not show the same records twice, and what is lost for a moment is there again. */
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "state/store-parts.h"

static int64_t repeats_of(const Listing *l) {
        int64_t spans = 0, members = bits_count(&l->shown) + l->quarantined;

        for (size_t i = 0; i < l->n_pages; i++)
                if (!l->pages[i].over)
                        spans += l->pages[i].spans;
        return spans > members ? spans - members : 0;
}

static bool is_doubtful(const ListingEnd *end, int64_t page) {
        for (size_t i = 0; i < end->n_doubtful; i++)
                if (page >= end->doubtful[i].from && page <= end->doubtful[i].to)
                        return true;
        return end->n_doubtful == 0;
}

/* Sums, as a set has no order. */
static int member_sum(void *sum, int64_t id, Err *e) {
        (void) e;
        *(uint64_t *) sum += XXH3_64bits(&id, sizeof id);
        return 0;
}

static uint64_t bits_sum(const Bits *b) {
        uint64_t sum = 0;

        for (int64_t id = bits_next(b, 0); id >= 0; id = bits_next(b, id + 1))
                (void) member_sum(&sum, id, NULL);
        return sum;
}

static int known_sum(const Listing *l, int number, uint64_t *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(l->store, &q, e, "SELECT members FROM page WHERE partition = ? AND number = ?", "id", l->id,
                         number);

        return r > 0 ? members_decode(stmt_blob(q, 0), member_sum, ret, e) : r;
}

static int page_sum(Listing *l, const ListingPage *page, Members *m, uint64_t *ret, Err *e) {
        int r;

        if (page->known)
                return known_sum(l, page->number, ret, e);
        r = members_gather(l, page, m, e);
        for (size_t i = 0; i < m->n && r == 0; i++)
                r = member_sum(ret, m->at[i].id, e);
        return r;
}

static int pages_sum(Listing *l, const ListingEnd *end, uint64_t *ret, Err *e) {
        Members m = { 0 };
        int r = 0;

        for (size_t i = 0; i < l->n_pages && r == 0; i++)
                if (!l->pages[i].over && is_doubtful(end, l->pages[i].number))
                        r = page_sum(l, &l->pages[i], &m, ret, e);
        free(m.at);
        return r;
}

/* What is put aside is there as well: it might be what is lost next time. */
static int aside_sum(Apply *a, uint64_t *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = a->listing->quarantined == 0 ? 0 : stmt_use(
                a->store, "SELECT page, coalesce(key, '') FROM temp.put_aside WHERE listing = ?", &q, e);

        if (r == 0 && q)
                r = stmt_bind(q, e, "i", a->listing->number);
        while (r == 0 && q && (r = stmt_step(q, e)) > 0) {
                Str key = stmt_str(q, 1);

                r = 0;
                if (is_doubtful(a->end, sqlite3_column_int64(q, 0)))
                        *ret += XXH3_64bits_withSeed(key.at, key.len, 1);
        }
        return r;
}

/* Of the records that are in doubt and how often one came again, under this digest; never 0. */
static int shown_now(Apply *a, int64_t *ret, Err *e) {
        Listing *l = a->listing;
        uint64_t mixed[] = { l->digest, (uint64_t) a->report.repeats, 0 };
        int r = 0;

        if (a->end->n_doubtful > 0)
                r = pages_sum(l, a->end, &mixed[2], e);
        else
                mixed[2] = bits_sum(&l->shown);
        if (r == 0)
                r = aside_sum(a, &mixed[2], e);
        *ret = (int64_t) (XXH3_64bits(mixed, sizeof mixed) | 1);
        return r;
}

static int shown_before(Apply *a, int64_t *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(a->store, &q, e, "SELECT coalesce(shown, 0) FROM partition WHERE id = ?", "i", a->listing->id);

        if (r > 0)
                *ret = sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

static int repeated_key(Apply *a, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int64_t record = bits_next(&a->listing->twice, 0);
        int r = record < 0 ? 0 : stmt_ask(a->store, &q, e, "SELECT key FROM record WHERE id = ?", "i", record);

        if (r > 0) {
                Str key = str_cut(stmt_str(q, 0), sizeof a->report.repeated - 1);

                (void) snprintf(a->report.repeated, sizeof a->report.repeated, STR_FMT, STR_ARG(key));
        }
        return r < 0 ? r : 0;
}

/* It is told as partial: nobody is missing by it, and no page of it is known next time. */
void listing_end_doubt(ListingEnd *end, const char *why) {
        end->completeness = LISTING_PARTIAL;
        end->whole = end->members_complete = false;
        end->proof = PROOF_NONE;
        end->fault = end->unproved[0] ? FAULT_UNPROVED : FAULT_COUNT_MISMATCH;
        end->retry = RETRY_LATER;
        (void) snprintf(end->detail, sizeof end->detail, "%s", why);
}

static void listing_doubt(Apply *a) {
        const char *key = a->report.repeated;

        if (a->end->unproved[0])
                (void) snprintf(a->report.en, sizeof a->report.en, "%s; believed when the next reading shows the same",
                                a->end->unproved);
        else
                (void) snprintf(a->report.en, sizeof a->report.en,
                                "%lld of the records came again%s%s%s: rows moved while they were read, or two have "
                                "one key; believed when the next reading shows the same",
                                (long long) a->report.repeats, *key ? " (" : "", key, *key ? ")" : "");
        a->doubted = *a->end;
        listing_end_doubt(&a->doubted, a->report.en);
        a->end = &a->doubted;
        a->report.completeness = LISTING_PARTIAL;
        a->report.doubted = true;
        a->judges = false;
}

int doubt_judge(Apply *a, Err *e) {
        const ListingEnd *end = a->end;
        int64_t before = 0;
        int r = 0;

        if (a->judges && !end->may_repeat && end->as_of == 0)
                a->report.repeats = repeats_of(a->listing);
        if (a->report.repeats == 0 && !(end->whole && end->unproved[0]))
                return 0;
        r = shown_now(a, &a->shown, e);
        if (r == 0)
                r = shown_before(a, &before, e);
        if (r == 0)
                r = repeated_key(a, e);
        if (r == 0 && before != a->shown)
                listing_doubt(a);
        return r;
}
