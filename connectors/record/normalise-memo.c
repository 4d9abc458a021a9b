/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise-memo.h"

#include "state/model/text-block.h"

#define ENTRIES 512     /* a power of two; 64 KiB */
#define BYTES_MAX 32    /* of a member's bytes, and of what they came to */
#define JUDGED_AFTER 256

typedef struct Entry {
        const FieldPlan *plan; /* NULL: empty */
        uint64_t record;       /* the last that borrowed it */
        uint8_t kind, len;
        char raw[BYTES_MAX], text[BYTES_MAX];
        Value value;           /* its texts lie in the two above */
} Entry;

/* Values that hardly ever repeat (codes, times, addresses) would drive out those that do: a field of which less than a
 * quarter was found again is not asked about any more. */
typedef struct Habit {
        uint16_t asked, found;
        bool off;
} Habit;

struct NormaliseMemo {
        uint64_t record;
        Habit habits[FIELD_COUNT];
        Entry entries[ENTRIES];
};

NormaliseMemo *memo_new(void) {
        return calloc(1, sizeof(NormaliseMemo));
}

NormaliseMemo *memo_free(NormaliseMemo *m) {
        free(m);
        return NULL;
}

void memo_begin(NormaliseMemo *m) {
        m->record++;
}

static Entry *entry_of(NormaliseMemo *m, const FieldPlan *plan, Str raw) {
        uint64_t mix = text_ends(raw) + (uint64_t) plan->id * 0xd6e8feb86659fd93u;
        return &m->entries[mix * 0x9e3779b97f4a7c15u >> 32 & (ENTRIES - 1)];
}

static void habit_note(Habit *h, bool found) {
        h->found += found;
        if (++h->asked < JUDGED_AFTER)
                return;
        h->off = h->found < JUDGED_AFTER / 4;
        h->asked = h->found = 0;
}

bool memo_find(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, Value *ret) {
        Habit *habit = &m->habits[plan->id];
        if (raw.len > BYTES_MAX || habit->off)
                return false;
        Entry *e = entry_of(m, plan, raw);
        bool found = e->plan == plan && e->kind == kind && str_eq((Str) { e->raw, e->len }, raw);
        habit_note(habit, found);
        if (found) {
                e->record = m->record;
                *ret = e->value;
        }
        return found;
}

/* `part` of a value in the entry's own memory: it lies in the member's bytes, or is copied. */
static bool entry_text(Entry *e, Str raw, Str part, Str *ret) {
        uintptr_t at = (uintptr_t) part.at - (uintptr_t) raw.at;
        if (part.len == 0)
                *ret = STR_NULL;
        else if (at <= raw.len && part.len <= raw.len - at)
                *ret = (Str) { e->raw + at, part.len };
        else if (part.len <= BYTES_MAX)
                *ret = (Str) { memcpy(e->text, part.at, part.len), part.len };
        else
                return false;
        return true;
}

void memo_keep(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, const Value *v) {
        if (raw.len > BYTES_MAX || m->habits[plan->id].off || v->state == VALUE_INVALID || v->state == VALUE_ABSENT)
                return;
        Entry *e = entry_of(m, plan, raw);
        bool borrowed = e->plan && e->record == m->record;
        uintptr_t at = (uintptr_t) v->raw.at - (uintptr_t) raw.at;
        if (borrowed || (v->raw.len > 0 && (at > raw.len || v->raw.len > raw.len - at)))
                return; /* what was written is told by other bytes: the text of markup */
        e->plan = NULL;
        e->value.state = v->state;
        if (!entry_text(e, raw, v->text, &e->value.text) || !entry_text(e, raw, v->raw, &e->value.raw))
                return;
        if (raw.len > 0)
                memcpy(e->raw, raw.at, raw.len);
        e->len = (uint8_t) raw.len;
        e->kind = (uint8_t) kind;
        e->plan = plan;
}
