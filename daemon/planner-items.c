/* SPDX-License-Identifier: MIT */
#include "daemon/planner-items.h"

static int item_cmp(const void *x, const void *y) {
        const PlanItem *a = x, *b = y;

        if (a->why.reason != b->why.reason)
                return a->why.reason < b->why.reason ? -1 : 1;
        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return str_cmp(a->key, b->key);
}

void planner_items_sort(PlanObligation *o) {
        if (o->n_items > 1)
                qsort(o->items, o->n_items, sizeof(PlanItem), item_cmp);
}

static Str value_text(const Value *v) {
        return v && v->state == VALUE_SET ? v->text : STR_NULL;
}

/* "96.5" as it is written here: "96,5". */
static int shown_decimal(Text *t, Str canonical) {
        for (size_t i = 0; i < canonical.len; i++)
                text_addc(t, canonical.at[i] == '.' ? ',' : canonical.at[i]);
        return t->failed;
}

/* The one figure that tells an official which entry is meant: progress, actual value, or self score of maximum. */
static int item_shown(Arena *a, const RecordView *v, Side side, Str *ret) {
        _cleanup_text_ Text t = TEXT_INIT(256);
        const Value *field = v->side[side].field;

        if (v->identity.kind == KIND_TASK) {
                Str progress = value_text(&field[FIELD_PROGRESS]);

                if (progress.len > 0 && shown_decimal(&t, progress) == 0)
                        text_addc(&t, '%');
        } else if (field[FIELD_ACTUAL].state == VALUE_SET) {
                shown_decimal(&t, value_text(&field[FIELD_ACTUAL]));
                if (str_eq(value_text(view_value(v, FIELD_UOM)), STR("%")))
                        text_addc(&t, '%');
        } else if (field[FIELD_SELF_SCORE].state == VALUE_SET) {
                shown_decimal(&t, value_text(&field[FIELD_SELF_SCORE]));
                if (field[FIELD_MAX_SCORE].state == VALUE_SET) {
                        text_addc(&t, '/');
                        shown_decimal(&t, value_text(&field[FIELD_MAX_SCORE]));
                }
                text_add(&t, STR(" điểm"));
        }
        return t.failed ? t.failed : arena_str(a, text_str(&t), ret);
}

static int item_sides(Planner *p, const RecordView *v, PlanItem *item) {
        for (int side = 0; side < SIDE_COUNT; side++) {
                const Value *field = v->side[side].field;
                Instant at;
                int r;

                item->updated[side] = DATE_NONE;
                if (!v->side[side].present)
                        continue;
                r = item_shown(&p->arena, v, side, &item->shown[side]);
                if (r < 0)
                        return r;
                if (field[FIELD_UPDATED_AT].state == VALUE_SET &&
                    when_parse_iso(field[FIELD_UPDATED_AT].text, &at) == 0)
                        item->updated[side] = when_date(at);
                if (!(item->why.sides & (1u << side)) || field[FIELD_REVIEW].state != VALUE_SET ||
                    !str_eq(field[FIELD_REVIEW].text, STR("returned")))
                        continue;
                r = arena_str(&p->arena, value_text(&field[FIELD_RETURN_REASON]), &item->return_reason);
                if (r < 0)
                        return r;
                if (field[FIELD_RETURNED_ON].state == VALUE_SET)
                        (void) date_parse_iso(field[FIELD_RETURNED_ON].text, &item->returned_on);
        }
        return 0;
}

static const char *item_sub_unit(const Planner *p, const RecordView *v) {
        const Value *sub = view_value(v, FIELD_SUB_UNIT);
        const Unit *unit = sub && sub->state == VALUE_SET ? unit_by_id(p->settings->units, sub->text) : NULL;

        if (!unit)
                unit = unit_by_id(p->settings->units, v->unit);
        return unit && unit->kind == UNIT_SUB ? unit->name : "";
}

