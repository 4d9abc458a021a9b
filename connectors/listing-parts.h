/* SPDX-License-Identifier: MIT */
/* The parts a page is taken by: what it says beside its records. Private to listing-*.c. */
#pragma once

#include <json-c/json.h>

#include "connectors/source-parts.h"

typedef struct PageRead {
        const HttpResponse *response;
        json_object *root; /* the skeleton */
        Text text;         /* holds the next address or the last key while the pager looks at it */
} PageRead;

void page_fault(PageOutcome *o, Fault f, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The system's own word on a 200; true where the profile names none. */
bool page_read_ok(const Listing *l, json_object *root, PageOutcome *o);

/* Everything the pager wants to know of the page that lies split in the source, but for its hash. */
bool page_read_seen(const Listing *l, PageRead *in, PageSeen *ret, PageOutcome *o);
