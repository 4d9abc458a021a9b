/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise-value.h"

#include <errno.h>

#include "connectors/decode/html.h"
#include "connectors/record/contract.h"
#include "connectors/record/dates.h"
#include "connectors/record/normalise-memo.h"
#include "connectors/record/repair.h"
#include "state/model/due.h"

#define RAW_MAX 1000

Str safe_text(Arena *a, Str bytes, size_t max) {
        Str cut = str_cut(bytes, max);
        if (cut.len == 0 || utf8_valid(cut))
                return cut;
        _cleanup_text_ Text t = TEXT_INIT(max * 4 + 16);
        Str copy = STR_NULL;
        for (size_t i = 0; i < cut.len; i++) {
                unsigned char c = (unsigned char) cut.at[i];
                if (c >= 0x20 && c < 0x7f)
                        text_addc(&t, (char) c);
                else
                        text_addf(&t, "\\x%02x", c);
        }
        if (t.failed || arena_str(a, text_str(&t), &copy) < 0)
                return STR_NULL;
        return copy;
}

ValueResult value_invalid(Normaliser *n, Value *v, Str raw) {
        Str safe = safe_text(&n->arena, raw, RAW_MAX);
        if (raw.len && !safe.at)
                return VALUE_NO_MEMORY;
        *v = (Value) { .state = VALUE_INVALID, .raw = safe };
        n->n_invalid++;
        return VALUE_READ;
}

ValueResult value_set(Value *v, Str canonical, Str raw) {
        bool itself = canonical.len == raw.len && (canonical.at == raw.at || str_eq(canonical, raw));
        if (canonical.len == 0)
                *v = (Value) { .state = VALUE_EMPTY };
        else
                *v = (Value) { .state = VALUE_SET, .text = canonical, .raw = itself ? STR_NULL : raw };
        return VALUE_READ;
}

static const Word *word_find(const FieldPlan *plan, Str text, Arena *a, int *ret_error) {
        Str folded;
        for (size_t i = 0; i < plan->n_words; i++)
                if (str_eq(plan->words[i].word, text))
                        return &plan->words[i];
        *ret_error = text_fold(a, text, &folded);
        for (size_t i = 0; *ret_error == 0 && i < plan->n_words; i++)
                if (str_eq(plan->words[i].folded, folded))
                        return &plan->words[i];
        return NULL;
}

static void word_apply(const Word *w, RecordSide *side, Value *v, Str raw) {
        if (w->text.at)
                value_set(v, w->text, raw);
        else
                *v = (Value) { .state = VALUE_NULL };
        for (size_t i = 0; i < w->n_also; i++) {
                Value *also = &side->field[w->also[i].field];
                *also = w->also[i].text.at ? (Value) { .state = VALUE_SET, .text = w->also[i].text }
                                           : (Value) { .state = VALUE_NULL };
        }
}

/* Reads through the vocabulary. true: *ret is the result; false: no vocabulary, or an unknown word that is kept. */
static bool by_words(Normaliser *n, const FieldPlan *plan, RecordSide *side, Str text, Str raw, ValueResult *ret) {
        int error = 0;
        const Word *w = plan->n_words ? word_find(plan, text, &n->arena, &error) : NULL;
        *ret = VALUE_READ;
        if (w || error == -ENOMEM) {
                if (w)
                        word_apply(w, side, &side->field[plan->id], raw);
                else
                        *ret = VALUE_NO_MEMORY;
                return true;
        }
        if (plan->n_words && n->contract)
                contract_word(n->contract, plan->id, text);
        if (!plan->n_words || plan->unknown == UNKNOWN_KEEP)
                return false;
        if (plan->unknown == UNKNOWN_QUARANTINE)
                *ret = VALUE_UNKNOWN_WORD;
        else
                *ret = value_invalid(n, &side->field[plan->id], raw);
        return true;
}

/* (1.234,5) as -1.234,5, and the typographic apostrophe of thousands as the plain one. */
static int decimal_prepare(Normaliser *n, const FieldPlan *plan, Str *written) {
        Str s = *written;
        bool parted = plan->thousands == '\'' && memmem(s.at, s.len, "’", 3);
        bool below = plan->negative == NEGATIVE_PARENTHESES && s.len > 2 && s.at[0] == '(' && s.at[s.len - 1] == ')';
        if (!parted && !below)
                return 0;
        text_clear(&n->scratch);
        if (below)
                text_addc(&n->scratch, '-');
        for (size_t i = below; i < s.len - below; i++) {
                bool mark = parted && s.len - i >= 3 && memcmp(s.at + i, "’", 3) == 0;
                text_addc(&n->scratch, mark ? '\'' : s.at[i]);
                i += mark ? 2 : 0;
        }
        return n->scratch.failed ? -ENOMEM : arena_str(&n->arena, text_str(&n->scratch), written);
}

