/* SPDX-License-Identifier: MIT */
/* The parts a page is taken by: what it says beside its records. Private to listing-*.c. */
#pragma once

#include <json-c/json.h>

#include "connectors/listing/request.h"
#include "connectors/listing/source-parts.h"
#include "connectors/record/contract.h"

typedef struct PageRead {
        const HttpResponse *response;
        json_object *root; /* the skeleton */
        Text text;         /* holds the next address or the last key while the pager looks at it */
} PageRead;

/* Takes a page's bytes. FAULT_NONE: taken, and the pager said whether it was the last; else why not, with a detail. */
typedef struct PageOutcome {
        Fault fault;
        bool last;
        char detail[300];
} PageOutcome;
void listing_take_page(Listing *l, const HttpResponse *r, PageOutcome *ret);

#define LISTING_VALUES_MAX 64

/* What templates stand for in the next request of a listing; texts are borrowed from it and from the listing. */
typedef struct ListingValues {
        TemplateValue at[LISTING_VALUES_MAX];
        size_t n;
        char digits[200], today[DATE_TEXT], period_end[DATE_TEXT], since[64];
        size_t n_digits;
} ListingValues;

/* The unit whose the listing's records are where they name none: the account's, or the slice's; "": none. */
const char *listing_unit(const Listing *l);

/* Keeps what the next request needs of this page. false: not there; *o says what. */
bool listing_take_values(Listing *l, const HttpResponse *r, PageOutcome *o);

/* The request that is due, filled in. As request_fill. */
int listing_request(Listing *l, RequestText *ret);

/* ---- how it goes on: listing-flow.c, listing-http.c ---- */

bool listing_flow_begin(Listing *l);             /* false: it has ended */
void listing_page_ended(Listing *l, bool last);  /* the page and all that hangs on it was taken */
/* Something that belongs to the listing was not given: it ends partial. */
void listing_missing(Listing *l, const char *what, const char *why);
void listing_slice_missing(Listing *l, bool allowed, const char *why);
/* A request was answered well: the next one has tries of its own. */
static inline void listing_answered(Listing *l) {
        l->tries = 0;
        l->relogged = l->recsrf = false;
        l->recall.plain = false;
}
void listing_go_on(Listing *l);                  /* the next request, in its turn */
void listing_broken(Listing *l, const Err *e);   /* a callback failed: its words are the end's detail */

/* ---- what is remembered: listing-memory.c ---- */

void listing_memory_begin(Listing *l); /* after the sink's begin */
void listing_memory_end(Listing *l);   /* before the sink's end */
/* Whether the listing asks for changes only; then *ret is from where: an instant or an id. */
bool listing_since(const Listing *l, int64_t *ret);
/* Whether the status says that this was too long ago; then the listing reads everything from here on. */
bool listing_too_old(Listing *l, int status);
/* Adds validators to the request that is due. 0, negative with Err. */
int listing_conditions(Listing *l, HttpRequest *q, Err *e);
/* After a 304: whether the listing looks at the page all the same. */
bool listing_looks_itself(Listing *l);
/* Of a page that came, before its answer is done with: `others`: a record on it is none that was known. */
void listing_validators_judge(Listing *l, const HttpResponse *r, int received, bool others);
/* A 304. As listing_take_page. */
void listing_as_before(Listing *l, const HttpResponse *r, PageOutcome *o);
/* A page that came: whether it has the bytes that it had, by their hash as the sink is told it; then it is taken, as by
 * listing_take_page, by what is remembered of it. */
bool listing_same_bytes(Listing *l, const HttpResponse *r, const uint64_t hash[static 2], PageOutcome *o);
/* What is to be remembered of a page beside its bytes; empty where they do not tell all and no validator is there. As
 * text_add. */
int listing_facts(const Listing *l, const HttpResponse *r, const PageSeen *seen, Text *ret);
/* Notes how far the record goes that `n` looked at last. */
void listing_changes_note(Listing *l, Normaliser *n, bool aside);
/* The same bytes of another unit's slice are another record: 0 where no unit comes from the slice. */
uint64_t listing_salt(const Listing *l);

/* The values of a page of parents: 0, -ENOMEM, -E2BIG. */
int listing_take_parents(Listing *l, int first);
void listing_take_record(Listing *l, Str bytes, uint64_t print);

/* ---- details of a page's records: listing-details.c ---- */

typedef struct Details Details;
/* Whether a page that reads as before has details that do: not where a record may not have been there yet, as its row
 * does not say when it is. */
static inline bool details_as_page(const DetailPlan *d) {
        return !d->request.path || (d->row_shows_changes && d->absent_status == 0);
}
int details_begin(Listing *l, int first); /* keeps the records of the page that lies split; 0, -ENOMEM, -E2BIG */
void details_start(Listing *l, bool last);
int details_request(Listing *l, ListingValues *v, RequestText *ret);
void details_take(Listing *l, const HttpResponse *r, PageOutcome *o);
void details_missing(Listing *l, bool allowed, const char *why);
/* It was answered by a refusal (403, 404): missing, unless the profile says that it may be so. */
void details_refused(Listing *l, bool allowed, const char *why);
/* A detail that failed after all tries is missing, and the next is asked for; not when that many in a row failed, with
 * nothing answered between: then the system is down. */
#define DETAILS_FAILING 3
bool details_pass_over(Listing *l, const char *why);
Details *details_free(Details *d);

/* A text or whole number of a record's bytes; empty when there is none. 0, -ENOMEM, -E2BIG. */
int record_text(const Select *s, Str record, Text *ret);

/* What the records are counted by, made when first asked for. -ENOMEM. */
int listing_contract(Listing *l, Contract **ret);
/* Tells what is no longer as it was, and fills the end's drift and contract. */
void listing_judge(Listing *l);

/* What is read in place of the answer, where the profile names a text in it (inside->text NULL: the answer itself).
 * Borrows from *root, which is the caller's. false: there is none; *o says why. */
bool page_inside(const Listing *l, const Select *inside, Str *body, json_object **root, PageOutcome *o);

void page_fault(PageOutcome *o, Fault f, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whether a 200 says that the session is over; `beside`: what stands there, for the sentence. */
bool page_read_lost(const Listing *l, json_object *root, Str beside, PageOutcome *o);

/* The system's own word on a 200; true where the profile names none. */
bool page_read_ok(const Listing *l, json_object *root, PageOutcome *o);

/* Everything the pager wants to know of the page that lies split in the source, but for its hash. */
bool page_read_seen(const Listing *l, PageRead *in, PageSeen *ret, PageOutcome *o);