static int item_fill(Planner *p, const RecordView *v, ItemReason why, PlanItem *ret) {
        PlanItem item = {
                .kind = v->identity.kind, .why = why, .returned_on = DATE_NONE, .sub_unit = str_of(item_sub_unit(p, v))
        };
        Str due = STR_NULL;
        int r = arena_str(&p->arena, v->key, &item.key);

        if (r >= 0)
                r = arena_str(&p->arena, v->identity.code, &item.code);
        if (r >= 0)
                r = arena_str(&p->arena, value_text(view_value(v, FIELD_TITLE)), &item.title);
        if (r >= 0 && v->identity.kind == KIND_TASK && view_due(v, &due) == 0)
                r = arena_str(&p->arena, due, &item.due);
        if (r >= 0)
                r = item_sides(p, v, &item);
        if (r >= 0)
                *ret = item;
        return r;
}

int planner_item_keep(Planner *p, PlanObligation *o, const RecordView *v, ItemReason why, Err *e) {
        size_t max = (size_t) p->settings->plan.items_max, worst = 0;
        PlanItem probe = { .key = v->key, .kind = v->identity.kind, .why = why };

        if (o->n_items < max)
                return item_fill(p, v, why, &o->items[o->n_items++]) < 0 ? err_oom(e) : 0;
        for (size_t i = 1; i < o->n_items; i++)
                if (item_cmp(&o->items[i], &o->items[worst]) > 0)
                        worst = i;
        if (max == 0 || item_cmp(&probe, &o->items[worst]) >= 0)
                return 0;
        return item_fill(p, v, why, &o->items[worst]) < 0 ? err_oom(e) : 0;
}

static void json_member(Text *t, const char *key, Str value) {
        text_addf(t, "\"%s\":", key);
        text_add_json(t, value);
}

static void json_claim(const Planner *p, const NewClaim *c, Text *t) {
        text_addc(t, '{');
        json_member(t, "deadline", str_of(p->occurrences[c->occurrence].id));
        text_addc(t, ',');
        json_member(t, "unit", str_of(c->unit < 0 ? "" : p->settings->units->units[c->unit].id));
        text_addc(t, ',');
        json_member(t, "stage", str_of(stage_names[c->stage]));
        text_addc(t, ',');
        json_member(t, "seat", str_of(seat_kinds[c->seat]));
        if (c->obligation) {
                text_addc(t, ',');
                json_member(t, "state", str_of(obligation_states[c->obligation->state]));
                text_addf(t, ",\"outstanding\":%d,\"items\":[", c->obligation->counts.outstanding);
                for (size_t i = 0; i < c->obligation->n_items; i++) {
                        text_add(t, i ? STR(",{") : STR("{"));
                        json_member(t, "key", c->obligation->items[i].key);
                        text_addc(t, ',');
                        json_member(t, "title", c->obligation->items[i].title);
                        text_addc(t, ',');
                        json_member(t, "reason", str_of(reason_names[c->obligation->items[i].why.reason]));
                        text_addc(t, '}');
                }
                text_addc(t, ']');
        }
        text_addc(t, '}');
}

int planner_json(const Planner *p, const NewMessage *m, const MessageDraft *d, Text *t, Err *e) {
        char when[WHEN_TEXT];

        text_add(t, STR("{\"version\":1,"));
        json_member(t, "kind", str_of(d->kind));
        text_addc(t, ',');
        json_member(t, "planned_at", str_of(when_iso(p->input.now, when)));
        text_add(t, STR(",\"to\":{"));
        json_member(t, "name", str_of(d->name));
        text_addc(t, ',');
        json_member(t, "address", str_of(d->address));
        text_add(t, STR("},"));
        json_member(t, "subject", str_of(d->subject));
        text_addc(t, ',');
        json_member(t, "text", str_of(d->body));
        text_add(t, STR(",\"claims\":["));
        for (size_t i = 0; i < m->n_claims; i++) {
                if (i)
                        text_addc(t, ',');
                json_claim(p, &m->claims[i], t);
        }
        text_add(t, STR("]}\n"));
        return t->failed ? err_set(e, t->failed, RETRY_LATER, "the alert does not fit into JSON of 512 KiB") : 0;
}
