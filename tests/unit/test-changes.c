/* SPDX-License-Identifier: MIT */
/* How far the changes have been read: the cursor moves by what was received, and by nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "connectors/listing/changes.h"

static const char *const formats[] = { "iso", "dd/MM/yyyy", "dd/MM/yyyy HH:mm" };
static const ChangesPlan by_time = { .given = true, .kind = CHANGES_TIME, .format = "iso", .dates = formats,
                                     .n_dates = 3, .zone = 7 * US_HOUR, .overlap = 15 * US_MINUTE,
                                     .full_every = US_DAY };
static const ChangesPlan by_id = { .given = true, .kind = CHANGES_ID, .overlap = 100, .full_every = US_DAY };

#define NOON when_at(20614, 12, 0) /* 10/6/2026 */

/* The cursor after records, written as "text" or, put aside, as "!text". */
static bool next(const ChangesPlan *p, const char *records, const ChangesCursor *prior, ChangesCursor *ret) {
        ChangesSeen seen = { 0 };
        Str rest = str_of(records), one;
        int64_t n = 0;
        while (str_split(&rest, ';', &one)) {
                bool aside = one.len > 0 && one.at[0] == '!';
                if (aside)
                        one = (Str) { one.at + 1, one.len - 1 };
                changes_note(p, &seen, one.len ? one : STR_NULL, aside);
                n++;
        }
        return changes_next(p, &seen, prior, n, NOON, NOON + US_HOUR, ret);
}

static void test_highest_received(void **state) {
        ChangesCursor c, prior = { when_at(20613, 8, 0), NOON };
        assert_true(next(&by_time, "2026-06-10T09:00:00+07:00;2026-06-10T11:00:00+07:00;2026-06-09T11:00:00+07:00",
                         &prior, &c)); /* in any order */
        assert_true(c.value == when_at(20614, 11, 0));
        assert_true(c.taken == NOON + US_HOUR);
        assert_true(next(&by_time, "10/06/2026 09:30;10/06/2026", NULL, &c));
        assert_true(c.value == when_at(20614, 9, 30));
        assert_true(next(&by_time, "08/06/2026", &prior, &c)); /* nothing newer */
        assert_true(c.value == prior.value);
        assert_true(next(&by_time, ";soon", &prior, &c)); /* records without a time are here all the same */
        assert_true(c.value == prior.value);
        assert_false(next(&by_time, "soon", NULL, &c));
        assert_true(next(&by_id, "7;3;12", NULL, &c));
        assert_true(c.value == 12);
        assert_false(next(&by_id, "-4;1.5", NULL, &c));
}

static void test_never_beyond_the_system_s_clock(void **state) {
        ChangesCursor c;
        assert_true(next(&by_time, "2031-01-01T00:00:00Z", NULL, &c));
        assert_true(c.value == NOON);
        ChangesSeen none = { 0 };
        assert_true(changes_next(&by_time, &none, NULL, 0, NOON, NOON + 1, &c)); /* an empty system */
        assert_true(c.value == NOON);
        assert_false(changes_next(&by_time, &none, NULL, 0, INSTANT_NONE, NOON, &c)); /* our clock is not theirs */
        assert_false(changes_next(&by_time, &none, NULL, 3, NOON, NOON, &c));
        assert_false(changes_next(&by_id, &none, NULL, 0, NOON, NOON, &c));
}

static void test_before_what_was_put_aside(void **state) {
        ChangesCursor c, prior = { when_at(20613, 8, 0), NOON };
        assert_true(next(&by_time, "10/06/2026 11:00;!10/06/2026 09:00;!10/06/2026 10:00", &prior, &c));
        assert_true(c.value == when_at(20614, 9, 0) - 1);
        assert_true(next(&by_time, "!01/06/2026 09:00", &prior, &c)); /* a sweep: back to before it */
        assert_true(c.value == when_at(20605, 9, 0) - 1);
        assert_false(next(&by_time, "10/06/2026 11:00;!", &prior, &c)); /* it may stand anywhere */
        assert_false(next(&by_id, "12;!x", &prior, &c));
        assert_true(next(&by_id, "12;!5", NULL, &c));
        assert_true(c.value == 4);
}

