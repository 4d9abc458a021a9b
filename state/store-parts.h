/* SPDX-License-Identifier: MIT */
/* Private to the store: a listing on its way from staging to one transaction. What grows with the listing is one bit a
 * record known and a hundred bytes a page; records, and members of pages that were read anew, wait in temporary files.
 */
#pragma once

#include "state/store-batch.h"
#include "state/store-listing.h"
#include "state/store-pages.h"
#include "state/store-stmt.h"

#define LISTING_BUFFER_MAX (16u << 20) /* one record is far smaller: limits.h */

struct Listing {
        Store *store;
        Partition partition;        /* texts in `arena` */
        ListingContext context;
        Arena arena;
        int64_t id;                 /* of the partition's row; 0: none yet */
        int64_t number;             /* key of what is staged */
        uint64_t digest;            /* of the context and the merge policy */
        bool mapping_changed;
        bool remembers;             /* pages, prints and cursor are of this digest */
        ListingMemory memory;
        Instant started;
        ListingPage *pages;
        size_t n_pages, room_pages;
        size_t spans;               /* on all of them */
        size_t held;                /* members in memory */
        int aside;                  /* 1 + the file of the others; 0: none yet */
        Bits seen, kept;            /* kept: of them, staged to be written */
        Bits shown;                 /* of them, since the listing last began */
        Bits twice;                 /* seen more than once, and kept: the next listing looks at them again */
        Bits brought;               /* page 0: neither a page nor a print knows them */
        bool brought_read;
        Prints prints;
        Text buffer, scratch;       /* records not compared yet */
        size_t compared;            /* bytes at the front of the buffer that were, and are kept */
        Spool spool;
        int64_t same, duplicates, quarantined;
};

bool staged_read(Str *rest, Staged *ret); /* false: no whole record is there */
int listing_page_now(Listing *l, ListingPage **ret, Err *e); /* where the next record stands */
void listing_span_count(Listing *l, ListingPage *page, int n);
int stage_compare_all(Listing *l, Err *e); /* of the buffer; what remains there is to be written */
/* Seen, and a member of that page; counts duplicates. `kept`: it is staged to be written. */
int stage_member(Listing *l, ListingPage *page, int64_t record, uint64_t print, bool kept, Err *e);
int stage_seen(Listing *l, int64_t record, bool kept, bool *ret_twice, Err *e); /* twice since it last began */
int store_stage_open(Store *s, Err *e);

/* The transaction of a listing. */
struct Apply {
        Listing *listing;
        Store *store;
        const ListingEnd *end;
        Instant now;
        int64_t run;
        bool judges;                /* it is the whole of the partition: absence, pages and digest follow it */
        int64_t kept;               /* quarantined records that this listing did not bring */
        bool last_was_new;          /* the record before: nobody had shown it */
        Bits before;                /* members of the listing before */
        Bits touched;               /* records of which a row was written */
        Bits newer;                 /* records that another partition of the stream showed since `newer_than` */
        Instant newer_than;         /* as_of of the page they were last asked for; 0: none yet */
        GuardTally tally;
        ListingReport report;
        Text sample, scratch;       /* of what would change, for a refusal */
        int sampled;
        ListingEnd doubted;         /* `end` as it is told when the listing is doubted */
        int64_t shown;              /* of what this reading showed, when there is a doubt about it; 0: none */
        Arena arena;                /* of one record */
        Batch unnumbered, sides;    /* that wait: records that may be new; new sides of records that are known */
};
static inline Instant apply_as_of(const Apply *a) {
        return a->end->as_of != 0 ? a->end->as_of : a->listing->started;
}
/* Of what a page told: one of several files may be older than the newest. */
static inline Instant apply_page_as_of(const Apply *a, uint32_t page) {
        Instant own = a->listing->pages[page].as_of;

        return own != 0 ? own : apply_as_of(a);
}
/* Not to be taken: another listing of the stream, or a newer file, spoke of it since. */
int apply_is_older(Apply *a, const Staged *st, int64_t record, bool *ret, Err *e);
void apply_sample(Apply *a, Str key, const char *what, Str from, Str to);

/* A record as the transaction finds it. */
typedef struct Stored {
        int64_t record;
        bool there[SIDE_COUNT], removed[SIDE_COUNT], missing[SIDE_COUNT];
        bool differs;                   /* rows of differences are kept of it */
        uint64_t hash[SIDE_COUNT];
        const Value *field[SIDE_COUNT]; /* of sides that are there and not removed */
} Stored;
int stored_read(Store *s, Arena *a, int64_t record, Stored *ret, Err *e);
int apply_record(Apply *a, const Staged *st, Err *e); /* its texts are borrowed until apply_waiting */
int apply_waiting(Apply *a, Err *e);
/* Differences and owner after a change of `record`; `after` NULL: that side is gone for good. */
int apply_reconcile(Apply *a, const Stored *before, const Value *const after[static SIDE_COUNT], Str identity_unit,
                    Err *e);
int difference_read(Store *s, Arena *a, int64_t record, FieldException ret[static FIELD_COUNT], size_t *ret_n, Err *e);

int page_before(Store *s, int64_t partition, Bits *ret, Err *e);
/* *ret_spans, and *ret_facts whether the facts are as before, when it is known. */
int page_known(Listing *l, int number, const uint64_t hash[static 2], Str facts, bool *ret_known, int *ret_spans,
               bool *ret_facts, Err *e);
int page_brought(Listing *l, Str members, bool *ret, Err *e); /* whether any of them is on page 0 */
int prints_find(Listing *l, int number, uint64_t print, int64_t *ret_record, Err *e); /* 0; 1 none */
void prints_free(Prints *p);
int page_write(Apply *a, Err *e);

/* Writes down as of when the units of the listing's records were told of (store-reading.c). */
int readings_write(Apply *a, Err *e);
/* Whether the record's unit was told of since `as_of`. A changed mapping reads the files anew: nothing older then. */
int reading_is_older(Apply *a, int64_t record, Instant as_of, bool *ret, Err *e);

int absence_apply(Apply *a, Err *e);
int canary_check(Apply *a, Err *e);
int touched_write(Apply *a, Err *e);   /* they are to be judged anew (store-judged.h) */
int touched_add(Store *s, int64_t record, Err *e);

int quarantine_apply(Apply *a, Err *e);
int quarantine_seen(Apply *a, Err *e); /* quarantined records are not missing */

int partition_find(Listing *l, bool *ret_digested, uint64_t *ret_digest, Err *e); /* its id and what is remembered */
int partition_number(Listing *l, bool *ret_new, Err *e); /* its id, also when there is no row yet */
int partition_ensure(Listing *l, Err *e); /* its row */
int run_begin(Apply *a, Err *e);       /* takes a run id */
int run_write(Apply *a, Err *e);       /* the run record and the partition's state */

/* Whether the reading is to be doubted, and what follows (store-doubt.c). After the rows, before absence. */
int doubt_judge(Apply *a, Err *e);

/* *ret_pass: no guard tripped, or a person accepted this picture. The words are in a->report. */
int refusal_judge(Apply *a, bool *ret_pass, Err *e);
int refusal_write(Apply *a, Err *e);
