/* SPDX-License-Identifier: MIT */
/* Every small listing: so many records, such a page size, such a habit of the server; the pager's verdict against what
 * the server really gave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/listing/pager.h"

typedef struct Server {
        int records, size, cap; /* cap: the most it gives on a page whatever is asked */
        bool total, flag;
        int lie;                /* added to the total */
        int repeat_at;          /* this page is the first again; 0: never */
        int lose_at, lost;      /* this page is without its last `lost` records; 0: none */
        int end_at;             /* this page names no next one, or says that there is none */
        bool ends_empty;        /* every page with records names a next one */
        bool given[64];
        int pages;
} Server;

typedef struct Verdict {
        bool complete;
        Fault fault;
        Proof proof;
        bool unproved;
} Verdict;

static int parameter(const Text *q, const char *name) {
        const char *at = q->at ? strstr(q->at, name) : NULL;
        int value = 0;
        if (!at)
                return -1;
        Str digits = { at + strlen(name), strcspn(at + strlen(name), "&") };
        assert_int_equal(text_to_int(digits, 0, 1000, &value), 0);
        return value;
}

static int from_of(const Server *s, const PagingPlan *plan, const Text *q) {
        int give = s->size < s->cap ? s->size : s->cap;
        if (s->repeat_at == s->pages)
                return 0;
        if (plan->kind == PAGING_PAGE)
                return (parameter(q, "p=") - plan->first_page) * give;
        int from = parameter(q, plan->kind == PAGING_OFFSET ? "o=" : "c=");
        return from < 0 ? 0 : from;
}

static Verdict read_usual(Server *s, const PagingPlan *plan, int usual) {
        Pager p;
        int r = PAGER_NEXT;
        pager_begin(&p, plan);
        p.usual = usual;
        while (r == PAGER_NEXT) {
                _cleanup_text_ Text q = TEXT_INIT(200);
                char cursor[16];
                bool take;
                assert_true(++s->pages < 200);
                assert_int_equal(pager_query(&p, &q), 0);
                int from = from_of(s, plan, &q), to = from;
                for (; to < s->records && to - from < s->size && to - from < s->cap; to++)
                        ;
                int n = s->pages == s->lose_at ? (to - from > s->lost ? to - from - s->lost : 0) : to - from;
                for (int i = from; i < from + n; i++)
                        s->given[i] = true;
                PageSeen seen = { .received = n,
                                  .total = s->total ? s->records + s->lie : -1,
                                  .bytes_hash = (uint64_t) s->pages * 977,
                                  .first_hash = n > 0 ? (uint64_t) from + 1 : 0,
                                  .last_hash = n > 0 ? (uint64_t) (from + n) : 0 };
                snprintf(cursor, sizeof cursor, "%d", to);
                bool more = s->pages != s->end_at && (s->ends_empty ? to > from : to < s->records);
                if (plan->kind == PAGING_CURSOR && more)
                        seen.cursor = str_of(cursor);
                seen.more_known = s->flag;
                seen.more = more;
                r = pager_page(&p, &seen, &take);
                assert_true(r == PAGER_NEXT || r == PAGER_END);
        }
        Verdict v = { pager_complete(&p), p.fault, p.proof, p.unproved[0] != '\0' };
        pager_done(&p);
        return v;
}

static Verdict read_all(Server *s, const PagingPlan *plan) {
        return read_usual(s, plan, 0);
}

static bool all_given(const Server *s) {
        for (int i = 0; i < s->records; i++)
                if (!s->given[i])
                        return false;
        return true;
}

static bool any_given(const Server *s) {
        for (int i = 0; i < s->records; i++)
                if (s->given[i])
                        return true;
        return false;
}

static PagingPlan plan_of(PagingKind kind, int size) {
        return (PagingPlan) { .kind = (int) kind,
                              .page_parameter = "p",
                              .offset_parameter = "o",
                              .cursor_parameter = "c",
                              .size_parameter = "s",
                              .size = size,
                              .first_page = 1,
                              .total.text = "$.t",
                              .cursor.text = "$.c" };
}

/* Whatever the server does, complete is only said of what was given whole; an honest server is always complete. */
static void test_never_lies(void **state) {
        for (int kind = PAGING_PAGE; kind <= PAGING_CURSOR; kind++)
                for (int n = 0; n <= 9; n++)
                        for (int size = 1; size <= 4; size++)
                                for (int cap = 1; cap <= 4; cap++)
                                        for (int lie = 0; lie <= 2;
                                             lie++) /* a total below the truth cannot be seen through */
                                                for (int repeat = 0; repeat <= 3; repeat++)
                                                        for (int total = 0; total <= 1; total++) {
                                                                Server s = { .records = n,
                                                                             .size = size,
                                                                             .cap = cap,
                                                                             .total = total,
                                                                             .lie = n + lie < 0 ? 0 : lie,
                                                                             .repeat_at = repeat };
                                                                PagingPlan plan = plan_of((PagingKind) kind, size);
                                                                Verdict v = read_all(&s, &plan);
                                                                if (v.complete && !all_given(&s))
                                                                        fail_msg("kind %d n %d size %d cap %d lie %d "
                                                                                 "repeat %d total %d",
                                                                                 kind, n, size, cap, lie, repeat,
                                                                                 total);
                                                                bool honest = cap >= size && s.lie == 0 && repeat == 0;
                                                                if (honest && (!v.complete || v.fault != FAULT_NONE))
                                                                        fail_msg(
                                                                                "honest: kind %d n %d size %d total %d",
                                                                                kind, n, size, total);
                                                        }
}

