/* SPDX-License-Identifier: MIT */
/* Paging by address and by key, the ways to end, and what is kept of a page. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "connectors/http/link-header.h"
#include "connectors/listing/pager.h"

/* A page of the records `prints` (0 ends), by a key or an address where given. */
static int feed(Pager *p, const uint64_t *prints, const char *cursor, int64_t total, bool *ret_take) {
        PageSeen s = { .total = total, .cursor = str_of(cursor), .prints = prints };
        while (prints[s.received])
                s.received++;
        for (int i = 0; i < s.received; i++)
                s.bytes_hash = s.bytes_hash * 31 + prints[i] + (uint64_t) p->pages;
        s.first_hash = prints[0];
        s.last_hash = s.received ? prints[s.received - 1] : 0;
        return pager_page(p, &s, ret_take);
}
#define FEED(p, cursor, total, ...) feed(p, (const uint64_t[]) { __VA_ARGS__ __VA_OPT__(,) 0 }, cursor, total, &take)

static void test_addresses(void **state) {
        PagingPlan plan = { .kind = PAGING_LINK, .size_parameter = "n", .size = 2 };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        _cleanup_text_ Text q = TEXT_INIT(100);
        assert_int_equal(pager_query(&p, &q), 0);
        assert_string_equal(q.at, "n=2");
        assert_int_equal(pager_address(&p).len, 0);
        assert_int_equal(FEED(&p, "https://h/x?b", -1, 1, 2), PAGER_NEXT);
        assert_true(str_eq(pager_address(&p), STR("https://h/x?b")));
        assert_int_equal(FEED(&p, "https://h/x?c", -1), PAGER_NEXT); /* an empty page on the way */
        assert_int_equal(FEED(&p, "", -1, 3), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.proof, PROOF_LAST_FLAG);
        pager_done(&p);

        for (int cycle = 1; cycle <= 3; cycle++) { /* next = self, and cycles of 2 and 3, of pages that all look new */
                static const char *const at[] = { "https://h/a", "https://h/b", "https://h/c" };
                int r = PAGER_NEXT, n = 0;
                pager_begin(&p, &plan);
                for (; r == PAGER_NEXT; n++)
                        r = FEED(&p, at[n % cycle], -1, 10 + (uint64_t) n);
                assert_int_equal(n, cycle + 1);
                assert_int_equal(p.fault, FAULT_PAGE_REPEATS);
                assert_false(pager_complete(&p));
                pager_done(&p);
        }
}

/* A profile that hopes to know the end by a short page does not overrule a system that names the next. */
static void test_a_short_page_that_names_the_next(void **state) {
        PagingPlan plan = { .kind = PAGING_CURSOR, .stop = STOP_SHORT, .cursor_parameter = "c", .size_parameter = "n",
                            .size = 3 };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "b", -1, 1, 2, 3), PAGER_NEXT);
        assert_int_equal(FEED(&p, "c", -1, 4, 5), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", -1, 6), PAGER_END);
        assert_true(pager_complete(&p));
        pager_done(&p);
}

static void test_keys(void **state) {
        PagingPlan plan = {
                .kind = PAGING_KEYSET, .cursor_parameter = "after", .first_cursor = "0", .key.text = "$.id"
        };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        _cleanup_text_ Text q = TEXT_INIT(100);
        assert_int_equal(pager_query(&p, &q), 0);
        assert_string_equal(q.at, "after=0");
        /* the system gives the record of the key itself again: it is not counted twice */
        assert_int_equal(FEED(&p, "2", -1, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "3", -1, 2, 3), PAGER_NEXT);
        assert_int_equal(FEED(&p, "3", -1, 3), PAGER_END);
        assert_int_equal(p.received, 3);
        assert_true(pager_complete(&p));
        assert_int_equal(p.proof, PROOF_EMPTY_PAGE);
        pager_done(&p);
}

static int feed_keys(Pager *p, PageSeen s) {
        bool take;
        return pager_page(p, &s, &take);
}

static void test_keys_that_tie(void **state) {
        PagingPlan plan = { .kind = PAGING_KEYSET, .cursor_parameter = "after", .key.text = "$.on" };
        Pager p;
        bool take;
        /* one day has more records than a page: the same page comes for ever */
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "d1", -1, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "d1", -1, 1, 2), PAGER_END);
        assert_int_equal(p.fault, FAULT_COUNT_MISMATCH);
        assert_false(pager_complete(&p));
        pager_done(&p);
        /* the system goes on behind the key, and keys are not unique: what shared the last one is lost */
        static const uint64_t a[] = { 1, 2 }, b[] = { 4, 5 };
        pager_begin(&p, &plan);
        assert_int_equal(feed_keys(&p, (PageSeen) { .received = 2, .total = -1, .bytes_hash = 1, .first_hash = 1,
                                                    .last_hash = 2, .prints = a, .cursor = STR("d1"),
                                                    .key_ties = true }), PAGER_NEXT);
        assert_int_equal(feed_keys(&p, (PageSeen) { .received = 2, .total = -1, .bytes_hash = 2, .first_hash = 4,
                                                    .last_hash = 5, .prints = b, .cursor = STR("d2") }), PAGER_NEXT);
        assert_int_equal(feed_keys(&p, (PageSeen) { .total = -1 }), PAGER_END);
        assert_false(pager_complete(&p));
        pager_done(&p);
        /* nor does a list that is not in the order of its key end well */
        pager_begin(&p, &plan);
        feed_keys(&p, (PageSeen) { .received = 2, .total = -1, .bytes_hash = 1, .first_hash = 1, .last_hash = 2,
                                   .prints = a, .cursor = STR("9"), .key_order = KEYS_RISE });
        feed_keys(&p, (PageSeen) { .received = 2, .total = -1, .bytes_hash = 2, .first_hash = 4, .last_hash = 5,
                                   .prints = b, .cursor = STR("3"), .key_order = KEYS_FALL });
        assert_int_equal(feed_keys(&p, (PageSeen) { .total = -1 }), PAGER_END);
        assert_false(pager_complete(&p));
        pager_done(&p);
}

