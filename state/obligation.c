/* SPDX-License-Identifier: MIT */
#include "state/model/due.h"
#include "state/obligation.h"

const char *const reason_names[REASON_COUNT] = {
        [REASON_NONE] = "none",
        [REASON_OVERDUE] = "overdue",
        [REASON_RETURNED] = "returned",
        [REASON_NEVER_ENTERED] = "never-entered",
        [REASON_NOT_SUBMITTED] = "not-submitted",
        [REASON_NOT_UPDATED] = "not-updated",
        [REASON_NO_EVIDENCE] = "no-evidence",
        [REASON_DIFFERS] = "differs",
};
const char *const obligation_states[] = {"done", "behind", "unknown", NULL};
const char *const obligation_verdicts[] = {"", "on-time", "late", "unknown", NULL};

const char *reason_vn(Reason r) {
        static const char *const words[REASON_COUNT] = {
                [REASON_NONE] = "xong",
                [REASON_OVERDUE] = "quá hạn",
                [REASON_RETURNED] = "bị trả lại",
                [REASON_NEVER_ENTERED] = "chưa nhập lần nào",
                [REASON_NOT_SUBMITTED] = "đã lưu, chưa gửi",
                [REASON_NOT_UPDATED] = "chưa cập nhật trong kỳ",
                [REASON_NO_EVIDENCE] = "thiếu minh chứng",
                [REASON_DIFFERS] = "hai hệ thống khác nhau",
        };

        return words[r];
}

static bool value_says(const Value *v, const char *word) {
        return v->state == VALUE_SET && str_eq(v->text, str_of(word));
}

static bool side_exempt(const Value *field) {
        static const char *const over[] = {"done", "suspended", "cancelled"};

        for (size_t i = 0; i < sizeof(over) / sizeof(*over); i++)
                if (value_says(&field[FIELD_WORK], over[i]))
                        return true;
        return value_says(&field[FIELD_NOT_APPLICABLE], "true") || value_says(&field[FIELD_REVIEW], "submitted") ||
               value_says(&field[FIELD_REVIEW], "locked");
}

static bool side_never_entered(RecordKind kind, const Value *field) {
        if (kind == KIND_TASK)
                return field[FIELD_UPDATED_AT].state != VALUE_SET && field[FIELD_RESULT].state != VALUE_SET;
        return field[FIELD_ACTUAL].state != VALUE_SET && field[FIELD_SELF_SCORE].state != VALUE_SET;
}

static bool side_not_updated(const Occurrence *o, const Value *field) {
        Instant at;

        if (field[FIELD_UPDATED_AT].state != VALUE_SET || when_parse_iso(field[FIELD_UPDATED_AT].text, &at) < 0)
                return true;
        return at < o->window_from;
}

static bool side_no_evidence(const Value *field) {
        const Value *evidence = &field[FIELD_EVIDENCE];

        if (!value_says(&field[FIELD_EVIDENCE_REQUIRED], "true"))
                return false;
        return evidence->state == VALUE_NULL || evidence->state == VALUE_EMPTY ||
               (evidence->state == VALUE_SET && evidence_count(evidence) == 0);
}

/* What is judged of one record today. */
typedef struct Judged {
        const Occurrence *o;
        const RecordView *v;
        unsigned counting, open; /* masks: sides that count, and those of them that are not exempt */
        Due due;
        Date today;
} Judged;

static bool side_holds(const Judged *j, Side side, Reason r) {
        const Value *field = j->v->side[side].field;

        switch (r) {
        case REASON_OVERDUE:
                return j->v->identity.kind == KIND_TASK && j->due.last != DATE_NONE && j->due.last < j->today;
        case REASON_RETURNED:
                return value_says(&field[FIELD_REVIEW], "returned");
        case REASON_NEVER_ENTERED:
                return side_never_entered(j->v->identity.kind, field);
        case REASON_NOT_SUBMITTED:
                return value_says(&field[FIELD_REVIEW], "draft");
        case REASON_NOT_UPDATED:
                return side_not_updated(j->o, field);
        case REASON_NO_EVIDENCE:
                return side_no_evidence(field);
        default:
                return false;
        }
}

static unsigned sides_hold(const Judged *j, Reason r) {
        unsigned sides = 0;

        for (Side side = 0; side < SIDE_COUNT; side++)
                if (j->open & (1u << side) && side_holds(j, side, r))
                        sides |= 1u << side;
        return sides;
}

