/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise-memo.h"

#include "state/model/text-block.h"

#define ENTRIES 512 /* a power of two */
#define BYTES_MAX 44 /* of a member's bytes and, where they are others, of what they came to */
#define JUDGED_AFTER 256

/* Bytes of an entry. */
typedef struct Part {
        uint8_t at, len;
} Part;

/* One line of the processor's cache, and no more, is what a look costs. */
typedef struct Entry {
        const FieldPlan *plan; /* NULL: empty */
        uint32_t record;       /* the last that borrowed it */
        uint8_t kind, state;   /* Scalar, ValueState */
        Part key, text, raw;   /* what stood there, and the value's */
        char bytes[BYTES_MAX];
} Entry;
_Static_assert(sizeof(Entry) <= 64, "an entry is one line");

/* Values that hardly ever repeat (codes, times, addresses) would drive out those that do: a field of which less than a
 * quarter was found again is not asked about any more. */
typedef struct Habit {
        uint16_t asked, found;
        bool off;
} Habit;

struct NormaliseMemo {
        _Alignas(64) Entry entries[ENTRIES];
        uint32_t record;
        Habit habits[FIELD_COUNT];
};

NormaliseMemo *memo_new(void) {
        NormaliseMemo *m = aligned_alloc(64, sizeof *m);
        return m ? memset(m, 0, sizeof *m) : NULL;
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

static inline Str entry_part(const Entry *e, Part p) {
        return p.len ? (Str) { e->bytes + p.at, p.len } : STR_NULL;
}

bool memo_find(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, Value *ret) {
        Habit *habit = &m->habits[plan->id];
        if (raw.len > BYTES_MAX || habit->off)
                return false;
        Entry *e = entry_of(m, plan, raw);
        bool found = e->plan == plan && e->kind == kind && e->key.len == raw.len &&
                     memcmp(e->bytes, raw.at, raw.len) == 0;
        habit_note(habit, found);
        if (found) {
                e->record = m->record;
                *ret = (Value) { (ValueState) e->state, entry_part(e, e->text), entry_part(e, e->raw) };
        }
        return found;
}

/* Whether `part` lies in a member's bytes: then it is told by its place there. */
static bool part_within(Str raw, Str part, Part *ret) {
        uintptr_t at = (uintptr_t) part.at - (uintptr_t) raw.at;
        if (part.len > 0 && (at > raw.len || part.len > raw.len - at))
                return false;
        *ret = (Part) { part.len ? (uint8_t) at : 0, (uint8_t) part.len };
        return true;
}

void memo_keep(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, const Value *v) {
        if (raw.len > BYTES_MAX || m->habits[plan->id].off || v->state == VALUE_INVALID || v->state == VALUE_ABSENT)
                return;
        Entry *e = entry_of(m, plan, raw);
        Part text, as_written;
        bool borrowed = e->plan && e->record == m->record, within = part_within(raw, v->text, &text);
        if (borrowed || !part_within(raw, v->raw, &as_written) || (!within && v->text.len > BYTES_MAX - raw.len))
                return;
        if (!within) {
                text = (Part) { (uint8_t) raw.len, (uint8_t) v->text.len };
                memcpy(e->bytes + raw.len, v->text.at, v->text.len);
        }
        if (raw.len > 0)
                memcpy(e->bytes, raw.at, raw.len);
        e->plan = plan;
        e->kind = (uint8_t) kind;
        e->state = (uint8_t) v->state;
        e->key = (Part) { 0, (uint8_t) raw.len };
        e->text = text;
        e->raw = as_written;
}