static void test_cursor_text(void **state) {
        char text[CHANGES_CURSOR_TEXT];
        const ChangesCursor c = { 1781067600000000, 1781071200000000 };
        ChangesCursor back;
        Str written = changes_cursor_write(&by_time, &c, text);
        assert_true(changes_cursor_read(&by_time, written, &back));
        assert_true(back.value == c.value && back.taken == c.taken);
        assert_false(changes_cursor_read(&by_id, written, &back)); /* the profile changed its mind */
        static const char *const bad[] = { "", "time", "time 1", "time 1 2 3", "time x 2", "id 1 ", "times 1 2" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                assert_false(changes_cursor_read(&by_time, str_of(bad[i]), &back));
                assert_false(changes_cursor_read(&by_id, str_of(bad[i]), &back));
        }
}

static bool suffices(const ChangesPlan *p, int64_t value, Instant taken, Instant swept, Instant now) {
        char text[CHANGES_CURSOR_TEXT];
        const ListingMemory m = { .cursor = changes_cursor_write(p, &(ChangesCursor) { value, taken }, text),
                                  .swept = swept };
        return changes_suffice(p, &m, p->full_every, now);
}

/* Accounts that were first read together read everything at different polls, each at its own. */
static void test_sweeps_are_spread(void **state) {
        enum { ACCOUNTS = 500, SLOTS = 12 };
        int in_slot[SLOTS] = { 0 };
        for (int i = 0; i < ACCOUNTS; i++) {
                char account[16];
                snprintf(account, sizeof account, "xa%d", i);
                const Partition p = { "portal", SIDE_PORTAL, "tasks", KIND_TASK, account, "" };
                Instant every = changes_spread(&p, US_DAY);
                assert_true(every > US_DAY - US_DAY / 4 && every <= US_DAY);
                assert_true(every == changes_spread(&p, US_DAY));
                in_slot[(US_DAY - every) / (US_DAY / 4 / SLOTS)]++;
        }
        for (int i = 0; i < SLOTS; i++)
                assert_in_range(in_slot[i], ACCOUNTS / SLOTS / 2, ACCOUNTS / SLOTS * 2);
}

static void test_when_everything_is_read(void **state) {
        const ListingMemory none = { .swept = NOON };
        ChangesPlan old = by_time, old_id = by_id;
        assert_false(changes_suffice(&by_time, &none, US_DAY, NOON + 1));
        assert_false(changes_suffice(&(ChangesPlan) { 0 }, &none, US_DAY, NOON + 1));
        assert_true(suffices(&by_time, NOON, NOON, NOON, NOON + US_DAY - 1));
        assert_false(suffices(&by_time, NOON, NOON, NOON, NOON + US_DAY));
        assert_false(suffices(&by_time, NOON, NOON, INSTANT_NONE, NOON));
        assert_false(suffices(&by_time, NOON, NOON, NOON, NOON - 1)); /* the clock ran back: no sweep is trusted */
        old.too_old_after = old_id.too_old_after = US_HOUR;
        assert_true(suffices(&old, NOON, NOON, NOON, NOON + US_HOUR - 1));
        assert_false(suffices(&old, NOON - US_HOUR, NOON, NOON, NOON + 1)); /* a time tells its age */
        assert_true(suffices(&old_id, 7, NOON, NOON, NOON + US_HOUR - 1));
        assert_false(suffices(&old_id, 7, NOON, NOON, NOON + US_HOUR));
}

static void expect_from(const ChangesPlan *p, int64_t value, const char *text) {
        _cleanup_text_ Text t = TEXT_INIT(100);
        assert_int_equal(changes_from_text(p, changes_from(p, &(ChangesCursor) { value, 0 }), &t), 0);
        assert_string_equal(t.at, text);
}

static void test_asked_from(void **state) {
        ChangesPlan days = by_time;
        days.format = "dd/MM/yyyy";
        expect_from(&by_time, NOON, "2026-06-10T04:45:00Z");
        expect_from(&days, NOON, "10/06/2026");
        expect_from(&days, when_at(20614, 0, 5), "09/06/2026"); /* of the day before: late entries */
        expect_from(&by_id, 250, "150");
        expect_from(&by_id, 20, "0");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_highest_received),
                cmocka_unit_test(test_never_beyond_the_system_s_clock),
                cmocka_unit_test(test_before_what_was_put_aside),
                cmocka_unit_test(test_cursor_text),
                cmocka_unit_test(test_sweeps_are_spread),
                cmocka_unit_test(test_when_everything_is_read),
                cmocka_unit_test(test_asked_from),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
