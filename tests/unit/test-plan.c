/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/plan.h"
#include "tests/unit/plan-told.h"

static Instant morning(int year, int month, int day_of_month) {
        return when_at(day(year, month, day_of_month), 7, 30);
}

static void plan_is(World *w, const char *expected) {
        _cleanup_(plan_freep) Plan *p = NULL;
        _cleanup_text_ Text t = TEXT_INIT(65536);

        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        world_tell(p, &t);
        assert_string_equal(t.at ? t.at : "", expected);
}

/* Plans, checks, and counts the mails as sent. */
static void plan_goes(World *w, const char *expected) {
        _cleanup_(plan_freep) Plan *p = NULL;

        plan_is(w, expected);
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        world_send(w, p, false);
        plan_is(w, ""); /* a second planning of the same facts says nothing more */
}

static void test_stage_days(void **state) {
        static const int expected[][3] = {{2026, 6, 12}, {2026, 6, 16}, {2026, 6, 18}, {2026, 6, 19}, {2026, 6, 22},
                                          {2026, 6, 29}, {2026, 7, 6},  {2026, 7, 13}, {2026, 7, 20}};
        World *w = world_new(morning(2026, 6, 19), 1);

        for (Stage s = STAGE_T5; s <= STAGE_WEEK4; s++) {
                const int *at = expected[s - STAGE_T5];

                assert_int_equal(stage_day(&w->occurrences[0], &calendar_2026, s), day(at[0], at[1], at[2]));
        }
        assert_int_equal(stage_day(&w->occurrences[0], &calendar_2026, STAGE_PAGE), day(2026, 6, 22));
        assert_int_equal(stage_day(&w->occurrences[0], &calendar_2026, STAGE_DONE), DATE_NONE);
        world_free(w);
}

static void test_stage_latest(void **state) {
        const struct { int at[3]; Stage stage; bool closed; } rows[] = {
                {{2026, 6, 11}, STAGE_NONE, false}, {{2026, 6, 12}, STAGE_T5, false},
                        {{2026, 6, 15}, STAGE_T5, false},
                {{2026, 6, 16}, STAGE_T3, false},   {{2026, 6, 18}, STAGE_T1, false},
                        {{2026, 6, 19}, STAGE_T, false},
                {{2026, 6, 21}, STAGE_T, false},    {{2026, 6, 22}, STAGE_PLUS1, false},
                        {{2026, 6, 28}, STAGE_PLUS1, false},
                {{2026, 6, 29}, STAGE_WEEK1, false}, {{2026, 7, 9}, STAGE_WEEK2, false},
                        {{2026, 7, 10}, STAGE_WEEK2, true}};
        World *w = world_new(morning(2026, 6, 19), 3);
        bool closed;

        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                assert_int_equal(stage_latest(&w->occurrences[0], &calendar_2026,
                                              day(rows[i].at[0], rows[i].at[1], rows[i].at[2]), &closed),
                                 rows[i].stage);
                assert_int_equal(closed, rows[i].closed);
        }
        assert_int_equal(stage_latest(&w->occurrences[2], &calendar_2026, day(2026, 7, 27), &closed), STAGE_WEEK4);
        assert_false(closed);
        assert_int_equal(stage_latest(&w->occurrences[2], &calendar_2026, day(2026, 7, 28), &closed), STAGE_WEEK4);
        assert_true(closed);
        world_free(w);
}

/* T of the 20th, T-3 of the 25th, T-5 of 27/6 in one mail a person; the acting head where the head's seat is vacant. */
static void test_one_mail_a_person(void **state) {
        World *w = world_new(morning(2026, 6, 19), 3);

        world_item(w, 0, U_COMMUNE, REASON_NOT_UPDATED, "A");
        world_item(w, 1, U_COMMUNE, REASON_NOT_UPDATED, "A");
        world_item(w, 2, U_COMMUNE, REASON_NOT_UPDATED, "A");
        world_item(w, 0, U_WARD, REASON_OVERDUE, "B");
        world_item(w, 2, U_SMALL, REASON_OVERDUE, "C");
        plan_goes(w, "H’Lan Niê: 24412/0/T focal, 24412/1/T-3 focal, 24412/2/T-5 focal, 24500/2/T-5 focal\n"
                     "Lê Thị K: 24412/0/T focal-2, 24412/1/T-3 focal-2, 24412/2/T-5 focal-2\n"
                     "Võ Văn E: 24133/0/T acting-head\n"
                     "Y Bình Êban: 24412/0/T head\n"
                     "Đỗ Văn H: 24133/0/T focal-2\n");
        world_free(w);
}