/* A difference that a person settled is no longer the unit's to mend. */
static bool differs(const Judged *j, FieldId *ret_field) {
        const unsigned both = 1u << SIDE_CENTRAL | 1u << SIDE_PORTAL;
        bool found = false;

        if ((j->counting & both) != both || j->open == 0)
                return false;
        for (size_t i = 0; i < j->v->n_differences; i++) {
                const ViewDifference *d = &j->v->difference[i];

                if (!d->result.differs || d->result.of == OF_SETTLED || field_table[d->field].who != TYPED_UNIT ||
                    (found && d->field > *ret_field))
                        continue;
                *ret_field = d->field;
                found = true;
        }
        return found;
}

static unsigned sides_counting(const Occurrence *o, const RecordView *v, unsigned readable) {
        unsigned sides = 0;

        for (Side side = 0; side < SIDE_COUNT; side++)
                if (o->rule->sides & readable & (1u << side) && v->side[side].present && v->side[side].field)
                        sides |= 1u << side;
        return sides;
}

ItemReason obligation_reason(const Occurrence *o, const RecordView *v, unsigned readable, Date today) {
        Judged j = {.o = o, .v = v, .counting = sides_counting(o, v, readable), .due = {.last = DATE_NONE},
                    .today = today};
        ItemReason why = {.reason = REASON_NONE, .due = DATE_NONE, .field = FIELD_COUNT};
        Str due;
        bool recurring;

        for (Side side = 0; side < SIDE_COUNT; side++)
                if (j.counting & (1u << side) && !side_exempt(v->side[side].field))
                        j.open |= 1u << side;
        if (view_due(v, &due) != 0 || due_parse(due, &j.due) < 0)
                j.due = (Due) {.last = DATE_NONE};
        recurring = v->identity.kind == KIND_TASK && j.due.kind == DUE_RECURRING;
        for (Reason r = REASON_OVERDUE; r < REASON_DIFFERS; r++) {
                if (recurring && r != REASON_NOT_UPDATED)
                        continue;
                why.sides = sides_hold(&j, r);
                if (!why.sides)
                        continue;
                why.reason = r;
                why.due = r == REASON_OVERDUE ? j.due.last : DATE_NONE;
                return why;
        }
        if (!recurring && differs(&j, &why.field)) {
                why.reason = REASON_DIFFERS;
                why.sides = j.counting;
        }
        return why;
}

/* A handful of bytes on the heap can fail. Then the record is covered: asking once too often is mended by a look at it,
 * a record that silently belongs to nobody is not. */
static bool bloc_same(Str a, Str b) {
        _cleanup_arena_ Arena arena = {0};
        Str x, y;

        if (str_eq(a, b))
                return true;
        return text_fold(&arena, a, &x) != 0 || text_fold(&arena, b, &y) != 0 || str_eq(x, y);
}

bool obligation_covers(const Occurrence *o, const RecordView *v) {
        const Value *bloc;

        if (!(o->rule->record_kinds & (unsigned) v->identity.kind))
                return false;
        if (!o->rule->bloc || !*o->rule->bloc)
                return true;
        bloc = view_value(v, FIELD_BLOC);
        return bloc->state != VALUE_SET || bloc_same(bloc->text, str_of(o->rule->bloc));
}

bool obligation_waiting(const RecordView *v, unsigned readable) {
        for (Side side = 0; side < SIDE_COUNT; side++)
                if (readable & (1u << side) && v->side[side].present && v->side[side].field &&
                    value_says(&v->side[side].field[FIELD_REVIEW], "submitted"))
                        return true;
        return false;
}

ItemReason obligation_count(const Occurrence *o, const RecordView *v, unsigned readable, Date today,
                            ObligationCounts *c) {
        ItemReason why = obligation_reason(o, v, readable, today);

        c->records++;
        c->quarantined += v->quarantined;
        if (why.reason != REASON_NONE) {
                c->outstanding++;
                c->by_reason[why.reason]++;
        } else {
                c->waiting += obligation_waiting(v, readable & o->rule->sides);
        }
        return why;
}

ObligationState obligation_state(const Occurrence *o, const ObligationCounts *c, unsigned required, unsigned readable) {
        if (c->records == 0 || (required & o->rule->sides & ~readable) || c->quarantined > 0)
                return OBLIGATION_UNKNOWN;
        return c->outstanding > 0 ? OBLIGATION_BEHIND : OBLIGATION_DONE;
}
