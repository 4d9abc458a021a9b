/* SPDX-License-Identifier: MIT */
/* Readings that may not be what they seem. Records came again: rows moved from page to page while it was read, and
 * others slipped past unseen, however well the counts agree; or the system has two rows under one key. Or the pages are
 * such that one may have been lost, and no total tells (ListingEnd.unproved). One reading does not tell which. The next
 * does: rows that move do not show the same records twice, and what is lost for a moment is there again. */
#include <stdio.h>
#include <xxhash.h>

#include "state/store-parts.h"

static int64_t repeats_of(const Listing *l) {
        int64_t spans = 0, members = bits_count(&l->shown) + l->quarantined;

        for (size_t i = 0; i < l->n_pages; i++)
                if (!l->pages[i].over)
                        spans += l->pages[i].spans;
        return spans > members ? spans - members : 0;
}

/* Of the records and how often one came again, under this digest; never 0. */
static int64_t shown_of(const Listing *l, int64_t repeats) {
        uint64_t seed = l->digest ^ (uint64_t) repeats * 0x9e3779b97f4a7c15u;

        return (int64_t) (XXH3_64bits_withSeed(l->shown.word, l->shown.n_words * sizeof *l->shown.word, seed) | 1);
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
        a->shown = shown_of(a->listing, a->report.repeats);
        r = shown_before(a, &before, e);
        if (r == 0)
                r = repeated_key(a, e);
        if (r == 0 && before != a->shown)
                listing_doubt(a);
        return r;
}
