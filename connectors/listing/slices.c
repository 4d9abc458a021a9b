/* SPDX-License-Identifier: MIT */
#include "connectors/listing/slices.h"
#include "state/model/room.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

static int add(Slices *s, Slice slice, Str value) {
        if (s->n == SLICES_MAX)
                return -E2BIG;
        char *copy = arena_copy(&s->arena, value);
        if (!copy || ROOM_FOR_ONE(s->at, s->n, s->room, 16) < 0)
                return -ENOMEM;
        slice.value = (Str) { copy, value.len };
        s->at[s->n++] = slice;
        return 0;
}

int slices_add(Slices *s, Str value) {
        uint64_t hash = XXH3_64bits(value.at, value.len);
        if (hash_set_has(&s->known, hash))
                return 0;
        int r = hash_set_add(&s->known, hash);
        return r < 0 ? r : add(s, (Slice) { 0 }, value);
}

/* Whether the partition's account is the one through which the unit is read: units share it that say `parent`, and one
 * whose own account is the supervising one. */
static bool shows(const UnitTable *units, const Unit *u, const Partition *p) {
        const Unit *reader = unit_reader(units, u, p->side);
        const UnitAccess *a = &reader->access[p->side];
        if (u->kind == UNIT_SUB && u != reader)
                return false;
        if (p->unit[0])
                return strcmp(reader->id, p->unit) == 0;
        return u->kind != UNIT_SUB && (a->mode == ACCOUNT_SUPERVISED ||
                                       (a->mode == ACCOUNT_OWN && strcmp(a->account, p->account) == 0));
}

static int add_units(Slices *s, const UnitTable *units, const Partition *p) {
        int r = 0;
        for (size_t i = 0; i < units->n_units && r == 0; i++) {
                const Unit *u = &units->units[i];
                if (shows(units, u, p))
                        r = add(s, (Slice) { .unit = u }, str_of(u->access[p->side].code));
        }
        return r;
}

static int step_months(PeriodStep step) {
        return step == STEP_MONTH ? 1 : step == STEP_QUARTER ? 3 : 12;
}

int period_last_month(PeriodStep step, int month) {
        return month + step_months(step) - 1;
}

static int add_periods(Slices *s, const EachPlan *plan, Date today) {
        int year, month, day, r = 0, months = step_months((PeriodStep) plan->step);
        date_to_ymd(today, &year, &month, &day);
        int now = year * 12 + month - 1, last = plan->to_month < 0 || plan->to_month > now ? now : plan->to_month;
        for (int m = plan->from_month / months * months; m <= last && r == 0; m += months) {
                char text[24];
                if (plan->step == STEP_MONTH)
                        snprintf(text, sizeof text, "%04d-%02d", m / 12, m % 12 + 1);
                else if (plan->step == STEP_QUARTER)
                        snprintf(text, sizeof text, "%04d-Q%d", m / 12, m % 12 / 3 + 1);
                else
                        snprintf(text, sizeof text, "%04d", m / 12);
                r = add(s, (Slice) { .month = m }, str_of(text));
        }
        return r;
}

int slices_begin(Slices *s, const EachPlan *plan, const UnitTable *units, const Partition *p, Date today) {
        slices_forget(s);
        switch ((EachKind) plan->kind) {
        case EACH_UNIT:
                return add_units(s, units, p);
        case EACH_PERIOD:
                return add_periods(s, plan, today);
        case EACH_NONE:
        case EACH_VALUE:
                break;
        }
        return 0;
}

void slices_forget(Slices *s) {
        s->n = s->now = 0;
        hash_set_clear(&s->known);
        arena_clear(&s->arena);
}

void slices_rewind(Slices *s) {
        s->now = 0;
}

Slice *slices_now(const Slices *s) {
        return s->now < s->n ? &s->at[s->now] : NULL;
}

bool slices_next(Slices *s) {
        s->now += s->now < s->n;
        return s->now < s->n;
}

void slices_free(Slices *s) {
        arena_free(&s->arena);
        hash_set_free(&s->known);
        free(s->at);
        *s = (Slices) { 0 };
}
