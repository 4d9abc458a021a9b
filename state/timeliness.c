/* SPDX-License-Identifier: MIT */
#include "state/timeliness.h"

#include "state/model/due.h"

const char *const timeliness_names[TIMELINESS_COUNT] = { "no_deadline", "on_time", "due_soon", "overdue" };

const char *timeliness_vn(Timeliness t) {
        static const char *const words[TIMELINESS_COUNT] = { "không hạn", "trong hạn", "sắp đến hạn", "quá hạn" };

        return words[t];
}

static bool is_word(const Value *v, Str word) {
        return v->state == VALUE_SET && str_eq(v->text, word);
}

static Date due_last(const RecordView *v) {
        Str canonical;
        Due due;

        if (v->identity.kind != KIND_TASK || view_due(v, &canonical) != 0 || due_parse(canonical, &due) < 0)
                return DATE_NONE;
        return due.last;
}

Timeliness timeliness(const RecordView *v, const Calendar *c, Date today) {
        const Value *work = view_value(v, FIELD_WORK), *completed = view_value(v, FIELD_COMPLETED_ON);
        Date last = due_last(v), on;

        if (last == DATE_NONE || is_word(work, STR("suspended")) || is_word(work, STR("cancelled")))
                return NO_DEADLINE;
        if (is_word(work, STR("done")))
                return completed->state == VALUE_SET && date_parse_iso(completed->text, &on) == 0 && on > last
                               ? OVERDUE
                               : ON_TIME;
        if (today > last)
                return OVERDUE;
        return calendar_between(c, today, last) <= DUE_SOON_DAYS ? DUE_SOON : ON_TIME;
}

unsigned timeliness_disputed(const RecordView *v, const Calendar *c, Date today) {
        Timeliness derived = timeliness(v, c, today);
        unsigned sides = 0;

        for (int side = 0; side < SIDE_COUNT; side++) {
                const Value *field = v->side[side].field;

                if (!v->side[side].present || !is_word(&field[FIELD_WORK], STR("done")) || derived == NO_DEADLINE)
                        continue;
                if ((is_word(&field[FIELD_CLAIMS_LATE], STR("true")) && derived != OVERDUE) ||
                    (is_word(&field[FIELD_CLAIMS_LATE], STR("false")) && derived == OVERDUE))
                        sides |= 1u << side;
        }
        return sides;
}
