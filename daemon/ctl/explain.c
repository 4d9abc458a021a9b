/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

typedef struct Explain {
        Ctl *ctl;
        FieldId field;
} Explain;

static const Value explain_absent = { .state = VALUE_ABSENT };

static const Value *explain_side(const RecordView *v, Side side, FieldId field) {
        return v->side[side].present ? &v->side[side].field[field] : &explain_absent;
}

static const ViewDifference *explain_difference(const RecordView *v, FieldId field) {
        for (size_t i = 0; i < v->n_differences; i++)
                if (v->difference[i].field == field)
                        return &v->difference[i];
        return NULL;
}

/* A field without an exception has the sides' common value as its base. */
static const Value *explain_base(const RecordView *v, FieldId field) {
        const ViewDifference *d = explain_difference(v, field);
        const Value *central = explain_side(v, SIDE_CENTRAL, field), *portal = explain_side(v, SIDE_PORTAL, field);

        if (d)
                return &d->base;
        return value_opinion(central) && value_eq(central, portal) ? central : &explain_absent;
}

static MergeResult explain_result(const Explain *x, const RecordView *v) {
        const ViewDifference *d = explain_difference(v, x->field);
        MergeInput in = { .field = x->field, .base = explain_base(v, x->field), .fresh = { true, true } };

        if (d)
                return d->result;
        for (int side = 0; side < SIDE_COUNT; side++)
                in.side[side] = v->side[side].present ? &v->side[side].field[x->field] : NULL;
        return merge_field(&x->ctl->policy, &in);
}

/* The other side's statement while one side's holds; in a conflict neither holds, and the sides below say what they
 * say. */
static const Value *explain_loser(const RecordView *v, FieldId field, MergeOf of) {
        const Value *central = explain_side(v, SIDE_CENTRAL, field), *portal = explain_side(v, SIDE_PORTAL, field);
        const Value *said = of == OF_CENTRAL ? portal : of == OF_PORTAL ? central : &explain_absent;

        return value_opinion(said) && !value_eq(central, portal) ? said : &explain_absent;
}

static int explain_settled(const Explain *x, const RecordView *v, Text *by, Instant *at, Err *e) {
        int r = store_settled(x->ctl->store, v->id, x->field, by, at, e);

        return r == STORE_E_ABSENT ? 0 : r;
}

static int explain_card(Explain *x, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "key", W_L_KEY, 0 },
                { "field", W_L_FIELD, 0 },
                { "label", W_L_LABEL, 0 },
                { "value", W_L_VALUE, 0 },
                { "from", W_L_FROM, 0 },
                { "outcome", W_L_OUTCOME, 0 },
                { "rule", W_L_RULE, 0 },
                { "policy", W_L_POLICY, 0 },
                { "base", W_L_BASE, 0 },
                { "losing", W_L_LOSER, 0 },
                { "since", W_L_SINCE, 0 },
                { "settled", W_L_SETTLED, 0 },
                { "settled_by", W_L_SETTLED_BY, 0 },
                { "settled_at", W_L_SETTLED_AT, 0 },
        };
        static const char *const policies[] = { "either",        "central",      "portal",
                                                "central-first", "portal-first", "per-side" };
        static const char *const takers[] = { "nobody", "base", "central", "portal", "settled" };
        Ctl *c = x->ctl;
        const ViewDifference *d = explain_difference(v, x->field);
        FieldMerge policy = c->policy.merge[x->field];
        MergeResult result = explain_result(x, v);
        const Value *holds = view_value(v, x->field);
        bool per_side = policy == MERGE_PER_SIDE;
        _cleanup_text_ Text by = TEXT_INIT(4096);
        Instant at = INSTANT_NONE;
        Sheet s;
        int r = explain_settled(x, v, &by, &at, e);

        if (r < 0)
                return r;
        CARD_BEGIN(&s, &c->out, "explain", W_NONE, columns);
        sheet_str(&s, v->key);
        sheet_text(&s, field_table[x->field].key);
        sheet_code(&s, field_table[x->field].en, c->vi ? field_table[x->field].vi : field_table[x->field].en);
        sheet_value(&s, x->field, holds);
        sheet_code(&s, per_side ? NULL : takers[result.of], per_side ? NULL : words_of(W_OF_FIRST, result.of, c->vi));
        sheet_code(&s, per_side ? NULL : merge_outcomes[result.outcome],
                   per_side ? NULL : words_of(W_MERGED_FIRST, result.outcome, c->vi));
        sheet_code(&s, per_side ? words_get(W_POLICY_PER_SIDE, false) : merge_words(result, false),
                   per_side ? words_get(W_POLICY_PER_SIDE, c->vi) : merge_words(result, c->vi));
        sheet_code(&s, policies[policy], words_of(W_POLICY_FIRST, policy, c->vi));
        sheet_value(&s, x->field, explain_base(v, x->field));
        sheet_value(&s, x->field, per_side ? &explain_absent : explain_loser(v, x->field, result.of));
        sheet_when(&s, d ? d->since : INSTANT_NONE);
        sheet_value(&s, x->field, d ? &d->settled : &explain_absent);
        sheet_text(&s, by.len ? by.at : NULL);
        sheet_when(&s, at);
        return sheet_end(&s, e);
}

