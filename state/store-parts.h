/* SPDX-License-Identifier: MIT */
/* Private to the store: a listing on its way from staging to one transaction. What grows with the listing is one bit a
 * record known and four bytes a member of a page that was read anew; records themselves wait in a temporary file. */
#pragma once

#include "state/store-listing.h"
#include "state/store-stmt.h"

/* A set of record ids. */
typedef struct Bits { uint64_t *word; size_t n_words; } Bits;
int bits_add(Bits *b, int64_t id, bool *ret_was, Err *e);
static inline bool bits_have(const Bits *b, int64_t id) {
        return (size_t) id / 64 < b->n_words && (b->word[id / 64] >> (id % 64) & 1);
}
int64_t bits_count(const Bits *b);
int64_t bits_next(const Bits *b, int64_t from); /* the first id >= from; -1: none */
void bits_free(Bits *b);
#define _cleanup_bits_ _cleanup_(bits_free)

/* Members of a page: record ids, stored sorted as differences of seven bits a byte. */
typedef struct Members { uint32_t *at; size_t n, room; } Members;
int members_add(Members *m, int64_t id, Err *e);
int members_encode(Members *m, Text *t); /* sorts */
int members_decode(Str blob, int (*member)(void *u, int64_t id, Err *e), void *userdata, Err *e);
int members_into(Str blob, Bits *b, Err *e);

/* Bunches of staged records on disk (store-spool.c). */
typedef struct SpoolBunch { size_t at, len; } SpoolBunch;
typedef struct Spool { int fd; SpoolBunch *bunch; size_t n, room, size, longest; } Spool;
int spool_add(Spool *sp, const char *directory, Str bunch, Err *e);
int spool_read(const Spool *sp, size_t i, char *buffer, Err *e); /* room for sp->longest */
void spool_free(Spool *sp);

typedef struct ListingPage {
        int number;
        uint64_t hash[2];  /* the digest is mixed in: a new mapping knows no page */
        int spans;         /* records and quarantines it holds */
        bool known;        /* bytes as before: its row stays as it is */
        Members members;
} ListingPage;

struct Listing {
        Store *store;
        Partition partition;        /* texts in `arena` */
        ListingContext context;
        Arena arena;
        int64_t id;                 /* of the partition's row; 0: none yet */
        int64_t number;             /* key of what is staged */
        uint64_t digest;            /* of the context and the merge policy */
        bool mapping_changed;
        Instant started;
        ListingPage *pages;
        size_t n_pages, room_pages;
        Bits seen;
        Text buffer, scratch;       /* records not compared yet */
        size_t compared;            /* bytes at the front of the buffer that were, and are kept */
        Spool spool;
        int64_t same, duplicates, quarantined;
};

/* One record on its way; texts borrow from the buffer or the batch. */
typedef struct Staged {
        uint32_t size, page;
        int64_t record;             /* 0: not in the store when it was staged */
        uint64_t hash;
        bool lone;                  /* may differ although nobody else says anything: fields this side may not write */
        Str key, code, period, unit, lead, source_code, fields;
        RecordKind kind;
} Staged;
bool staged_read(Str *rest, Staged *ret);
int stage_compare_all(Listing *l, Err *e); /* of the buffer; what remains there is to be written */
int stage_member(Listing *l, ListingPage *page, int64_t record,
                 Err *e); /* seen, and a member of that page; counts duplicates */
int store_stage_open(Store *s, Err *e);

/* The transaction of a listing. */
typedef struct Apply {
        Listing *listing;
        Store *store;
        const ListingEnd *end;
        Instant now;
        int64_t run;
        int64_t kept;               /* quarantined records of pages that were not read anew */
        Bits before;                /* members of the listing before */
        Bits touched;               /* records of which a row was written */
        GuardTally tally;
        ListingReport report;
        Text sample, scratch;       /* of what would change, for a refusal */
        int sampled;
        Arena arena;                /* of one record */
} Apply;
void apply_sample(Apply *a, Str key, const char *what, Str from, Str to);

/* A record as the transaction finds it. */
typedef struct Stored {
        int64_t record;
        bool there[SIDE_COUNT], removed[SIDE_COUNT], missing[SIDE_COUNT];
        uint64_t hash[SIDE_COUNT];
        const Value *field[SIDE_COUNT]; /* of sides that are there and not removed */
} Stored;
int stored_read(Store *s, Arena *a, int64_t record, Stored *ret, Err *e);
int apply_record(Apply *a, const Staged *st, Err *e);
/* Differences and owner after a change of `record`; `after` NULL: that side is gone for good. */
int apply_reconcile(Apply *a, const Stored *before, const Value *const after[static SIDE_COUNT], Str identity_unit,
                    Err *e);
int difference_read(Store *s, Arena *a, int64_t record, FieldException ret[static FIELD_COUNT], size_t *ret_n, Err *e);

int page_before(Store *s, int64_t partition, Bits *ret, Err *e);
int page_known(Listing *l, int number, const uint64_t hash[static 2], bool *ret_known, int *ret_spans, Err *e);
int page_write(Apply *a, Err *e);

int absence_apply(Apply *a, Err *e);
int canary_check(Apply *a, Err *e);
int touched_write(Apply *a, Err *e);   /* they are to be judged anew (store-judged.h) */
int touched_add(Store *s, int64_t record, Err *e);

int quarantine_apply(Apply *a, Err *e);
int quarantine_seen(Apply *a, Err *e); /* quarantined records are not missing */

int partition_find(Store *s, const Partition *p, int64_t *ret_id, uint64_t *ret_digest, bool *ret_digested, Err *e);
int partition_ensure(Listing *l, Err *e);
int run_begin(Apply *a, Err *e);       /* takes a run id */
int run_write(Apply *a, Err *e);       /* the run record and the partition's state */

/* *ret_pass: no guard tripped, or a person accepted this picture. The words are in a->report. */
int refusal_judge(Apply *a, bool *ret_pass, Err *e);
int refusal_write(Apply *a, Err *e);