static ValueResult read_decimal(Normaliser *n, const FieldPlan *plan, Scalar kind, Str text, Value *v) {
        Str written = text, canonical;
        bool number = kind == SCALAR_NUMBER, sign = false;
        if (plan->percent && written.len > 0 && written.at[written.len - 1] == '%') {
                written = str_trim((Str) { written.at, written.len - 1 });
                sign = true;
        }
        if (!number && decimal_prepare(n, plan, &written) < 0)
                return VALUE_NO_MEMORY;
        int r = decimal_read(&n->arena, written, number ? '.' : plan->mark, number ? '\0' : plan->thousands,
                             &canonical);
        if (r == 0 && plan->percent == PERCENT_FRACTION && !sign)
                r = decimal_hundredfold(&n->arena, canonical, &canonical);
        if (r == -ENOMEM)
                return VALUE_NO_MEMORY;
        return r < 0 ? value_invalid(n, v, text) : value_set(v, canonical, text);
}

static ValueResult set_copy(Normaliser *n, Value *v, const char *canonical, Str raw) {
        Str copy;
        if (arena_str(&n->arena, str_of(canonical), &copy) < 0)
                return VALUE_NO_MEMORY;
        return value_set(v, copy, raw);
}

static ValueResult read_date(Normaliser *n, const FieldPlan *plan, Str text, Value *v) {
        char date[DATE_TEXT];
        Moment m;
        if (moment_read_any(plan->dates.at, plan->dates.n, text, plan->zone, &m) < 0)
                return value_invalid(n, v, text);
        return set_copy(n, v, date_iso(m.date, date), text);
}

static ValueResult read_instant(Normaliser *n, const FieldPlan *plan, Str text, Value *v) {
        char when[WHEN_TEXT];
        Moment m;
        if (moment_read_any(plan->dates.at, plan->dates.n, text, plan->zone, &m) < 0)
                return value_invalid(n, v, text);
        if (!m.timed)
                m.instant = m.date * US_DAY - plan->zone + (plan->date_only == DATE_ONLY_END ? US_DAY - US_SECOND : 0);
        return set_copy(n, v, when_utc(m.instant, when), text);
}

static ValueResult read_due(Normaliser *n, const FieldPlan *plan, Str text, Value *v) {
        char date[DATE_TEXT];
        Str canonical;
        Moment m;
        if (moment_read_any(plan->dates.at, plan->dates.n, text, plan->zone, &m) == 0)
                return set_copy(n, v, date_iso(m.date, date), text);
        int r = due_read(&n->arena, text, &canonical);
        if (r == -ENOMEM)
                return VALUE_NO_MEMORY;
        return r < 0 ? value_invalid(n, v, text) : value_set(v, canonical, text);
}

static ValueResult read_unit(Normaliser *n, const FieldPlan *plan, Str text, Value *v) {
        const Unit *unit = unit_lookup(n, plan, text);
        if (unit)
                return value_set(v, str_of(unit->id), text);
        if (n->contract)
                contract_word(n->contract, plan->id, text);
        return plan->unknown == UNKNOWN_QUARANTINE ? VALUE_UNKNOWN_UNIT : value_invalid(n, v, text);
}

static ValueResult read_flag(Normaliser *n, Scalar kind, Str text, Value *v) {
        bool known = kind == SCALAR_FLAG || str_eq(text, STR("true")) || str_eq(text, STR("false"));
        return known ? value_set(v, text, text) : value_invalid(n, v, text);
}

/* `text` is normalised and not empty; `raw` is the source's own. */
static ValueResult read_typed(Normaliser *n, const FieldPlan *plan, Scalar kind, Str text, Str raw, Value *v) {
        switch (plan->type) {
        case TYPE_DECIMAL:
                return read_decimal(n, plan, kind, text, v);
        case TYPE_DATE:
                return read_date(n, plan, text, v);
        case TYPE_INSTANT:
                return read_instant(n, plan, text, v);
        case TYPE_DUE:
                return read_due(n, plan, text, v);
        case TYPE_FLAG:
                return read_flag(n, kind, text, v);
        case TYPE_UNIT:
                return read_unit(n, plan, text, v);
        case TYPE_TEXT:
                return kind == SCALAR_FLAG ? value_invalid(n, v, text) : value_set(v, text, raw);
        case TYPE_WORK_STATE:
        case TYPE_REVIEW_STATE:
        case TYPE_UNITS:
        case TYPE_EVIDENCE:
                break;
        }
        return value_invalid(n, v, raw);
}

int source_repair(Normaliser *n, int kind, Str raw, Str *ret) {
        return utf8_valid(raw) ? repair_text(&n->arena, (RepairKind) kind, raw, ret) : -EILSEQ;
}

