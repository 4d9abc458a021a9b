/* SPDX-License-Identifier: MIT */
/* A store in a directory of its own, two sources, and listings written as text. Include cmocka.h and its friends first.
 */
#pragma once

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/store-listing.h"
#include "tests/unit/scratch.h"
#include "tests/unit/store-record.h"

#define WORLD_START when_at(20614, 7, 30) /* Wednesday 10/6/2026, 07:30 */

typedef struct World {
        char dir[64], path[128];
        Store *store;
        Clock clock;
        Instant now;
        LinkTable *links;
        UnitTable *units;
        MergePolicy policy;
        GuardOptions guards;
        ListingContext context;
        Err err;
} World;

static inline Instant world_wall(void *u) {
        return ((World *) u)->now;
}

static inline void world_open(World *w) {
        int r = store_open(w->path, STORE_WRITE, &w->clock, &w->store, &w->err);

        if (r != 0)
                fail_msg("store_open: %d %s", r, w->err.text);
}

static inline World *world_new(void) {
        World *w = calloc(1, sizeof *w);

        assert_non_null(w);
        (void) snprintf(w->dir, sizeof w->dir, "/tmp/nq57-store-XXXXXX");
        scratch_make(w->dir);
        (void) snprintf(w->path, sizeof w->path, "%s/state.db", w->dir);
        w->now = WORLD_START;
        w->clock = (Clock) { world_wall, world_wall, w };
        w->links = calloc(1, sizeof *w->links);
        w->units = calloc(1, sizeof *w->units);
        assert_true(w->links && w->units);
        assert_int_equal(link_table_index(w->links, &w->err), 0);
        assert_int_equal(unit_table_index(w->units, &w->err), 0);
        merge_policy_default(&w->policy);
        w->guards = (GuardOptions) { 5, 2, 200, 50, 80, NULL, 0, 14 };
        w->context = (ListingContext) { w->links, w->units, &w->policy, &w->guards, 1, { true, true }, US_DAY };
        world_open(w);
        return w;
}

static inline void world_free(World *w) {
        store_close(w->store);
        link_table_free(w->links);
        unit_table_free(w->units);
        scratch_remove(w->dir);
        free(w);
}

static inline Partition world_partition(Side side) {
        return (Partition) { side == SIDE_CENTRAL ? "theodoiq" : "nq57-daklak", side, "tasks", KIND_TASK, "acc", "" };
}

static inline ListingEnd world_end(void) {
        return (ListingEnd) { .completeness = LISTING_COMPLETE,
                              .whole = true,
                              .members_complete = true,
                              .proof = PROOF_TOTAL,
                              .claimed = -1,
                              .retry_after = INSTANT_NONE };
}

static inline Listing *world_begin(World *w, const Partition *p) {
        Listing *l = NULL;

        assert_int_equal(store_listing_begin(w->store, p, &w->context, w->now, &l, &w->err), 0);
        return l;
}

static inline int world_page(World *w, Listing *l, int number, const uint64_t hash[static 2], bool *ret_known,
                             int *ret_members) {
        return listing_page(l, number, &(PageMemory) { .hash = { hash[0], hash[1] } }, ret_known, ret_members, &w->err);
}

static inline void world_put(World *w, Listing *l, const char *records) {
        _cleanup_arena_ Arena arena = { 0 };
        Str rest = str_of(records), line;
        RecordSide r;

        while (str_split(&rest, ';', &line)) {
                line = str_trim(line);
                if (line.len == 0)
                        continue;
                world_record(&arena, line, &r);
                if (listing_put(l, &r, 0, &w->err) != 0)
                        fail_msg("listing_put: %s", w->err.text);
        }
}

static inline int world_apply(World *w, Listing *l, const ListingEnd *end, ListingReport *ret) {
        int r;

        err_clear(&w->err);
        w->now += US_SECOND;
        r = listing_apply(l, end, w->now, ret, &w->err);
        listing_free(l);
        return r;
}

/* A complete listing of one side. */
static inline ListingReport world_list(World *w, Side side, const char *records) {
        Partition p = world_partition(side);
        Listing *l = world_begin(w, &p);
        ListingEnd end = world_end();
        ListingReport report = { 0 };
        int r;

        world_put(w, l, records);
        r = world_apply(w, l, &end, &report);
        if (r < 0)
                fail_msg("listing_apply: %s", w->err.text);
        return report;
}

static inline int world_export_line(void *u, Str line, Err *e) {
        (void) e;
        (void) text_add(u, line);
        return text_addc(u, '\n');
}

/* The canonical export; the caller frees. */
static inline char *world_export(World *w) {
        Text t = TEXT_INIT(64u << 20);

        if (store_export(w->store, world_export_line, &t, &w->err) != 0)
                fail_msg("store_export: %s", w->err.text);
        return text_take(&t);
}