static void test_one_page(void **state) {
        PagingPlan plan = { .kind = PAGING_NONE }, sized = { .kind = PAGING_NONE, .size_parameter = "n", .size = 3 };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", -1, 1, 2, 3), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.proof, PROOF_ONE_PAGE);
        pager_done(&p);
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", 4, 1, 2, 3), PAGER_END); /* a total that says otherwise */
        assert_false(pager_complete(&p));
        pager_done(&p);
        pager_begin(&p, &sized);
        assert_int_equal(FEED(&p, "", -1, 1, 2, 3), PAGER_END); /* full: nobody knows whether there is more */
        assert_false(pager_complete(&p));
        pager_done(&p);
}

static void test_short_pages_end(void **state) {
        PagingPlan plan = { .kind = PAGING_OFFSET, .stop = STOP_SHORT, .offset_parameter = "o", .size_parameter = "n",
                            .size = 4 };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", -1, 1, 2), PAGER_NEXT); /* 2 of 4 asked: all there is, or a lowered page size */
        assert_int_equal(FEED(&p, "", -1, 3, 4), PAGER_NEXT); /* lowered */
        assert_int_equal(FEED(&p, "", -1, 5), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.received, 5);
        assert_int_equal(p.proof, PROOF_SHORT_PAGE);
        pager_done(&p);
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", -1, 1, 2, 3, 4), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", -1, 5), PAGER_END);
        assert_true(pager_complete(&p));
        pager_done(&p);
}

/* By page number a short page with another behind it has cost records, total or not. */
static void test_lowered_without_a_total(void **state) {
        PagingPlan plan = { .kind = PAGING_PAGE, .page_parameter = "p", .size_parameter = "n", .size = 4 };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", -1, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", -1, 5, 6), PAGER_END);
        assert_int_equal(p.fault, FAULT_PAGE_SIZE_LOWERED);
        assert_false(pager_complete(&p));
        pager_done(&p);
        plan.short_pages = true; /* the system filters after it has paged */
        pager_begin(&p, &plan);
        assert_int_equal(FEED(&p, "", -1, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", -1, 5, 6, 7), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", -1), PAGER_END);
        assert_true(pager_complete(&p));
        pager_done(&p);
}