static void test_seats_by_stage(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1);

        world_item(w, 0, U_COMMUNE, REASON_NOT_UPDATED, "A");
        world_item(w, 0, U_WARD, REASON_NOT_UPDATED, "B"); /* its focal's last day is 16/6 */
        plan_goes(w, "H’Lan Niê: 24412/0/T-3 focal\nLê Thị K: 24412/0/T-3 focal-2\nPhạm Thị D: 24133/0/T-3 focal\n");
        w->in.now = morning(2026, 6, 17); /* another sits there now, and was told of nothing */
        plan_goes(w, "Đỗ Văn H: 24133/0/T-3 focal-2\n");
        w->in.now = morning(2026, 6, 18);
        plan_goes(w, "H’Lan Niê: 24412/0/T-1 focal\nLê Thị K: 24412/0/T-1 focal-2\nVõ Văn E: 24133/0/T-1 acting-head\n"
                     "Y Bình Êban: 24412/0/T-1 head\nĐỗ Văn H: 24133/0/T-1 focal-2\n");
        world_free(w);
}

/* After the end the coordinating department joins, and leadership has its page. */
static void test_after_the_end(void **state) {
        World *w = world_new(morning(2026, 6, 22), 1);

        world_item(w, 0, U_COMMUNE, REASON_NOT_UPDATED, "A");
        world_item(w, 0, U_SCIENCE, REASON_NOT_UPDATED, "B");
        plan_goes(w, "H’Lan Niê: 24412/0/+1 focal\n"
                     "Trần Văn L: -/0/page leadership\n"
                     "Lê Thị K: 24412/0/+1 focal-2\n"
                     "Lê Văn C: H15.07/0/+1 head\n"
                     "Nguyễn Văn A: 24412/0/+1 coordinator, H15.07/0/+1 focal, H15.07/0/+1 coordinator\n"
                     "Trần Thị B: 24412/0/+1 coordinator, H15.07/0/+1 focal-2, H15.07/0/+1 coordinator\n"
                     "Y Bình Êban: 24412/0/+1 head\n");
        world_free(w);
}

static void test_page_that_could_not_go(void **state) {
        World *w = world_new(morning(2026, 6, 24), 1);

        plan_goes(w, "Trần Văn L: -/0/page leadership\n"); /* two days late, and only once */
        w->in.now = morning(2026, 6, 26);
        plan_is(w, "");
        w->n_claims = w->in.n_claims = 0;
        w->in.n_last_mail = 0;
        w->in.now = morning(2026, 6, 29); /* a week after: no longer */
        plan_is(w, "");
        world_free(w);
}

static void test_distance(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1);

        world_item(w, 0, U_SMALL, REASON_NOT_UPDATED, "A");
        w->last[0] = (PlanLastMail) {str_of(w->units->units[U_SMALL].seats[0].person), day(2026, 6, 15)};
        w->in.n_last_mail = 1;
        plan_is(w, ""); /* one working day ago */
        w->last[0].day = day(2026, 6, 12);
        plan_is(w, "H’Lan Niê: 24500/0/T-3 focal\n"); /* Friday: two */
        w->last[0].day = day(2026, 6, 15);
        w->in.now = morning(2026, 6, 17);
        plan_goes(w, "H’Lan Niê: 24500/0/T-3 focal\n"); /* what was held rides now */
        w->in.now = morning(2026, 6, 18);
        plan_goes(w, "H’Lan Niê: 24500/0/T-1 focal\n"); /* urgent keeps no distance */
        world_item(w, 0, U_COMMUNE, REASON_RETURNED, "B");
        plan_is(w, "Lê Thị K: 24412/0/T-1 focal-2\nY Bình Êban: 24412/0/T-1 head\n"); /* but one mail a day */
        world_free(w);
}

static void test_missed_stages(void **state) {
        World *w = world_new(morning(2026, 6, 23), 1); /* down since before T-5, up the day after +1 */

        world_item(w, 0, U_SMALL, REASON_NOT_UPDATED, "A");
        plan_goes(w, "H’Lan Niê: 24500/0/+1 focal\nTrần Văn L: -/0/page leadership\nNguyễn Văn A: 24500/0/+1 "
                     "coordinator\n"
                     "Trần Thị B: 24500/0/+1 coordinator\n");
        world_free(w);
}

