/* SPDX-License-Identifier: MIT */
/* A small province for tests of planning and of letters. Include cmocka.h and its friends first. */
#pragma once

#include <stdio.h>

#include "state/plan.h"
#include "tests/unit/calendar-days.h"

#define BOTH_SIDES (1u << SIDE_CENTRAL | 1u << SIDE_PORTAL)
#define WORLD_UNITS 6
#define OPEN_END .from = DATE_NONE, .until = DATE_NONE

/* Places in the unit table, which is sorted by id. */
enum { U_WARD, U_COMMUNE, U_SMALL, U_OFFICE, U_INTERIOR, U_SCIENCE };

typedef struct World {
        UnitTable *units;
        DeadlineRule rules[3];
        Occurrence *occurrences;
        size_t n_occurrences;
        PlanObligation obligations[3 * WORLD_UNITS];
        size_t n_obligations;
        PlanItem items[3 * WORLD_UNITS][8];
        PlanClaim claims[512];
        size_t n_claims;
        PlanLastMail last[64];
        PlanPolicy policy;
        Seat roles[2];
        PlanInput in;
} World;

static const char *const world_ids[WORLD_UNITS] = {"24133", "24412", "24500", "H15.01", "H15.02", "H15.07"};

static inline void world_seats(Unit *u, const Seat *seats, size_t n) {
        u->seats = calloc(n + 1, sizeof(*u->seats));
        assert_non_null(u->seats);
        if (n > 0)
                memcpy(u->seats, seats, n * sizeof(*seats));
        u->n_seats = n;
}

static inline void world_units(World *w) {
        static const char *const names[WORLD_UNITS] = {"Phường Buôn Ma Thuột", "Xã M’Drắk", "Xã Ea Trang",
                                                       "Văn phòng UBND tỉnh", "Sở Nội vụ", "Sở Khoa học và Công nghệ"};
        static const UnitKind kinds[WORLD_UNITS] = {UNIT_WARD, UNIT_COMMUNE, UNIT_COMMUNE, UNIT_DEPARTMENT,
                                                    UNIT_DEPARTMENT, UNIT_DEPARTMENT};
        const Seat ward[] = {
                {SEAT_FOCAL, NULL, "Phạm Thị D", "d@bmt.example.vn", NULL, DATE_NONE, day(2026, 6, 16)},
                {SEAT_FOCAL_2, NULL, "Đỗ Văn H", "h@bmt.example.vn", NULL, day(2026, 6, 17), DATE_NONE},
                {SEAT_HEAD, NULL, NULL, NULL, NULL, day(2026, 6, 1), DATE_NONE},
                {SEAT_ACTING_HEAD, NULL, "Võ Văn E", "e@bmt.example.vn", NULL, DATE_NONE, day(2026, 8, 31)}};
        const Seat commune[] = {{SEAT_FOCAL, NULL, "H’Lan Niê", "g@mdrak.example.vn", "0262 555 0101", OPEN_END},
                                {SEAT_FOCAL_2, NULL, "Lê Thị K", "k@mdrak.example.vn", NULL, OPEN_END},
                                {SEAT_HEAD, NULL, "Y Bình Êban", "i@mdrak.example.vn", NULL, OPEN_END}};
        const Seat small[] = {{SEAT_FOCAL, NULL, "H’Lan Niê", "g@mdrak.example.vn", NULL, OPEN_END}};
        const Seat science[] = {{SEAT_FOCAL, NULL, "Nguyễn Văn A", "a@skhcn.example.vn", NULL, OPEN_END},
                                {SEAT_FOCAL_2, NULL, "Trần Thị B", "b@skhcn.example.vn", NULL, OPEN_END},
                                {SEAT_HEAD, NULL, "Lê Văn C", "c@skhcn.example.vn", NULL, OPEN_END}};

        w->units = calloc(1, sizeof(*w->units));
        assert_non_null(w->units);
        w->units->units = calloc(WORLD_UNITS, sizeof(*w->units->units));
        assert_non_null(w->units->units);
        w->units->n_units = WORLD_UNITS;
        for (size_t i = 0; i < WORLD_UNITS; i++)
                w->units->units[i] = (Unit) {.id = world_ids[i], .name = names[i], .kind = kinds[i], .parent = -1};
        world_seats(&w->units->units[U_WARD], ward, 4);
        world_seats(&w->units->units[U_COMMUNE], commune, 3);
        world_seats(&w->units->units[U_SMALL], small, 1);
        world_seats(&w->units->units[U_OFFICE], NULL, 0);
        world_seats(&w->units->units[U_INTERIOR], commune, 0);
        world_seats(&w->units->units[U_SCIENCE], science, 3);
        w->units->units[U_WARD].access[SIDE_PORTAL] = (UnitAccess) {.mode = ACCOUNT_NONE,
                                                                    .reason = "chưa cấp, đã hỏi 12/6/2026"};
        assert_int_equal(unit_table_index(w->units, NULL), 0);
}

