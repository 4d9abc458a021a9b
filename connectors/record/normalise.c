/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise.h"

#include <errno.h>

#include "connectors/decode/html.h"
#include "connectors/record/contract.h"
#include "connectors/record/normalise-memo.h"
#include "connectors/record/normalise-value.h"
#include "state/model/period.h"

int normaliser_init(Normaliser *n, const StreamPlan *stream, const UnitTable *units, Side side,
                    const char *account_unit) {
        *n = (Normaliser) {
                .stream = stream, .units = units, .side = side, .account_unit = account_unit, .lead = -1,
                .names = split_names(stream->slots, stream->slots_written, stream->n_slots),
                .arena.max = 8u << 20, .scratch = TEXT_INIT(LIMIT_RECORD_BYTES * 2),
        };
        for (size_t i = 0; i < stream->n_fields; i++)
                if (stream->fields[i].id == FIELD_LEAD)
                        n->lead = (int) i;
        n->tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
        return n->tokener ? 0 : -ENOMEM;
}

void normaliser_done(Normaliser *n) {
        for (size_t i = 0; i < n->stream->n_slots; i++)
                json_object_put(n->slots[i].tree);
        json_object_put(n->record);
        if (n->tokener)
                json_tokener_free(n->tokener);
        arena_free(&n->arena);
        text_free(&n->scratch);
        *n = (Normaliser) { 0 };
}

static void member_seen(void *userdata, const SplitMember *m) {
        Normaliser *n = userdata;
        if (m->name >= 0) {
                NormaliseSlot *slot = &n->slots[m->name];
                slot->bytes = m->value;
                slot->plain = m->plain;
                if (n->contract)
                        contract_member(n->contract, (size_t) m->name, m->value);
        } else if (n->contract) {
                contract_other(n->contract, m->key, m->value);
        }
}

static int quarantine(Normaliser *n, const SplitSpan *span, Quarantine *q, Fault fault, const char *field, Str value) {
        q->fault = fault;
        q->field = str_of(field);
        q->value = safe_text(&n->arena, value, NORMALISE_SAMPLE);
        q->sample = safe_text(&n->arena, span->bytes, NORMALISE_SAMPLE);
        if (value.len && !q->value.at)
                return -ENOMEM;
        return NORMALISE_QUARANTINED;
}

/* Why the record is put aside, NULL when it is not. */
static const char *members_find(Normaliser *n, const SplitSpan *span) {
        SplitSpan checked = *span;
        json_object_put(n->record);
        n->record = NULL;
        n->span = span->bytes;
        n->failed = n->n_invalid = 0;
        arena_clear(&n->arena);
        if (n->memo)
                memo_begin(n->memo);
        for (size_t i = 0; i < n->stream->n_slots; i++)
                n->slots[i].bytes = STR_NULL;
        if (span->problem)
                return span->problem;
        if (n->contract)
                n->contract->records++;
        bool members = split_members(&checked, &n->names, member_seen, n);
        return checked.problem ? checked.problem : members ? NULL : "neither object nor list";
}

/* What was there instead: how far the selector went in the record, and what stands there. */
static int missing(Normaliser *n, const SplitSpan *span, Quarantine *q, const SlotSelect *s) {
        text_clear(&n->scratch);
        json_object *record = record_tree(n);
        if (record)
                select_explain(&s->select, 0, record, &n->scratch);
        Str seen = STR_NULL;
        if (arena_str(&n->arena, text_str(&n->scratch), &seen) < 0)
                return -ENOMEM;
        return quarantine(n, span, q, FAULT_SELECTOR_MISSING, s->select.text, seen);
}

/* A part of the identity: text that is there and says something. */
static int identity_text(Normaliser *n, const SplitSpan *span, const SlotSelect *s, Str *ret, Quarantine *q) {
        json_object *tree = NULL;
        Str written = STR_NULL, text;
        Scalar kind = SCALAR_NONE;
        Selected found = slot_scalar(n, s, &kind, &written, &tree);
        if (found == SELECTED_MISSING)
                return missing(n, span, q, s);
        if (kind == SCALAR_NO_MEMORY)
                return -ENOMEM;
        if (kind != SCALAR_TEXT && kind != SCALAR_NUMBER)
                return quarantine(n, span, q, FAULT_RECORD_INVALID, s->select.text,
                                  found == SELECTED_NULL ? STR("null") : STR("neither text nor number"));
        int r = n->stream->repair ? source_repair(n, n->stream->repair, written, &written) : 0;
        if (r == 0 && n->stream->code_html && s == &n->stream->code && kind == SCALAR_TEXT)
                r = utf8_valid(written) ? html_text(&n->arena, written, &written) : -EILSEQ;
        if (r == 0)
                r = text_code(&n->arena, written, n->stream->code_upper, &text);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || text.len == 0 || text.len > RECORD_KEY_MAX / 4)
                return quarantine(n, span, q, FAULT_RECORD_INVALID, s->select.text, written);
        *ret = text;
        return 0;
}