/* Without a total: a page that lost records, all of them too, or its word of the next page. */
static void test_losses_are_not_proved(void **state) {
        for (int kind = PAGING_PAGE; kind <= PAGING_CURSOR; kind++)
                for (int n = 1; n <= 13; n++)
                        for (int size = 2; size <= 4; size++)
                                for (int at = 1; at <= 6; at++)
                                        for (int lost = 0; lost <= size; lost++)
                                                for (int flag = 0; flag <= 1; flag++) {
                                                        Server s = { .records = n,
                                                                     .size = size,
                                                                     .cap = size,
                                                                     .flag = flag,
                                                                     .lost = lost,
                                                                     .lose_at = lost ? at : 0,
                                                                     .end_at = lost ? 0 : at };
                                                        PagingPlan plan = plan_of((PagingKind) kind, size);
                                                        plan.total = (Select) { 0 };
                                                        if (flag)
                                                                plan.more.text = "$.m";
                                                        Verdict v = read_all(&s, &plan);
                                                        bool last = at * size >= n; /* nobody could tell */
                                                        bool lie = v.complete && !v.unproved && !all_given(&s);
                                                        if (lie && !last && any_given(&s))
                                                                fail_msg("kind %d n %d size %d at %d lost %d flag %d",
                                                                         kind, n, size, at, lost, flag);
                                                }
}

/* An honest system is believed at once, but where its last page is full. */
static void test_what_is_plainly_whole(void **state) {
        for (int kind = PAGING_PAGE; kind <= PAGING_CURSOR; kind++)
                for (int n = 0; n <= 13; n++)
                        for (int size = 1; size <= 4; size++)
                                for (int total = 0; total <= 1; total++)
                                        for (int empty = 0; empty <= 1; empty++) {
                                                Server s = { .records = n, .size = size, .cap = size, .total = total,
                                                             .ends_empty = empty };
                                                PagingPlan plan = plan_of((PagingKind) kind, size);
                                                Verdict v = read_all(&s, &plan);
                                                assert_true(v.complete && all_given(&s));
                                                assert_int_equal(v.unproved, !total && n > 0 && n % size == 0);
                                        }
}

/* One page that holds more than one held before, or more than were asked for, shows that it is neither that is full. */
static void test_the_only_page(void **state) {
        static const struct { int records, size, usual; bool unproved; } cases[] = {
                { 8, 50, 3, false }, { 3, 50, 3, true },  { 2, 50, 3, false }, { 8, 3, 0, false },  { 3, 3, 0, true },
                { 50, 50, 3, true }, { 51, 50, 3, false }, { 9, 0, 0, false }, { 9, 0, 10, false },
                { 10, 0, 10, true },
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Server s = { .records = cases[i].records, .size = 1000, .cap = 1000 };
                PagingPlan plan = plan_of(PAGING_CURSOR, cases[i].size);
                assert_int_equal(read_usual(&s, &plan, cases[i].usual).unproved, cases[i].unproved);
        }
}

static void test_lowered_page_size(void **state) {
        Server numbered = { .records = 10, .size = 4, .cap = 2, .total = true }, offset = numbered;
        PagingPlan by_page = plan_of(PAGING_PAGE, 4), by_offset = plan_of(PAGING_OFFSET, 4);
        Verdict v = read_all(&numbered, &by_page);
        assert_false(v.complete);
        assert_int_equal(v.fault, FAULT_PAGE_SIZE_LOWERED);
        v = read_all(&offset, &by_offset);
        assert_true(v.complete);
        assert_int_equal(v.proof, PROOF_TOTAL);
        assert_int_equal(v.fault, FAULT_PAGE_SIZE_LOWERED);
        assert_true(all_given(&offset));
}

static void test_repeats_and_totals(void **state) {
        Server repeats = { .records = 9, .size = 3, .cap = 3, .total = true, .repeat_at = 2 };
        Server more = { .records = 6, .size = 3, .cap = 3, .total = true, .lie = 1 },
               less = { .records = 6, .size = 3, .cap = 3, .total = true, .lie = -1 };
        PagingPlan plan = plan_of(PAGING_OFFSET, 3);
        assert_int_equal(read_all(&repeats, &plan).fault, FAULT_PAGE_REPEATS);
        assert_int_equal(read_all(&more, &plan).fault, FAULT_COUNT_MISMATCH);
        assert_int_equal(read_all(&less, &plan).fault, FAULT_COUNT_MISMATCH);
}