static int explain_sides(Explain *x, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "side", W_H_SIDE, 0 },          { "value", W_H_VALUE, SHEET_ELASTIC },
                { "raw", W_RAW, SHEET_ELASTIC },  { "holds", W_H_HOLDS, 0 },
                { "source", W_H_SOURCE, 0 },      { "account", W_H_ACCOUNT, 0 },
                { "code", W_H_CODE, SHEET_JSON }, { "run", W_H_RUN, SHEET_RIGHT },
                { "fetched_at", W_H_FETCHED, 0 }, { "missing_since", W_H_MISSING, SHEET_JSON },
        };
        Ctl *c = x->ctl;
        Sheet s;

        SHEET_BEGIN(&s, &c->out, "sides", W_T_SIDES, columns);
        for (int side = 0; side < SIDE_COUNT; side++) {
                const Value *said = explain_side(v, side, x->field);
                const SourceOptions *source = c->settings ? settings_source(c->settings, side) : NULL;

                if (!v->side[side].present)
                        continue;
                sheet_code(&s, side_names[side], words_side(side, c->vi));
                sheet_value(&s, x->field, said);
                if (said->raw.len > 0)
                        sheet_str(&s, said->raw);
                else
                        sheet_text(&s, NULL);
                sheet_flag(&s, value_opinion(said) && value_eq(said, view_value(v, x->field)));
                sheet_text(&s, source ? source->id : NULL);
                sheet_str(&s, v->side[side].account);
                sheet_str(&s, v->side[side].code);
                sheet_int(&s, v->side[side].run);
                sheet_when(&s, v->side[side].fetched_at);
                sheet_when(&s, v->side[side].missing_since);
        }
        return sheet_end(&s, e);
}

typedef struct HistoryWalk {
        Explain *explain;
        Sheet sheet;
} HistoryWalk;

static int explain_history_row(void *userdata, const HistoryRow *h, Err *e) {
        HistoryWalk *w = userdata;

        (void) e;
        if (h->field != w->explain->field)
                return 0;
        sheet_when(&w->sheet, h->at);
        sheet_int(&w->sheet, h->run);
        sheet_code(&w->sheet, side_names[h->side], words_side(h->side, w->explain->ctl->vi));
        sheet_value(&w->sheet, h->field, &h->before);
        sheet_value(&w->sheet, h->field, &h->after);
        return 0;
}

static int explain_history(Explain *x, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "at", W_H_AT, 0 },
                { "run", W_H_RUN, SHEET_RIGHT },
                { "side", W_H_SIDE, 0 },
                { "before", W_H_BEFORE, SHEET_ELASTIC },
                { "after", W_H_AFTER, SHEET_ELASTIC },
        };
        HistoryWalk w = { .explain = x };
        int r;

        SHEET_BEGIN(&w.sheet, &x->ctl->out, "history", W_T_HISTORY, columns);
        r = store_visit_history(x->ctl->store, v->id, explain_history_row, &w, e);
        if (r < 0)
                return r;
        return sheet_end(&w.sheet, e);
}

static int explain_visit(void *userdata, const RecordView *v, Err *e) {
        Explain *x = userdata;
        int r = explain_card(x, v, e);

        if (r >= 0)
                r = explain_sides(x, v, e);
        return r < 0 ? r : explain_history(x, v, e);
}

int verb_explain(Ctl *c) {
        const char *key = c->args->word[0], *name = c->args->word[1], *near;
        Explain x = { .ctl = c };
        Err e = { 0 };
        int r;

        if (field_find(str_of(name), &x.field) < 0) {
                near = text_nearest(str_of(name), field_keys, FIELD_COUNT);
                ctl_say("no field `%s`%s%s%s", name, near ? "; did you mean `" : "", near ? near : "",
                        near ? "`?" : "");
                return CTL_NO_OBJECT;
        }
        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        r = store_visit_key(c->store, str_of(key), &c->policy, explain_visit, &x, &e);
        if (r == STORE_E_ABSENT)
                return ctl_no_record(key);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
