/* SPDX-License-Identifier: MIT */
/* The parts a page is taken by: what it says beside its records. Private to listing-*.c. */
#pragma once

#include <json-c/json.h>

#include "connectors/request.h"
#include "connectors/source-parts.h"

typedef struct PageRead {
        const HttpResponse *response;
        json_object *root; /* the skeleton */
        Text text;         /* holds the next address or the last key while the pager looks at it */
} PageRead;

#define LISTING_VALUES_MAX 64

/* What templates stand for in the next request of a listing; texts are borrowed from it and from the listing. */
typedef struct ListingValues {
        TemplateValue at[LISTING_VALUES_MAX];
        size_t n;
        char digits[160], today[DATE_TEXT];
        size_t n_digits;
} ListingValues;

void listing_values(const Listing *l, ListingValues *ret);

/* The request that is due, filled in. As request_fill. */
int listing_request(const Listing *l, RequestText *ret);

void page_fault(PageOutcome *o, Fault f, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The system's own word on a 200; true where the profile names none. */
bool page_read_ok(const Listing *l, json_object *root, PageOutcome *o);

/* Everything the pager wants to know of the page that lies split in the source, but for its hash. */
bool page_read_seen(const Listing *l, PageRead *in, PageSeen *ret, PageOutcome *o);
