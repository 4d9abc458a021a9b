/* SPDX-License-Identifier: MIT */
/* When the log is flushed: a listing costs no flush of its own, and nothing else goes without (docs/STATE.md, I2). The
 * file system that SQLite sees counts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/store-pages.h"

static int flushes;
static bool disk_full;
static sqlite3_vfs counting, *plain;
static sqlite3_io_methods log_methods;
static const sqlite3_io_methods *plain_methods;

static int log_flush(sqlite3_file *f, int flags) {
        flushes++;
        return plain_methods->xSync(f, flags);
}

static int log_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at) {
        return disk_full ? SQLITE_FULL : plain_methods->xWrite(f, bytes, n, at);
}

static int counting_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags) {
        int r = plain->xOpen(plain, name, f, flags, ret_flags);

        (void) vfs;
        if (r != SQLITE_OK || !(flags & SQLITE_OPEN_WAL))
                return r;
        plain_methods = f->pMethods;
        log_methods = *plain_methods;
        log_methods.xSync = log_flush;
        log_methods.xWrite = log_write;
        f->pMethods = &log_methods;
        return r;
}

static int group_setup(void **state) {
        (void) state;
        plain = sqlite3_vfs_find(NULL);
        counting = *plain;
        counting.zName = "counting";
        counting.xOpen = counting_open;
        return sqlite3_vfs_register(&counting, 1);
}

#define FIRST "24412/A progress=1;24412/B progress=2;24412/C progress=3;24412/D progress=4"
#define SECOND "24412/E progress=5"
#define MANY "24412/E progress=1;24412/F progress=2;24412/G progress=3;24412/H progress=4;24412/I progress=5;24412/J"

static int setup(void **state) {
        World *w = world_new();

        *state = w;
        disk_full = false;
        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST, SECOND)), 5);
        flushes = 0;
        return 0;
}

static int teardown(void **state) {
        world_free(*state);
        return 0;
}

/* What is committed next by anybody else is on the disk when it is said to be, and the listing with it. */
static void expect_next_flushed(World *w) {
        flushes = 0;
        assert_int_equal(store_tick(w->store, w->now, &w->err), 0);
        assert_true(flushes > 0);
}

static void test_as_before(void **state) {
        World *w = *state;

        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST, SECOND)), 0);
        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST, SECOND)), 0);
        assert_int_equal(flushes, 0);
        expect_next_flushed(w);
}

static void test_what_changed(void **state) {
        World *w = *state;
        char *text;

        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST)), 0);
        text = world_export(w);
        assert_non_null(strstr(text, "side 24412/task/E portal E missing 2026-06-10"));
        free(text);
        assert_int_equal(flushes, 0);
        expect_next_flushed(w);
}

static void test_asked_for(void **state) {
        World *w = *state;

        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST)), 0);
        assert_int_equal(store_flush(w->store, &w->err), 0);
        assert_int_equal(flushes, 1);
}

static void test_refused(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l;

        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST, MANY)), 6);
        l = world_begin(w, &p);
        assert_int_equal(read_page(w, l, 1, "f", FIRST), 0);
        flushes = 0;
        assert_int_equal(apply(w, l, world_end()), LISTING_E_REFUSED);
        assert_true(flushes > 0); /* its number is told, and answered */
        expect_next_flushed(w);
}

static void test_not_served(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        ListingEnd end = world_end();

        end.completeness = LISTING_FAILED;
        end.members_complete = false;
        end.fault = FAULT_NETWORK;
        assert_int_equal(apply(w, world_begin(w, &p), end), 0);
        assert_int_equal(flushes, 0);
        expect_next_flushed(w);
}

static void test_failed(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);

        assert_int_equal(read_page(w, l, 1, "f", FIRST), 0);
        assert_int_equal(read_page(w, l, 2, "f", SECOND), 0);
        disk_full = true;
        assert_int_equal(apply(w, l, world_end()), -ENOSPC);
        disk_full = false;
        expect_next_flushed(w);
        assert_int_equal(read_pages(w, world_end(), PAGES(FIRST, SECOND)), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_as_before, setup, teardown),
                cmocka_unit_test_setup_teardown(test_what_changed, setup, teardown),
                cmocka_unit_test_setup_teardown(test_asked_for, setup, teardown),
                cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(test_not_served, setup, teardown),
                cmocka_unit_test_setup_teardown(test_failed, setup, teardown),
        };

        return cmocka_run_group_tests(tests, group_setup, NULL);
}