static int identity_read(Normaliser *n, const SplitSpan *span, Identity *ret, Quarantine *q) {
        const StreamPlan *s = n->stream;
        ret->kind = s->kind;
        int r = identity_text(n, span, &s->code, &ret->code, q);
        if (r != 0 || !s->period.select.text)
                return r;
        Str written;
        r = identity_text(n, span, &s->period, &written, q);
        if (r != 0)
                return r;
        r = period_read(&n->arena, written, &ret->period);
        if (r == -EINVAL)
                return quarantine(n, span, q, FAULT_RECORD_INVALID, s->period.select.text, written);
        return r;
}

/* Systems that write nothing, or "", where they mean null. */
static void nothing_read(const FieldPlan *plan, Value *v) {
        if (plan->nothing_null && (v->state == VALUE_ABSENT || v->state == VALUE_EMPTY))
                *v = (Value) { .state = VALUE_NULL };
}

/* Why a field puts its record aside. */
static int field_refused(Normaliser *n, const SplitSpan *span, const FieldPlan *plan, ValueResult why, Str seen,
                         Quarantine *q) {
        const char *key = field_table[plan->id].key;
        switch (why) {
        case VALUE_UNKNOWN_WORD: {
                const char *words[64];
                size_t count = 0;
                for (; count < plan->n_words && count < 64; count++)
                        words[count] = plan->words[count].word.at;
                q->nearest = str_of(text_nearest(seen, words, count));
                return quarantine(n, span, q, FAULT_WORD_UNKNOWN, key, seen);
        }
        case VALUE_UNKNOWN_UNIT: {
                const Unit *near = unit_near(n->units, seen);
                q->nearest = near ? str_of(plan->unit_by == UNIT_BY_NAME ? near->name : near->id) : STR_NULL;
                return quarantine(n, span, q, FAULT_UNIT_UNMAPPED, key, seen);
        }
        case VALUE_MISSING:
                return missing(n, span, q, plan->from);
        case VALUE_READ:
        case VALUE_NO_MEMORY:
                break;
        }
        return -ENOMEM;
}

static inline int field_read(Normaliser *n, const SplitSpan *span, const FieldPlan *plan, RecordSide *side,
                             Quarantine *q) {
        Str seen = STR_NULL;
        ValueResult r = value_read(n, plan, side, &seen);
        if (r != VALUE_READ)
                return field_refused(n, span, plan, r, seen, q);
        nothing_read(plan, &side->field[plan->id]);
        return 0;
}

/* The unit is read before the other fields, so that a record put aside for one of them is known, and not missing. */
static int fields_read(Normaliser *n, const SplitSpan *span, RecordSide *side, Quarantine *q) {
        const StreamPlan *s = n->stream;
        int r;
        q->identity = side->identity; /* its code can be told, whatever comes */
        if (n->lead >= 0 && (r = field_read(n, span, &s->fields[n->lead], side, q)) != 0)
                return r;
        const Value *lead = &side->field[FIELD_LEAD];
        if (lead->state == VALUE_SET)
                q->unit = lead->text;
        if (s->codes_per_unit) {
                if (lead->state != VALUE_SET)
                        return quarantine(n, span, q, FAULT_RECORD_INVALID, field_table[FIELD_LEAD].key, lead->raw);
                side->identity.unit = lead->text;
        }
        q->identity = side->identity;
        q->identity_known = true;
        for (size_t i = 0; i < s->n_fields; i++)
                if ((int) i != n->lead && (r = field_read(n, span, &s->fields[i], side, q)) != 0)
                        return r;
        return 0;
}

int normalise_record(Normaliser *n, const SplitSpan *span, RecordSide *ret, Quarantine *ret_q) {
        *ret_q = (Quarantine) { .unit = str_of(n->account_unit) }; /* what an account of its own lists is its unit's */
        const char *problem = members_find(n, span);
        if (problem)
                return quarantine(n, span, ret_q, FAULT_RECORD_INVALID, "", str_of(problem));

        memset(ret, 0, sizeof *ret);
        int r = identity_read(n, span, &ret->identity, ret_q);
        if (r == 0)
                r = fields_read(n, span, ret, ret_q);
        if (n->failed == -ENOMEM)
                return -ENOMEM;
        return n->failed ? quarantine(n, span, ret_q, FAULT_RECORD_INVALID, "", STR("not JSON")) : r;
}

bool normalise_text(Normaliser *n, const SlotSelect *s, Str *ret) {
        json_object *tree = NULL;
        Scalar kind = SCALAR_NONE;
        Str text = STR_NULL;
        if (slot_scalar(n, s, &kind, &text, &tree) != SELECTED_VALUE || (kind != SCALAR_TEXT && kind != SCALAR_NUMBER))
                return false;
        *ret = text;
        return true;
}