static void test_proofs(void **state) {
        Server empty = { .records = 6, .size = 3, .cap = 3 }, none = { .size = 3, .cap = 3, .total = true },
               flag = { .records = 6, .size = 3, .cap = 3, .flag = true };
        PagingPlan offset = plan_of(PAGING_OFFSET, 3), cursor = plan_of(PAGING_CURSOR, 3);
        assert_int_equal(read_all(&empty, &offset).proof, PROOF_EMPTY_PAGE);
        assert_int_equal(read_all(&none, &offset).proof, PROOF_TOTAL);
        assert_int_equal(read_all(&flag, &cursor).proof, PROOF_LAST_FLAG);
}

static int feed(Pager *p, PageSeen seen) {
        bool take;
        return pager_page(p, &seen, &take);
}

static void test_drift(void **state) {
        PagingPlan plan = plan_of(PAGING_PAGE, 2);
        Pager p;
        pager_begin(&p, &plan);
        assert_int_equal(
                feed(&p, (PageSeen) { .received = 2, .total = 3, .bytes_hash = 1, .first_hash = 1, .last_hash = 2 }),
                PAGER_NEXT);
        assert_int_equal(
                feed(&p, (PageSeen) { .received = 2, .total = 4, .bytes_hash = 2, .first_hash = 3, .last_hash = 4 }),
                PAGER_END);
        assert_false(pager_complete(&p)); /* 4 of 4, but 4 was not the total all along */
        assert_int_equal(p.fault, FAULT_COUNT_MISMATCH);
        pager_done(&p);

        pager_begin(&p, &plan);
        feed(&p, (PageSeen) { .received = 2, .total = 4, .bytes_hash = 1, .first_hash = 1, .last_hash = 2 });
        feed(&p, (PageSeen) { .received = 2, .total = 4, .bytes_hash = 2, .first_hash = 2, .last_hash = 4 });
        assert_false(pager_complete(&p)); /* the edge record came twice */
        pager_done(&p);
}

static void test_cursors(void **state) {
        PagingPlan plan = plan_of(PAGING_CURSOR, 2);
        Pager p;
        pager_begin(&p, &plan);
        assert_int_equal(feed(&p, (PageSeen) { .received = 2,
                                               .total = -1,
                                               .bytes_hash = 1,
                                               .first_hash = 1,
                                               .last_hash = 2,
                                               .cursor = STR("a&b=") }),
                         PAGER_NEXT);
        _cleanup_text_ Text q = TEXT_INIT(200);
        assert_int_equal(pager_query(&p, &q), 0);
        assert_string_equal(q.at, "c=a%26b%3D&s=2");
        assert_int_equal(feed(&p, (PageSeen) { .received = 0, .total = -1, .cursor = STR("x") }),
                         PAGER_NEXT); /* an empty page on the way */
        assert_int_equal(feed(&p, (PageSeen) { .received = 2,
                                               .total = -1,
                                               .bytes_hash = 3,
                                               .first_hash = 5,
                                               .last_hash = 6,
                                               .cursor = STR("a&b=") }),
                         PAGER_END);
        assert_int_equal(p.fault, FAULT_PAGE_REPEATS);
        assert_false(pager_complete(&p));
        pager_done(&p);

        pager_begin(&p, &plan);
        assert_int_equal(feed(&p, (PageSeen) { .received = 1,
                                               .total = -1,
                                               .bytes_hash = 1,
                                               .first_hash = 1,
                                               .last_hash = 1,
                                               .more_known = true,
                                               .more = true }),
                         PAGER_END);
        assert_int_equal(p.fault, FAULT_SELECTOR_MISSING);
        pager_done(&p);
}

static void test_page_cap(void **state) {
        PagingPlan plan = plan_of(PAGING_PAGE, 1);
        Pager p;
        int r = PAGER_NEXT;
        plan.pages_max = 3;
        pager_begin(&p, &plan);
        for (uint64_t i = 1; r == PAGER_NEXT; i++)
                r = feed(&p,
                         (PageSeen) { .received = 1, .total = -1, .bytes_hash = i, .first_hash = i, .last_hash = i });
        assert_int_equal(p.pages, 3);
        assert_int_equal(p.fault, FAULT_TOO_LARGE);
        pager_done(&p);
        plan.pages_max = 0;
        r = PAGER_NEXT;
        pager_begin(&p, &plan);
        for (uint64_t i = 1; r == PAGER_NEXT; i++)
                r = feed(&p,
                         (PageSeen) { .received = 1, .total = -1, .bytes_hash = i, .first_hash = i, .last_hash = i });
        assert_int_equal(p.fault, FAULT_TOO_LARGE);
        assert_false(pager_complete(&p));
        pager_done(&p);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_never_lies),
                cmocka_unit_test(test_losses_are_not_proved),
                cmocka_unit_test(test_what_is_plainly_whole),
                cmocka_unit_test(test_the_only_page),
                cmocka_unit_test(test_lowered_page_size),
                cmocka_unit_test(test_repeats_and_totals),
                cmocka_unit_test(test_proofs),
                cmocka_unit_test(test_drift),
                cmocka_unit_test(test_cursors),
                cmocka_unit_test(test_page_cap),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