static void test_done(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1);
        PlanObligation behind;

        world_item(w, 0, U_SMALL, REASON_NOT_UPDATED, "A");
        plan_goes(w, "H’Lan Niê: 24500/0/T-3 focal\n");
        behind = *world_at(w, 0, U_SMALL);
        *world_at(w, 0, U_SMALL) = (PlanObligation) {.unit = U_SMALL, .counts = {.records = 10}, .tracked = true};
        w->in.now = morning(2026, 6, 17);
        plan_is(w, ""); /* not urgent */
        w->in.now = morning(2026, 6, 18);
        plan_goes(w, "H’Lan Niê: 24500/0/done focal\n");
        *world_at(w, 0, U_SMALL) = behind;
        w->in.now = morning(2026, 6, 19);
        plan_goes(w, "H’Lan Niê: 24500/0/T focal\n");
        *world_at(w, 0, U_SMALL) = (PlanObligation) {.unit = U_SMALL, .counts = {.records = 10}, .tracked = true};
        w->in.now = morning(2026, 6, 24);
        plan_is(w, "Trần Văn L: -/0/page leadership\n"); /* one done notice an obligation */
        world_free(w);
}

static void test_done_only_for_those_told(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1);
        _cleanup_(plan_freep) Plan *p = NULL;

        world_item(w, 0, U_SMALL, REASON_NOT_UPDATED, "A");
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        world_send(w, p, true); /* preview: told to nobody */
        plan_is(w, "");         /* and never sent later */
        *world_at(w, 0, U_SMALL) = (PlanObligation) {.unit = U_SMALL, .counts = {.records = 10}, .tracked = true};
        w->in.now = morning(2026, 6, 19);
        plan_is(w, "");
        world_free(w);
}

static void test_unknown_is_reminded_of_what_is_known(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        PlanObligation *b = world_at(w, 0, U_SMALL);

        b->state = OBLIGATION_UNKNOWN;
        plan_is(w, "");
        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        assert_int_equal(b->state, OBLIGATION_UNKNOWN);
        plan_is(w, "H’Lan Niê: 24500/0/T focal\n");
        b->tracked = false;
        plan_is(w, "");
        world_free(w);
}

static void test_sending_time(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        _cleanup_(plan_freep) Plan *p = NULL;

        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        w->in.now = when_at(day(2026, 6, 19), 7, 29);
        plan_is(w, "");
        w->in.now = when_at(day(2026, 6, 19), 23, 59);
        plan_is(w, "H’Lan Niê: 24500/0/T focal\n");
        w->in.now = when_at(day(2026, 6, 20), 9, 0); /* Saturday */
        plan_is(w, "");
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        assert_false(p->sending_time);
        world_free(w);
}

/* Letters are planned in the morning; later on only one that has not left is planned anew. */
static void test_planned_once_a_day(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1); /* T-3 */
        _cleanup_(plan_freep) Plan *p = NULL;
        Str open;

        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        assert_int_equal(p->n_messages, 1);
        open = str_of(p->messages[0].to->person);
        w->in.morning.planned = day(2026, 6, 15);
        plan_is(w, "H’Lan Niê: 24500/0/T-3 focal\n");
        w->in.morning.planned = day(2026, 6, 16);
        plan_is(w, "");
        w->in.morning.open = &open;
        w->in.morning.n_open = 1;
        plan_is(w, "H’Lan Niê: 24500/0/T-3 focal\n");
        world_free(w);
}

/* What the morning of the last day could not say goes until five in the afternoon. */
static void test_a_last_warning_does_not_wait(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);

        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        w->in.morning.planned = day(2026, 6, 19);
        w->in.now = when_at(day(2026, 6, 19), 16, 59);
        plan_is(w, "H’Lan Niê: 24500/0/T focal\n");
        w->in.now = when_at(day(2026, 6, 19), PLAN_LAST_HOUR, 0);
        plan_is(w, "");
        world_free(w);
}

static void verdict_is(World *w, Instant now, ObligationVerdict expected) {
        _cleanup_(plan_freep) Plan *p = NULL;
        ObligationVerdict got = VERDICT_NONE;

        w->in.now = now;
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        for (size_t i = 0; i < p->n_verdicts; i++)
                if (p->verdicts[i].obligation->unit == U_SMALL)
                        got = p->verdicts[i].verdict;
        assert_int_equal(got, expected);
}

