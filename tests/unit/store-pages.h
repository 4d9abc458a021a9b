/* SPDX-License-Identifier: MIT */
/* Listings page by page, as a source reads them. Include cmocka.h and its friends first. */
#pragma once

#include <xxhash.h>

#include "tests/unit/store-world.h"

static inline uint64_t print_of(Str line) {
        return XXH3_64bits(line.at, line.len);
}

/* One page as a source reads it; how many of its records were normalised. */
static inline int read_page(World *w, Listing *l, int number, const char *facts, const char *records) {
        _cleanup_arena_ Arena arena = { 0 };
        PageMemory told = { .facts = str_of(facts) };
        Str rest = str_of(records), line;
        bool known = false;
        int members = 0, n = 0;

        told.hash[0] = told.hash[1] = print_of(rest);
        assert_int_equal(listing_page(l, number, &told, &known, &members, &w->err), 0);
        if (known)
                return 0;
        while (str_split(&rest, ';', &line)) {
                RecordSide r;

                line = str_trim(line);
                assert_int_equal(listing_span(l, print_of(line), &known, &w->err), 0);
                if (known)
                        continue;
                world_record(&arena, line, &r);
                assert_int_equal(listing_put(l, &r, print_of(line), &w->err), 0);
                n++;
        }
        return n;
}

static inline int apply(World *w, Listing *l, ListingEnd end) {
        ListingReport r;

        return world_apply(w, l, &end, &r);
}

/* A whole listing of pages; how many records were normalised. */
static inline int read_pages(World *w, ListingEnd end, const char *const *pages) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        int n = 0;

        for (int i = 0; pages[i]; i++)
                n += read_page(w, l, i + 1, "f", pages[i]);
        assert_int_equal(apply(w, l, end), 0);
        return n;
}
#define PAGES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static inline int put_aside(World *w, Listing *l, const char *code) {
        const Quarantine q = { .fault = FAULT_WORD_UNKNOWN,
                               .identity_known = code != NULL,
                               .field = STR("work"),
                               .identity = { KIND_TASK, str_of(code), STR(""), STR("24412") },
                               .unit = STR("24412") };

        return listing_quarantine(l, &q, &w->err) < 0;
}
