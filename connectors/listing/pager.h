/* SPDX-License-Identifier: MIT */
/* The pager: what to ask for next, and whether what came is the whole listing. Pure: it sees counts, hashes and
 * cursors, never bytes. It advances by what was received, never by what was asked for; a listing is complete only with
 * a proof. */
#pragma once

#include "connectors/language/paging-plan.h"
#include "connectors/listing/hash-set.h"
#include "state/model/listing.h"

#define PAGER_CURSOR_MAX 8192

/* How the keys of a page follow each other, where they can be compared (whole numbers, times of one form). */
typedef enum KeyOrder { KEYS_UNKNOWN, KEYS_RISE, KEYS_FALL, KEYS_MIXED } KeyOrder;

/* What one page showed. */
typedef struct PageSeen {
        uint64_t bytes_hash;
        uint64_t first_hash, last_hash; /* of the first and last record's bytes; without records 0 */
        int received;                   /* records on it, good or bad */
        int64_t total;                  /* -1: the profile names none */
        bool more_known, more;          /* the flag, where the profile names one */
        Str cursor;                     /* of the next page: a text, an absolute address, or the last record's key;
                                         * empty: none; borrowed */
        bool key_ties;                  /* keyset: two records of the page have one key */
        KeyOrder key_order;             /* keyset */
        const uint64_t *prints;         /* of the records' bytes, `received` of them; NULL: not known; borrowed */
        int overlap;                    /* set by pager_page: so many records at the front stood on the page before */
} PageSeen;

typedef struct Pager {
        const PagingPlan *plan;
        StopRule stop;
        int usual;              /* records of a full page, as listings before had it; 0: not learnt yet; -1: nobody
                                 * remembers it */
        int pages, empty_pages;
        int fullest;            /* records of the fullest page so far */
        int filled, last_filled; /* pages that have records; how many the last of them has */
        int emptiest, inner;    /* records of the emptiest page, and of the emptiest of those that were not the last;
                                 * INT32_MAX: none yet */
        bool was_short;         /* the page before was not full */
        int64_t received, total, first_total;
        bool drifted;           /* the total changed on the way */
        bool moved;             /* a record came twice, on two pages */
        bool ties, overlapped;  /* keyset: keys are not unique; the system gives the last key's records again */
        KeyOrder order;
        Text cursor;            /* of the next page */
        Fault fault;            /* the first thing that went wrong */
        bool lossy;             /* ...and it may have cost records */
        bool reread_helps;      /* ...and it may be gone when the listing is read anew */
        Proof proof;
        char detail[300];
        char unproved[240];     /* as ListingEnd has it, once it has ended */
        HashSet seen;           /* of pages, edges and cursors */
        HashSet before;         /* prints of the page before */
        uint64_t sequence, last_sequence; /* over all records in their order: of this pass and of the one before */
        int passes;             /* begun before this one */
} Pager;

void pager_begin(Pager *p, const PagingPlan *plan);
void pager_done(Pager *p);

/* The listing is read from its start once more, since rows moved while it was read. */
void pager_again(Pager *p);

/* The parameters of the next request as `name=value` joined by '&', percent-encoded. -ENOMEM. */
int pager_query(const Pager *p, Text *ret);

/* The same as values, for a request that carries them elsewhere. */
int64_t pager_offset(const Pager *p);
static inline int64_t pager_page_number(const Pager *p) {
        return p->plan->first_page + p->pages;
}
Str pager_cursor(const Pager *p); /* empty: this is the first request and has none */

/* The absolute address of the next page, where the page before named one; empty: the stream's own. */
Str pager_address(const Pager *p);

/* Whether a record of the page, the first `from` aside, stood on the page before; its prints are known. */
bool pager_stood_before(const Pager *p, const PageSeen *s, int from);

/* What the page means; sets seen->overlap. PAGER_NEXT: ask again by pager_query. PAGER_END: no more pages;
 * pager_complete tells. With `*ret_take` false the page's records are a repetition and must not be taken. -ENOMEM. */
enum { PAGER_NEXT = 0, PAGER_END = 1 };
int pager_page(Pager *p, PageSeen *seen, bool *ret_take);

/* Whether every member was read and proved; p->fault may name something that was survived. */
bool pager_complete(const Pager *p);

/* Whether the pass ended so that another one may prove what this one could not. */
bool pager_wants_again(const Pager *p);

/* What must be remembered of a page so that the pager goes on from it when it is as before:
 * one line of ASCII, then the cursor; `prints` is not kept. -ENOMEM, -E2BIG. */
int page_facts_encode(const PageSeen *s, Text *ret);
/* 0: *ret borrows its cursor from `facts`. -EBADMSG for what page_facts_encode did not write. */
int page_facts_decode(Str facts, PageSeen *ret);