static void test_totals_that_mean_something_else(void **state) {
        PagingPlan rest = { .kind = PAGING_KEYSET, .cursor_parameter = "c", .key.text = "$.id", .total_header = "T",
                            .total_means = TOTAL_OF_REST };
        PagingPlan capped = { .kind = PAGING_OFFSET, .offset_parameter = "o", .total.text = "$.t", .total_cap = 3 };
        Pager p;
        bool take;
        pager_begin(&p, &rest);
        assert_int_equal(FEED(&p, "2", 4, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "4", 2, 3, 4), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.total, 4);
        pager_done(&p);
        pager_begin(&p, &capped); /* "3" says: three or more */
        assert_int_equal(FEED(&p, "", 3, 1, 2), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", 3, 3, 4), PAGER_NEXT);
        assert_int_equal(FEED(&p, "", 3), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.proof, PROOF_EMPTY_PAGE);
        pager_done(&p);
}

/* Rows moved while the list was read: another pass is worth it, and only one that saw no move is a proof. */
static void test_read_again(void **state) {
        PagingPlan plan = { .kind = PAGING_OFFSET, .offset_parameter = "o" };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        FEED(&p, "", -1, 1, 2, 3);
        FEED(&p, "", -1, 2, 3, 4); /* two rows came in before them */
        assert_int_equal(FEED(&p, "", -1), PAGER_END);
        assert_false(pager_complete(&p));
        assert_true(pager_wants_again(&p));
        pager_again(&p);
        assert_int_equal(p.received, 0);
        FEED(&p, "", -1, 8, 9, 1);
        FEED(&p, "", -1, 2, 3, 4);
        assert_int_equal(FEED(&p, "", -1), PAGER_END);
        assert_true(pager_complete(&p));
        assert_int_equal(p.fault, FAULT_NONE);
        pager_done(&p);

        pager_begin(&p, &plan); /* a list that holds a row twice, always, is none that moves */
        for (int pass = 0; pass < 2; pass++) {
                FEED(&p, "", -1, 1, 2, 3);
                FEED(&p, "", -1, 2, 4);
                assert_int_equal(FEED(&p, "", -1), PAGER_END);
                assert_int_equal(pager_complete(&p), pass == 1);
                assert_int_equal(pager_wants_again(&p), pass == 0);
                if (pass == 0)
                        pager_again(&p);
        }
        pager_done(&p);
}

/* With one record of overlap a row that left between two pages is noticed, though no total tells. */
static void test_overlap(void **state) {
        PagingPlan plan = { .kind = PAGING_OFFSET, .offset_parameter = "o", .overlap = true };
        Pager p;
        bool take;
        pager_begin(&p, &plan);
        FEED(&p, "", -1, 1, 2, 3);
        assert_int_equal(pager_offset(&p), 2);
        FEED(&p, "", -1, 3, 4, 5);
        assert_int_equal(p.received, 5);
        assert_int_equal(FEED(&p, "", -1, 5), PAGER_END);
        assert_true(pager_complete(&p));
        pager_done(&p);
        pager_begin(&p, &plan);
        FEED(&p, "", -1, 1, 2, 3);
        FEED(&p, "", -1, 4, 5, 6); /* 1 left: 3 stands where it is not asked for */
        assert_int_equal(FEED(&p, "", -1, 6), PAGER_END);
        assert_false(pager_complete(&p));
        assert_true(pager_wants_again(&p));
        pager_done(&p);
}

static void test_facts(void **state) {
        static const char *const wrong[] = { "", "p1", "p1 1 2 3", "p0 1 2 3 4 0 5 2 0 0 c", "p1 1 2 3 4 5 6 2 0 0 c",
                                             "p1 1 2 3 -4 0 6 2 0 0 c", "p1 1 2 3 4 0 6 3 0 0 c",
                                             "p1 x 2 3 4 0 6 2 0 0 c", "p1 1 2 3 4 0 6 2 0 9 c" };
        PageSeen s = { .bytes_hash = UINT64_MAX, .first_hash = 7, .last_hash = 9, .received = 100, .overlap = 1,
                       .total = 319, .more_known = true, .more = true, .key_ties = true, .key_order = KEYS_FALL,
                       .cursor = STR("a b \xe1\xba\xa1 c") }, back = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(page_facts_encode(&s, &t), 0);
        assert_int_equal(page_facts_decode(text_str(&t), &back), 0);
        assert_true(back.bytes_hash == s.bytes_hash && back.first_hash == 7 && back.last_hash == 9);
        assert_true(back.received == 100 && back.overlap == 1 && back.total == 319 && back.more_known && back.more);
        assert_true(back.key_ties && back.key_order == KEYS_FALL && str_eq(back.cursor, s.cursor));
        text_clear(&t);
        s = (PageSeen) { .total = -1 };
        assert_int_equal(page_facts_encode(&s, &t), 0);
        assert_int_equal(page_facts_decode(text_str(&t), &back), 0);
        assert_true(back.total == -1 && !back.more_known && back.cursor.len == 0);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_int_equal(page_facts_decode(str_of(wrong[i]), &back), -EBADMSG);
}

static void test_links(void **state) {
        static const struct {
                const char *value, *next; /* NULL: none; "!": no list of links */
        } rows[] = {
                { "<https://h/a?p=2>; rel=\"next\"", "https://h/a?p=2" },
                { "</a>; rel=prev, </b?x=1,2;3>; rel=next", "/b?x=1,2;3" },
                { "</a>; title=\"a, b; rel=next\"; rel=\"last NEXT\"", "/a" },
                { "</a> ; rel = next", "/a" },
                { "</a>; rel=prev; rel=next", NULL },
                { "</a>; rel=next; anchor=\"#x\", </b>; rel=next", "/b" },
                { "</a>; rel=\"nextish\"", NULL },
                { "", NULL },
                { ",, </a>;rel=next,", "/a" },
                { "</a>", NULL },
                { "/a; rel=next", "!" },
                { "</a; rel=next", "!" },
                { "</a>; title=\"open", "!" },
                { "</a> x", "!" },
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Str next = STR_NULL;
                int r = link_header_next(str_of(rows[i].value), &next);
                const char *want = rows[i].next;
                if (r != (!want ? 1 : *want == '!' ? -EBADMSG : 0) || (r == 0 && !str_eq(next, str_of(want))))
                        fail_msg("%s: %d " STR_FMT, rows[i].value, r, STR_ARG(next));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_addresses),
                cmocka_unit_test(test_a_short_page_that_names_the_next),
                cmocka_unit_test(test_keys),
                cmocka_unit_test(test_keys_that_tie),
                cmocka_unit_test(test_one_page),
                cmocka_unit_test(test_short_pages_end),
                cmocka_unit_test(test_lowered_without_a_total),
                cmocka_unit_test(test_totals_that_mean_something_else),
                cmocka_unit_test(test_read_again),
                cmocka_unit_test(test_overlap),
                cmocka_unit_test(test_facts),
                cmocka_unit_test(test_links),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