static void test_verdicts(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        PlanObligation *b = world_at(w, 0, U_SMALL);
        Instant end = when_at(day(2026, 6, 20), 0, 0);

        verdict_is(w, end - 1, VERDICT_NONE);
        verdict_is(w, end, VERDICT_NONE); /* no listing after it yet */
        verdict_is(w, morning(2026, 6, 22) - 1, VERDICT_NONE);
        verdict_is(w, morning(2026, 6, 22), VERDICT_UNKNOWN);
        b->verdict_ready = true;
        verdict_is(w, end - 1, VERDICT_NONE);
        verdict_is(w, end, VERDICT_ON_TIME);
        verdict_is(w, morning(2026, 6, 22), VERDICT_ON_TIME);
        verdict_is(w, when_at(day(2026, 6, 22), 23, 59), VERDICT_ON_TIME);
        verdict_is(w, when_at(day(2026, 6, 23), 0, 0), VERDICT_UNKNOWN); /* what was read so late does not tell */
        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        verdict_is(w, end, VERDICT_LATE);
        b->state = OBLIGATION_UNKNOWN;
        verdict_is(w, end, VERDICT_UNKNOWN); /* never late where we were blind */
        b->verdict = VERDICT_LATE;
        verdict_is(w, end, VERDICT_NONE); /* once */
        b->verdict = VERDICT_NONE;
        b->tracked = false;
        verdict_is(w, end, VERDICT_NONE);
        world_free(w);
}

static HeldWhy held_why(World *w, int unit, const char *name) {
        _cleanup_(plan_freep) Plan *p = NULL;

        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        for (size_t i = 0; i < p->n_held; i++)
                if (p->held[i].unit == unit &&
                    (name ? p->held[i].to && !strcmp(p->held[i].to->name, name) : !p->held[i].to))
                        return p->held[i].why;
        fail_msg("nobody was held");
        return HELD_NO_STAGE;
}

static void test_held(void **state) {
        World *w = world_new(morning(2026, 6, 16), 1);

        world_item(w, 0, U_COMMUNE, REASON_OVERDUE, "A");
        world_item(w, 0, U_OFFICE, REASON_OVERDUE, "A");
        world_at(w, 0, U_WARD)->state = OBLIGATION_UNKNOWN;
        assert_int_equal(held_why(w, U_COMMUNE, "Y Bình Êban"), HELD_FROM_T1);
        assert_int_equal(held_why(w, U_COMMUNE, "Nguyễn Văn A"), HELD_FROM_PLUS1);
        assert_int_equal(held_why(w, U_SMALL, "H’Lan Niê"), HELD_DONE);
        assert_int_equal(held_why(w, U_WARD, "Phạm Thị D"), HELD_UNKNOWN);
        assert_int_equal(held_why(w, U_OFFICE, NULL), HELD_VACANT);
        plan_goes(w, "H’Lan Niê: 24412/0/T-3 focal\nLê Thị K: 24412/0/T-3 focal-2\n");
        assert_int_equal(held_why(w, U_COMMUNE, "H’Lan Niê"), HELD_CLAIMED);
        w->in.now = morning(2026, 6, 17);
        world_item(w, 0, U_SMALL, REASON_OVERDUE, "B");
        assert_int_equal(held_why(w, U_SMALL, "H’Lan Niê"), HELD_DISTANCE);
        w->in.now = when_at(day(2026, 6, 20), 12, 0);
        assert_int_equal(held_why(w, U_SMALL, "H’Lan Niê"), HELD_NOT_YET);
        w->in.now = when_at(day(2026, 6, 19), 6, 0);
        assert_int_equal(held_why(w, U_COMMUNE, "Y Bình Êban"), HELD_NOT_YET);
        w->in.now = when_at(day(2026, 6, 19), PLAN_LAST_HOUR, 0);
        w->in.morning.planned = day(2026, 6, 19);
        assert_int_equal(held_why(w, U_COMMUNE, "Y Bình Êban"), HELD_LATE);
        w->in.now = morning(2026, 6, 11);
        assert_int_equal(held_why(w, U_SMALL, "H’Lan Niê"), HELD_NO_STAGE);
        world_free(w);
}

/* The same facts in, the same bytes out. */
static void test_deterministic(void **state) {
        World *w = world_new(morning(2026, 6, 19), 3);
        _cleanup_text_ Text a = TEXT_INIT(65536), b = TEXT_INIT(65536);

        for (int o = 0; o < 3; o++)
                for (int u = 0; u < WORLD_UNITS; u++)
                        world_item(w, o, u, REASON_OVERDUE, "A");
        for (int i = 0; i < 2; i++) {
                _cleanup_(plan_freep) Plan *p = NULL;

                assert_int_equal(plan_make(&w->in, &p, NULL), 0);
                world_tell(p, i ? &b : &a);
        }
        assert_string_equal(a.at, b.at);
        world_free(w);
}