static inline void world_rules(World *w) {
        for (size_t i = 0; i < 3; i++)
                w->rules[i] = (DeadlineRule) {.first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE,
                                              .window_from = DATE_NONE,
                                              .sides = BOTH_SIDES, .record_kinds = KIND_BOTH, .coordinator = "H15.07"};
        w->rules[0].id = "monthly-20";
        w->rules[0].day_of_month = 20;
        w->rules[0].basis = "Công văn số 26-CV/BCĐ ngày 5/6/2026";
        w->rules[0].title = "Cập nhật hằng tháng";
        w->rules[1].id = "monthly-25";
        w->rules[1].day_of_month = 25;
        w->rules[1].basis = "Công văn số 30-CV/BCĐ ngày 8/6/2026";
        w->rules[2].id = "criteria";
        w->rules[2].once = day(2026, 6, 27);
        w->rules[2].basis = "Công văn số 26-CV/BCĐ ngày 5/6/2026";
        w->rules[2].title = "Chấm điểm tiêu chí";
}

/* The province at `now`, with the first `n_rules` rules, every unit done. */
static inline World *world_new(Instant now, size_t n_rules) {
        World *w = calloc(1, sizeof(*w));

        assert_non_null(w);
        world_units(w);
        world_rules(w);
        assert_int_equal(deadline_open(w->rules, n_rules, &calendar_2026, when_date(now), &w->occurrences,
                                       &w->n_occurrences, NULL), 0);
        for (size_t o = 0; o < w->n_occurrences; o++)
                for (int u = 0; u < WORLD_UNITS; u++)
                        w->obligations[w->n_obligations++] = (PlanObligation) {
                                .occurrence = (int) o, .unit = u, .state = OBLIGATION_DONE, .counts = {.records = 10},
                                        .tracked = true};
        w->policy = (PlanPolicy) {.mode = MAIL_LIVE, .send_hour = 7, .send_minute = 30, .distance_days = 2,
                                  .items_max = 40};
        w->roles[0] = (Seat) {SEAT_LEADERSHIP, "lãnhđạo", "Trần Văn L", "l@tinh.example.vn", NULL, OPEN_END};
        w->roles[1] = (Seat) {SEAT_OPS, "ops", "Quản Trị", "ops@tinh.example.vn", NULL, OPEN_END};
        w->in = (PlanInput) {.policy = &w->policy, .calendar = &calendar_2026, .units = w->units, .roles = w->roles,
                             .n_roles = 2,
                             .occurrences = w->occurrences, .n_occurrences = w->n_occurrences,
                                     .obligations = w->obligations,
                             .n_obligations = w->n_obligations, .claims = w->claims, .last_mail = w->last, .now = now};
        return w;
}

static inline void world_free(World *w) {
        unit_table_free(w->units);
        free(w->occurrences);
        free(w);
}

static inline PlanObligation *world_at(World *w, int occurrence, int unit) {
        return &w->obligations[occurrence * WORLD_UNITS + unit];
}

/* One more outstanding item. */
static inline PlanItem *world_item(World *w, int occurrence, int unit, Reason r, const char *code) {
        PlanObligation *b = world_at(w, occurrence, unit);
        PlanItem *i = &w->items[occurrence * WORLD_UNITS + unit][b->n_items];

        assert_true(b->n_items < 8);
        b->items = w->items[occurrence * WORLD_UNITS + unit];
        b->n_items++;
        b->counts.outstanding++;
        b->counts.by_reason[r]++;
        if (b->state == OBLIGATION_DONE)
                b->state = OBLIGATION_BEHIND;
        *i = (PlanItem) {.key = str_of(code), .code = str_of(code), .title = STR("Việc"), .kind = KIND_TASK,
                         .returned_on = DATE_NONE,
                         .updated = {DATE_NONE, DATE_NONE},
                         .why = {.reason = r, .sides = 1u << SIDE_CENTRAL, .field = FIELD_COUNT, .due = DATE_NONE}};
        return i;
}
