/* SPDX-License-Identifier: MIT */
#include "state/plan-parts.h"

const char *const stage_names[STAGE_COUNT] = {
        "", "T-5", "T-3", "T-1", "T", "+1", "+1w", "+2w", "+3w", "+4w", "done", "page",
};
const char *const mail_modes[] = {"preview", "redirect", "live", NULL};

Date stage_day(const Occurrence *o, const Calendar *c, Stage s) {
        switch (s) {
        case STAGE_T5:
                return calendar_add(c, o->safe, -5);
        case STAGE_T3:
                return calendar_add(c, o->safe, -3);
        case STAGE_T1:
                return calendar_add(c, o->safe, -1);
        case STAGE_T:
                return o->safe;
        case STAGE_PLUS1:
        case STAGE_PAGE:
                return calendar_add(c, o->strict, 1);
        case STAGE_WEEK1:
        case STAGE_WEEK2:
        case STAGE_WEEK3:
        case STAGE_WEEK4:
                return calendar_add(c, calendar_add(c, o->strict, 1), 5 * (int) (s - STAGE_PLUS1));
        default:
                return DATE_NONE;
        }
}

Stage stage_latest(const Occurrence *o, const Calendar *c, Date today, bool *ret_closed) {
        Stage s = STAGE_WEEK4;

        while (s > STAGE_NONE && stage_day(o, c, s) > today)
                s--;
        *ret_closed = (o->next_first != DATE_NONE && today >= o->next_first) ||
                      (s == STAGE_WEEK4 && today > stage_day(o, c, STAGE_WEEK4));
        return s;
}

bool stage_urgent(Stage s) {
        return s == STAGE_T1 || s == STAGE_T || s == STAGE_PLUS1 || s == STAGE_PAGE;
}

bool stage_seat(Stage s, SeatKind seat) {
        if (s == STAGE_NONE || s >= STAGE_COUNT)
                return false;
        if (s == STAGE_PAGE)
                return seat == SEAT_LEADERSHIP;
        switch (seat) {
        case SEAT_FOCAL:
        case SEAT_FOCAL_2:
                return true;
        case SEAT_HEAD:
        case SEAT_ACTING_HEAD:
                return s >= STAGE_T1;
        case SEAT_COORDINATOR:
                return s >= STAGE_PLUS1;
        default:
                return false;
        }
}

ObligationVerdict plan_verdict(const PlanInput *in, const PlanObligation *b) {
        const Occurrence *o = &in->occurrences[b->occurrence];
        Date first = stage_day(o, in->calendar, STAGE_PLUS1);

        if (!b->tracked || b->verdict != VERDICT_NONE || in->now < o->strict_end)
                return VERDICT_NONE;
        if (when_date(in->now) > first)
                return VERDICT_UNKNOWN; /* what was read so late no longer tells who was in time */
        if (!b->verdict_ready)
                return in->now >= when_at(first, in->policy->send_hour, in->policy->send_minute) ? VERDICT_UNKNOWN :
                                                                                                    VERDICT_NONE;
        if (b->state == OBLIGATION_UNKNOWN)
                return VERDICT_UNKNOWN;
        return b->counts.outstanding > 0 ? VERDICT_LATE : VERDICT_ON_TIME;
}
