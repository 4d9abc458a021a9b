/* SPDX-License-Identifier: MIT */
/* An outstanding record in the words that a mail shows. */
#include <errno.h>

#include "state/plan.h"

#define SHOWN_MAX 400

static const Value *side_field(const RecordView *v, Side side, FieldId field) {
        static const Value absent = {.state = VALUE_ABSENT};

        return v->side[side].present && v->side[side].field ? &v->side[side].field[field] : &absent;
}

/* A decimal with the comma that officials write. */
static void add_decimal(Text *t, Str canonical) {
        for (size_t i = 0; i < canonical.len; i++)
                (void) text_addc(t, canonical.at[i] == '.' ? ',' : canonical.at[i]);
}

/* "96,5%", "2% GDP", "40 tổ chức" */
static void add_measured(Text *t, Str number, const Value *uom) {
        add_decimal(t, number);
        if (uom->state != VALUE_SET)
                return;
        if (!str_starts(uom->text, STR("%")))
                (void) text_addc(t, ' ');
        (void) text_add(t, uom->text);
}

static void add_score(Text *t, const RecordView *v, Side side) {
        const Value *max = view_value(v, FIELD_MAX_SCORE);

        (void) text_add(t, STR("tự chấm "));
        add_decimal(t, side_field(v, side, FIELD_SELF_SCORE)->text);
        if (max->state == VALUE_SET) {
                (void) text_addc(t, '/');
                add_decimal(t, max->text);
        }
        (void) text_add(t, STR(" điểm"));
}

/* Free text, cut at a character so that the buffer always takes it. */
static void add_words(Text *t, Str s) {
        size_t room = t->max - t->len;

        if (s.len > room) {
                s.len = room;
                while (s.len > 0 && ((unsigned char) s.at[s.len] & 0xC0) == 0x80)
                        s.len--;
        }
        (void) text_add(t, s);
}

/* One field as an official reads it. Nothing when the side says nothing. */
static void add_field(Text *t, const RecordView *v, Side side, FieldId field) {
        const Value *value = side_field(v, side, field);
        const char *word = NULL;

        if (value->state == VALUE_NULL || value->state == VALUE_EMPTY)
                (void) text_add(t, STR("để trống"));
        if (value->state != VALUE_SET)
                return;
        switch (field_table[field].type) {
        case TYPE_DECIMAL:
                if (field == FIELD_SELF_SCORE)
                        add_score(t, v, side);
                else
                        add_measured(t, value->text,
                                     field == FIELD_PROGRESS ? &(const Value) {.state = VALUE_SET, .text = STR("%")} :
                                                               view_value(v, FIELD_UOM));
                return;
        case TYPE_DATE: {
                char text[DATE_TEXT];
                Date d;

                if (date_parse_iso(value->text, &d) == 0)
                        word = date_vn(d, text);
                add_words(t, word ? str_of(word) : value->text);
                return;
        }
        case TYPE_FLAG:
                word = str_eq(value->text, STR("true")) ? "có" : "không";
                break;
        case TYPE_WORK_STATE:
                word = work_state_vn(value->text);
                break;
        default:
                break;
        }
        add_words(t, word ? str_of(word) : value->text);
}

/* The differing field; else progress of a task, the actual value of an indicator, its score where there is no value. */
static FieldId shown_field(const RecordView *v, Side side, ItemReason why) {
        if (why.reason == REASON_DIFFERS)
                return why.field;
        if (v->identity.kind == KIND_TASK)
                return FIELD_PROGRESS;
        return side_field(v, side, FIELD_ACTUAL)->state == VALUE_SET ? FIELD_ACTUAL : FIELD_SELF_SCORE;
}