static ValueResult read_scalar(Normaliser *n, const FieldPlan *plan, Scalar kind, Str raw, RecordSide *side,
                               Str *ret_seen) {
        Value *v = &side->field[plan->id];
        Str text;
        Str source = raw;
        bool html = plan->html && kind == SCALAR_TEXT;
        int r = plan->repair ? source_repair(n, plan->repair, raw, &source) : 0;
        if (r == 0 && html) /* libxml repairs in silence */
                r = utf8_valid(source) ? html_text(&n->arena, source, &source) : -EILSEQ;
        if (r == 0)
                r = text_normalise(&n->arena, source, &text);
        if (r == -ENOMEM)
                return VALUE_NO_MEMORY;
        if (r < 0 || text.len > LIMIT_FIELD_BYTES)
                return value_invalid(n, v, raw);
        if (text.len == 0)
                return value_set(v, STR_NULL, raw);
        ValueResult result;
        if (by_words(n, plan, side, text, raw, &result)) {
                *ret_seen = text;
                return result;
        }
        *ret_seen = text;
        return read_typed(n, plan, kind, text, raw, v);
}

/* A constant is written for us: the load checked that the type takes it. */
static ValueResult read_constant(Normaliser *n, const FieldPlan *plan, Value *v) {
        Str text = str_of(plan->constant);
        if (plan->type == TYPE_WORK_STATE || plan->type == TYPE_REVIEW_STATE)
                return value_set(v, text, text);
        return read_typed(n, plan, SCALAR_TEXT, text, text, v);
}

static ValueResult read_list(Normaliser *n, const FieldPlan *plan, Value *v) {
        json_object *list = NULL, *made = NULL;
        ValueResult result = VALUE_READ;
        if (plan->type == TYPE_EVIDENCE && evidence_standing(n, plan, v, &result))
                return result;
        switch (list_take(n, plan, &list, &made)) {
        case SELECTED_MISSING:
                return plan->required ? VALUE_MISSING : VALUE_READ;
        case SELECTED_NULL:
                v->state = VALUE_NULL;
                break;
        case SELECTED_SEVERAL:
                return VALUE_NO_MEMORY;
        case SELECTED_VALUE:
                result = plan->type == TYPE_UNITS ? units_read(n, plan, list, v) : evidence_read(n, plan, list, v);
        }
        json_object_put(made);
        return result;
}

/* Everything but the plain text or number that one member of the record is. */
static ValueResult value_found(Normaliser *n, const FieldPlan *plan, RecordSide *side, Str *ret_seen) {
        Value *v = &side->field[plan->id];
        json_object *from = NULL;
        Scalar kind = SCALAR_NONE;
        Str raw = STR_NULL;
        if (plan->account_unit)
                return n->account_unit[0] ? value_set(v, str_of(n->account_unit), str_of(n->account_unit)) : VALUE_READ;
        if (plan->constant)
                return read_constant(n, plan, v);
        if (plan->type == TYPE_UNITS || plan->type == TYPE_EVIDENCE)
                return read_list(n, plan, v);
        switch (scalar_take(n, plan, &kind, &raw, &from)) {
        case SELECTED_MISSING:
                return plan->required ? VALUE_MISSING : VALUE_READ;
        case SELECTED_NULL:
                v->state = VALUE_NULL;
                return VALUE_READ;
        case SELECTED_SEVERAL:
                return value_invalid(n, v, raw);
        case SELECTED_VALUE:
                break;
        }
        if (kind == SCALAR_NO_MEMORY)
                return VALUE_NO_MEMORY;
        if (kind == SCALAR_NONE)
                return value_invalid(n, v, str_of(json_object_to_json_string_ext(from, JSON_C_TO_STRING_PLAIN)));
        return read_scalar(n, plan, kind, raw, side, ret_seen);
}

static ValueResult read_or_remember(Normaliser *n, const FieldPlan *plan, Scalar kind, Str raw, RecordSide *side,
                                    Str *ret_seen) {
        Value *v = &side->field[plan->id];
        if (!n->memo || !plan->alone)
                return read_scalar(n, plan, kind, raw, side, ret_seen);
        if (memo_find(n->memo, plan, (int) kind, raw, v))
                return VALUE_READ;
        ValueResult r = read_scalar(n, plan, kind, raw, side, ret_seen);
        if (r == VALUE_READ)
                memo_keep(n->memo, plan, (int) kind, raw, v);
        return r;
}

ValueResult value_read(Normaliser *n, const FieldPlan *plan, RecordSide *side, Str *ret_seen) {
        if (plan->one_member) {
                const NormaliseSlot *slot = &n->slots[plan->from->slot];
                Str raw;
                if (!slot->bytes.at)
                        return plan->required ? VALUE_MISSING : VALUE_READ;
                Scalar kind = plain_scalar(slot->bytes, slot->plain, &raw);
                if (kind != SCALAR_NONE)
                        return read_or_remember(n, plan, kind, raw, side, ret_seen);
        }
        return value_found(n, plan, side, ret_seen);
}
