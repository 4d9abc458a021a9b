/* SPDX-License-Identifier: MIT */
/* The pager: what to ask for next, and whether what came is the whole listing. Pure: it sees counts and hashes, never
 * bytes. It advances by what was received, never by what was asked for; a listing is complete only with a proof. */
#pragma once

#include "connectors/profile-plan.h"

/* What one page showed. */
typedef struct PageSeen {
        uint64_t bytes_hash;
        uint64_t first_hash, last_hash; /* of the first and last record's bytes; without records 0 */
        int received;                   /* records on it, good or bad */
        int64_t total;                  /* -1: the profile names none */
        bool more_known, more;          /* the flag, where the profile names one */
        Str cursor;                     /* empty: none; borrowed */
} PageSeen;

typedef struct Pager {
        const PagingPlan *plan;
        int pages;
        int64_t received, total, first_total;
        bool drifted;           /* the total changed on the way */
        Text cursor;            /* of the next page */
        Fault fault;            /* the first thing that went wrong */
        bool lossy;             /* ...and it may have cost records */
        Proof proof;
        char detail[300];
        uint64_t *seen;         /* hashes of pages, edges and cursors: open addressing */
        size_t n_seen, room_seen;
} Pager;

void pager_begin(Pager *p, const PagingPlan *plan);
void pager_done(Pager *p);

/* The parameters of the next request as `name=value` joined by '&', percent-encoded. -ENOMEM. */
int pager_query(const Pager *p, Text *ret);

/* What the page means. PAGER_NEXT: ask again by pager_query. PAGER_END: no more pages; pager_complete tells. With
 * `*ret_take` false the page's records are a repetition and must not be taken. -ENOMEM. */
enum { PAGER_NEXT = 0, PAGER_END = 1 };
int pager_page(Pager *p, const PageSeen *seen, bool *ret_take);

/* Whether every member was read and proved; p->fault may name something that was survived. */
bool pager_complete(const Pager *p);