#define MANY_UNITS 127
#define MANY_SEATS 3

/* 381 people, 127 units, three deadlines: each claim once, and a second planning finds nothing left. */
static void test_many(void **state) {
        World *w = world_new(morning(2026, 6, 19), 3);
        static char text[MANY_UNITS][MANY_SEATS][16], id[MANY_UNITS][8];
        Seat seats[MANY_UNITS][MANY_SEATS];
        Unit units[MANY_UNITS] = {0};
        UnitTable table = {.units = units, .n_units = MANY_UNITS};
        _cleanup_free_ PlanObligation *b = calloc(3 * MANY_UNITS, sizeof(*b));
        _cleanup_free_ PlanClaim *claims = calloc(3 * MANY_UNITS * MANY_SEATS, sizeof(*claims));
        _cleanup_(plan_freep) Plan *p = NULL, *again = NULL;
        size_t n = 0;

        assert_non_null(b);
        assert_non_null(claims);
        for (int u = 0; u < MANY_UNITS; u++) {
                (void) snprintf(id[u], sizeof(id[u]), "%05d", u);
                for (int k = 0; k < MANY_SEATS; k++) {
                        (void) snprintf(text[u][k], sizeof(text[u][k]), "p%03d.%d", MANY_UNITS - u, k);
                        seats[u][k] = (Seat) {SEAT_FOCAL + (SeatKind) k, text[u][k], "Tên", "a@example.vn", NULL,
                                              OPEN_END};
                }
                units[u] = (Unit) {.id = id[u], .name = "Xã", .kind = UNIT_COMMUNE, .parent = -1, .seats = seats[u],
                                   .n_seats = MANY_SEATS};
                for (int o = 0; o < 3; o++)
                        b[o * MANY_UNITS + u] = (PlanObligation) {.occurrence = o, .unit = u,
                                                                  .state = OBLIGATION_BEHIND,
                                                                  .counts = {.records = 50, .outstanding = 7},
                                                                                  .tracked = true};
        }
        w->in.units = &table;
        w->in.obligations = b;
        w->in.n_obligations = 3 * MANY_UNITS;
        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        assert_int_equal(p->n_messages, MANY_UNITS * MANY_SEATS); /* T: the heads too */
        for (size_t i = 0; i < p->n_messages; i++) {
                assert_true(i == 0 || strcmp(p->messages[i - 1].to->person, p->messages[i].to->person) < 0);
                for (size_t c = 0; c < p->messages[i].n_claims; c++)
                        claims[n++] = (PlanClaim) {str_of(w->occurrences[p->messages[i].claims[c].occurrence].id),
                                                   str_of(id[p->messages[i].claims[c].unit]),
                                                           str_of(p->messages[i].to->person),
                                                   p->messages[i].claims[c].stage, p->messages[i].claims[c].seat,
                                                           true, false};
        }
        /* both focal persons for three deadlines, the head for the first */
        assert_int_equal(n, MANY_UNITS * (2 * 3 + 1));
        qsort(claims, n, sizeof(*claims), world_claim_order);
        w->in.claims = claims;
        w->in.n_claims = n;
        assert_int_equal(plan_make(&w->in, &again, NULL), 0);
        assert_int_equal(again->n_messages, 0);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_stage_days),
                cmocka_unit_test(test_stage_latest),
                cmocka_unit_test(test_one_mail_a_person),
                cmocka_unit_test(test_seats_by_stage),
                cmocka_unit_test(test_after_the_end),
                cmocka_unit_test(test_page_that_could_not_go),
                cmocka_unit_test(test_distance),
                cmocka_unit_test(test_missed_stages),
                cmocka_unit_test(test_done),
                cmocka_unit_test(test_done_only_for_those_told),
                cmocka_unit_test(test_unknown_is_reminded_of_what_is_known),
                cmocka_unit_test(test_sending_time),
                cmocka_unit_test(test_planned_once_a_day),
                cmocka_unit_test(test_a_last_warning_does_not_wait),
                cmocka_unit_test(test_verdicts),
                cmocka_unit_test(test_held),
                cmocka_unit_test(test_deterministic),
                cmocka_unit_test(test_many),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