static int item_side(Arena *a, const RecordView *v, Side side, ItemReason why, PlanItem *item) {
        _cleanup_text_ Text t = TEXT_INIT(SHOWN_MAX);
        const Value *updated = side_field(v, side, FIELD_UPDATED_AT);
        Instant at;

        item->shown[side] = STR_NULL;
        item->updated[side] = DATE_NONE;
        if (!v->side[side].present)
                return 0;
        if (updated->state == VALUE_SET && when_parse_iso(updated->text, &at) == 0)
                item->updated[side] = when_date(at);
        if (why.reason == REASON_DIFFERS ||
            side_field(v, side, shown_field(v, side, why))->state == VALUE_SET)
                add_field(&t, v, side, shown_field(v, side, why));
        if (t.failed == -ENOMEM)
                return -ENOMEM;
        return arena_str(a, text_str(&t), &item->shown[side]);
}

static int item_codes(Arena *a, const RecordView *v, ItemReason why, Str *ret) {
        _cleanup_text_ Text t = TEXT_INIT(RECORD_KEY_MAX);
        Str before = STR_NULL;

        for (Side side = 0; side < SIDE_COUNT; side++) {
                Str code = v->side[side].code.len ? v->side[side].code : v->identity.code;

                if (!(why.sides & (1u << side)) || str_eq(code, before))
                        continue;
                if (t.len > 0)
                        (void) text_add(&t, STR(" / "));
                (void) text_add(&t, code);
                before = code;
        }
        return t.failed == -ENOMEM ? -ENOMEM : arena_str(a, t.len ? text_str(&t) : v->identity.code, ret);
}

static int item_returned(Arena *a, const RecordView *v, ItemReason why, PlanItem *item) {
        Side side = why.sides & (1u << SIDE_CENTRAL) ? SIDE_CENTRAL : SIDE_PORTAL;
        const Value *on = side_field(v, side, FIELD_RETURNED_ON), *reason = side_field(v, side, FIELD_RETURN_REASON);

        if (why.reason != REASON_RETURNED)
                return 0;
        if (on->state == VALUE_SET && date_parse_iso(on->text, &item->returned_on) < 0)
                item->returned_on = DATE_NONE;
        return reason->state == VALUE_SET ? arena_str(a, reason->text, &item->return_reason) : 0;
}

static Str sub_unit_name(const UnitTable *units, const RecordView *v) {
        const Value *sub = view_value(v, FIELD_SUB_UNIT);
        const Unit *u = sub->state == VALUE_SET ? unit_by_id(units, sub->text) : NULL;

        if (!u || u->kind != UNIT_SUB)
                u = unit_by_id(units, v->unit);
        return u && u->kind == UNIT_SUB ? str_of(u->name) : STR_NULL;
}

/* While nobody decides between two titles, either tells a reader which record is meant. */
static Str item_title(const RecordView *v) {
        const Value *title = view_value(v, FIELD_TITLE);

        for (Side side = 0; title->state != VALUE_SET && side < SIDE_COUNT; side++)
                title = side_field(v, side, FIELD_TITLE);
        return title->state == VALUE_SET ? title->text : STR_NULL;
}

int plan_item_make(Arena *a, const UnitTable *units, const RecordView *v, ItemReason why, PlanItem *ret) {
        PlanItem item = {.kind = v->identity.kind, .why = why, .returned_on = DATE_NONE};
        Str due;
        int r = arena_str(a, v->key, &item.key);

        if (r == 0)
                r = item_codes(a, v, why, &item.code);
        if (r == 0)
                r = arena_str(a, item_title(v), &item.title);
        if (r == 0)
                r = arena_str(a, sub_unit_name(units, v), &item.sub_unit);
        for (Side side = 0; r == 0 && side < SIDE_COUNT; side++)
                r = item_side(a, v, side, why, &item);
        if (r == 0)
                r = item_returned(a, v, why, &item);
        if (r == 0 && view_due(v, &due) == 0)
                r = arena_str(a, due, &item.due);
        if (r == 0)
                *ret = item;
        return r;
}

int plan_item_cmp(const void *a, const void *b) {
        const PlanItem *x = a, *y = b;
        int r;

        if (x->why.reason != y->why.reason)
                return x->why.reason < y->why.reason ? -1 : 1;
        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        r = str_cmp(x->code, y->code);
        return r != 0 ? r : str_cmp(x->key, y->key);
}
