/* SPDX-License-Identifier: MIT */
/* Storing listings: stage without a lock (TEMP tables), then apply all of it in one synchronous transaction. */
#pragma once

#include "state/model/link.h"
#include "state/model/unit.h"
#include "state/reconcile.h"
#include "state/store.h"

typedef struct Listing Listing;

enum {
        LISTING_E_STOPPED = 1,   /* the stop function asked; nothing was changed */
        LISTING_E_REFUSED = 2,   /* a guard tripped; nothing but the run and the refusal were recorded */
        LISTING_AS_BEFORE = 3,   /* of listing_quarantine: that record stands aside already, for the same reason */
};

/* What reconciling needs besides the store; borrowed for the listing's life. */
typedef struct ListingContext {
        const LinkTable *links;
        const UnitTable *units;
        const MergePolicy *policy;
        const GuardOptions *guards;
        uint64_t digest; /* of profile + mapping + units + links + normaliser: another digest voids page fingerprints */
        bool fresh[SIDE_COUNT];  /* sources that are not blind */
        Instant blind_after;     /* µs without a complete listing */
} ListingContext;

int store_listing_begin(Store *s, const Partition *p, const ListingContext *c, Instant now, Listing **ret, Err *e);
Listing *listing_free(Listing *l);     /* drops what was staged and not applied */
DEFINE_CLEANUP(Listing, listing_free)

/* What is remembered of the partition, under this digest; lives as long as the listing. */
const ListingMemory *listing_memory(const Listing *l);
/* As SourceSink.recall: what is kept of page `number` of the last applied listing, borrowed until the next call: 0, or
 * 1 when there is nothing, or when the page has to be looked at again whatever its bytes. */
int listing_recall(Listing *l, int number, PageMemory *ret, Err *e);
/* As SourceSink.page: *ret_known when page `number` of the last applied listing had these bytes under this digest. */
int listing_page(Listing *l, int number, const PageMemory *page, bool *ret_known, int *ret_members, Err *e);
/* As SourceSink.span: *ret_known when a record with this print stood on that page or beside it. */
int listing_span(Listing *l, uint64_t print, bool *ret_known, Err *e);
int listing_put(Listing *l, const RecordSide *r, uint64_t print, Err *e); /* print 0: none */
int listing_quarantine(Listing *l, const Quarantine *q, Err *e);
/* Which sources are fresh may have changed since the listing began; what is said last before listing_apply counts. */
void listing_set_fresh(Listing *l, const bool fresh[static SIDE_COUNT]);

typedef struct ListingReport {
        int64_t run;                   /* id of the run record */
        Completeness completeness;     /* as recorded: a refused listing is partial */
        int64_t members, added, changed, same, gone, back, removed, duplicates, quarantined;
        int64_t older;                 /* not taken: another listing, or a newer file, spoke since (PageMemory.as_of) */
        GuardTrip trip;
        int64_t refusal;               /* id for `nq57ctl accept`; 0 none */
        char en[400], vi[400];         /* the guard's words, or the doubt's (en) */
        int64_t repeats;               /* records that came again in one reading */
        bool doubted;                  /* partial, of them or of ListingEnd.unproved: the next reading that shows the
                                        * same is believed */
        char repeated[80];             /* the key of one of them, when it is known; cut */
} ListingReport;

/* Makes of the end of a whole listing that of a doubted one (ListingReport.doubted), for `why`. */
void listing_end_doubt(ListingEnd *end, const char *why);

/* Rows, exceptions, history, membership, absence, quarantine, run record: one BEGIN IMMEDIATE .. COMMIT, flushed to the
 * disk by the next transaction that is no listing's, or by store_flush. A failed listing (nothing staged) only writes
 * its run record. An incomplete one, and one of changes only, changes nothing but what it brought. 0 or a result above.
 */
int listing_apply(Listing *l, const ListingEnd *end, Instant now, ListingReport *ret, Err *e);

/* A person's word about a refused listing: the next listing of that partition with the same picture (same tally, give
 * or take new arrivals) passes, or the refusal is closed and the old state stays. */
int store_refusal_accept(Store *s, int64_t refusal, const char *by, Instant now, Err *e); /* STORE_E_ABSENT */
int store_refusal_reject(Store *s, int64_t refusal, const char *by, Instant now, Err *e);

/* Per partition, for scheduling, blindness and status. Texts borrowed. */
typedef struct PartitionState {
        Partition partition;
        int64_t run;
        Instant started, ended;        /* of the last run */
        Completeness completeness;
        Fault fault;
        Proof proof;
        Instant last_complete;         /* start of the last listing that was read whole; INSTANT_NONE */
        int64_t members, quarantined, claimed, received, changed;
        int failures;                  /* in a row */
        Instant retry_after;
        Str detail;
        int64_t refusal;               /* open refusal, 0 none */
        Str sample;                    /* of its changes: "KEY field: old -> new" a line, at most 12 */
} PartitionState;
int store_visit_partitions(Store *s, int (*visit)(void *u, const PartitionState *p, Err *e), void *userdata, Err *e);

/* As of when a unit was told of, by files of which each tells of some units (ListingEnd.changes_only with an as_of).
 * Texts borrowed; `unit` may be a sub-unit. */
typedef struct UnitAsOf {
        Partition partition;
        Str unit;
        Instant as_of;
} UnitAsOf;
int store_visit_readings(Store *s, int (*visit)(void *u, const UnitAsOf *p, Err *e), void *userdata, Err *e);

typedef struct QuarantineRow {
        Str source, stream, account, unit, key, field, value, nearest, sample;
        Fault fault;
        Instant since;
        Str place; /* "nhiem-vu.xlsx:17", ":17" of a page; "" when it has no rows */
} QuarantineRow;
/* A field whose value could not be read; the rest of its record is stored. */
typedef struct InvalidRow {
        Str source, stream, account, unit, key, field, value;
        Instant since; /* when it was read so */
} InvalidRow;
int store_visit_invalid(Store *s, int (*visit)(void *u, const InvalidRow *q, Err *e), void *userdata, Err *e);

int store_visit_quarantine(Store *s, int (*visit)(void *u, const QuarantineRow *q, Err *e), void *userdata, Err *e);
