/* SPDX-License-Identifier: MIT */
/* What selectors find in a record: the bytes of one member where they stand, or a tree of what has a structure, or what
 * several selectors say together. */
#include "connectors/record/normalise-value.h"

#include <errno.h>

/* NULL: n->failed says why. The bytes passed the splitter, which is stricter than json-c. */
static json_object *tree_make(Normaliser *n, Str bytes) {
        json_tokener_reset(n->tokener);
        errno = 0;
        json_object *tree = json_tokener_parse_ex(n->tokener, bytes.at, (int) bytes.len);
        if (!tree)
                n->failed = errno == ENOMEM ? -ENOMEM : -EILSEQ;
        return tree;
}

/* A member is never the last byte of its record: with the byte behind it, json-c sees where a number ends. */
static json_object *slot_tree(Normaliser *n, NormaliseSlot *slot) {
        if (slot->tree && str_eq(slot->parsed, slot->bytes))
                return slot->tree;
        json_object_put(slot->tree);
        slot->parsed = slot->bytes;
        return slot->tree = tree_make(n, (Str) { slot->bytes.at, slot->bytes.len + 1 });
}

json_object *record_tree(Normaliser *n) {
        if (!n->record)
                n->record = tree_make(n, n->span);
        return n->record;
}

Selected slot_get(Normaliser *n, const SlotSelect *s, json_object **ret) {
        if (s->slot < 0) {
                return record_tree(n) ? select_get(&s->select, n->record, ret) : SELECTED_MISSING;
        }
        NormaliseSlot *slot = &n->slots[s->slot];
        if (!slot->bytes.at)
                return SELECTED_MISSING;
        if (slot->bytes.at[0] == 'n')
                return SELECTED_NULL;
        return slot_tree(n, slot) ? select_walk(&s->select, 1, slot->tree, ret) : SELECTED_MISSING;
}

typedef struct Below {
        Str name, value;
        bool plain;
} Below;

static void below_told(void *userdata, const SplitMember *m) {
        Below *b = userdata;
        if (!str_eq(m->key, b->name))
                return;
        b->value = m->value;
        b->plain = m->plain;
}

/* From member to member below a slot: $.donVi.ma without a tree of donVi. The bytes were checked with the record, so a
 * name stands there once. false: only a tree can tell. */
static bool scalar_below(const NormaliseSlot *slot, const Select *s, Selected *ret_found, Scalar *ret_kind, Str *ret) {
        Below at = { .value = slot->bytes, .plain = slot->plain };
        *ret_found = SELECTED_MISSING;
        for (int i = 1; i < s->n_steps && at.value.at[0] != 'n'; i++) {
                if (s->steps[i].kind != SELECT_NAME || s->steps[i].deep)
                        return false;
                if (at.value.at[0] != '{')
                        return true;
                SplitSpan span = { .bytes = at.value };
                at = (Below) { .name = s->steps[i].name };
                split_members(&span, NULL, below_told, &at);
                if (!at.value.at)
                        return true;
        }
        *ret_found = at.value.at[0] == 'n' ? SELECTED_NULL : SELECTED_VALUE;
        *ret_kind = plain_scalar(at.value, at.plain, ret);
        return *ret_found == SELECTED_NULL || *ret_kind != SCALAR_NONE;
}

Selected slot_scalar(Normaliser *n, const SlotSelect *s, Scalar *ret_kind, Str *ret, json_object **ret_tree) {
        Selected found;
        const NormaliseSlot *slot = s->slot >= 0 ? &n->slots[s->slot] : NULL;
        *ret_kind = SCALAR_NONE;
        if (slot && !slot->bytes.at)
                return SELECTED_MISSING;
        if (slot && !s->select.list && scalar_below(slot, &s->select, &found, ret_kind, ret))
                return found;
        found = slot_get(n, s, ret_tree);
        if (found == SELECTED_VALUE)
                *ret_kind = scalar_text(n, *ret_tree, ret);
        return found;
}

static Scalar integer_text(Normaliser *n, json_object *v, Str *ret) {
        char digits[24], *at = digits + sizeof digits;
        int64_t value = json_object_get_int64(v);
        uint64_t left = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
        do
                *--at = (char) ('0' + left % 10);
        while ((left /= 10) > 0);
        if (value < 0)
                *--at = '-';
        return arena_str(&n->arena, (Str) { at, (size_t) (digits + sizeof digits - at) }, ret) < 0 ? SCALAR_NO_MEMORY
                                                                                                   : SCALAR_NUMBER;
}

Scalar scalar_text(Normaliser *n, json_object *v, Str *ret) {
        switch (json_object_get_type(v)) {
        case json_type_string:
                *ret = (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
                return SCALAR_TEXT;
        case json_type_int:
                return integer_text(n, v, ret);
        case json_type_double: {
                /* json-c keeps the source text of a double as its user data (json_object_new_double_s) */
                const char *source = json_object_get_userdata(v);
                if (!source)
                        return SCALAR_NO_MEMORY;
                *ret = str_of(source);
                return SCALAR_NUMBER;
        }
        case json_type_boolean:
                *ret = json_object_get_boolean(v) ? STR("true") : STR("false");
                return SCALAR_FLAG;
        default:
                return SCALAR_NONE;
        }
}

int slot_each(Normaliser *n, const SlotSelect *s, SelectFound found, void *userdata) {
        if (s->slot < 0) {
                return record_tree(n) ? select_each(&s->select, 0, n->record, found, userdata) : 0;
        }
        NormaliseSlot *slot = &n->slots[s->slot];
        if (!slot->bytes.at || slot->bytes.at[0] == 'n' || !slot_tree(n, slot))
                return 0;
        return select_each(&s->select, 1, slot->tree, found, userdata);
}

/* What is gathered over selectors and matches. */
typedef struct Gather {
        Normaliser *n;
        const FieldPlan *plan;
        Selected seen;    /* the strongest said so far: VALUE before an empty text or null before MISSING */
        Scalar kind;
        Str text;         /* of the first value */
        json_object *tree;
        int values;
        bool first_only;
        Text *joined;
} Gather;

enum { GATHER_DONE = 1 };

static int gather_scalar(Gather *g, Scalar kind, Str text, json_object *tree) {
        bool empty = kind != SCALAR_NONE && str_trim(text).len == 0;
        if (empty || g->values == 0) {
                if (empty && g->values > 0)
                        return 0;
                g->seen = SELECTED_VALUE;
                g->kind = kind;
                g->text = text;
                g->tree = tree;
        }
        if (kind == SCALAR_NO_MEMORY)
                return -ENOMEM;
        if (empty)
                return 0;
        if (g->values++ > 0 && g->joined)
                text_add(g->joined, str_of(g->plan->separator));
        if (g->joined)
                text_add(g->joined, str_trim(text));
        if (kind == SCALAR_NONE) { /* a list or an object says nothing that could be joined */
                g->kind = kind;
                g->tree = tree;
                return GATHER_DONE;
        }
        return g->first_only ? GATHER_DONE : 0;
}

static int gather_found(void *userdata, json_object *v) {
        Gather *g = userdata;
        Str text = STR_NULL;
        if (!v) {
                if (g->seen == SELECTED_MISSING)
                        g->seen = SELECTED_NULL;
                return 0;
        }
        Scalar kind = scalar_text(g->n, v, &text);
        return gather_scalar(g, kind, text, v);
}

static int gather_one(Gather *g, const SlotSelect *s) {
        Scalar kind = SCALAR_NONE;
        Str text = STR_NULL;
        json_object *tree = NULL;
        if (!select_single(&s->select))
                return slot_each(g->n, s, gather_found, g);
        Selected found = slot_scalar(g->n, s, &kind, &text, &tree);
        if (found == SELECTED_VALUE)
                return gather_scalar(g, kind, text, tree);
        if (found == SELECTED_NULL && g->seen == SELECTED_MISSING)
                g->seen = SELECTED_NULL;
        return 0;
}

Selected scalar_take(Normaliser *n, const FieldPlan *plan, Scalar *ret_kind, Str *ret, json_object **ret_tree) {
        if (plan->take == TAKE_ONE && select_single(&plan->from->select))
                return slot_scalar(n, plan->from, ret_kind, ret, ret_tree);
        bool first = plan->take == TAKE_FIRST;
        Gather g = { .n = n, .plan = plan, .seen = SELECTED_MISSING, .first_only = first,
                     .joined = first ? NULL : &n->scratch };
        int r = 0;
        text_clear(&n->scratch);
        for (size_t i = 0; i < plan->n_from && r == 0; i++)
                r = gather_one(&g, &plan->from[i]);
        if (r == -ENOMEM)
                g.kind = SCALAR_NO_MEMORY;
        *ret_kind = g.kind;
        *ret = g.text;
        *ret_tree = g.tree;
        if (g.seen != SELECTED_VALUE || g.kind == SCALAR_NONE || g.kind == SCALAR_NO_MEMORY || g.values < 2)
                return g.seen;
        if (n->scratch.failed == -E2BIG) {
                *ret_kind = SCALAR_NONE;
                return g.seen;
        }
        *ret_kind = n->scratch.failed || arena_str(&n->arena, text_str(&n->scratch), ret) < 0 ? SCALAR_NO_MEMORY
                                                                                              : SCALAR_TEXT;
        return plan->take == TAKE_JOIN || *ret_kind == SCALAR_NO_MEMORY ? SELECTED_VALUE : SELECTED_SEVERAL;
}

typedef struct GatherList {
        json_object *made;
        Selected seen;
        bool failed;
} GatherList;

static int list_add(void *userdata, json_object *v) {
        GatherList *g = userdata;
        if (!v) {
                if (g->seen == SELECTED_MISSING)
                        g->seen = SELECTED_NULL;
                return 0;
        }
        g->seen = SELECTED_VALUE;
        if (json_object_array_length(g->made) > LIMIT_LIST_MEMBERS)
                return GATHER_DONE;
        if (json_object_array_add(g->made, json_object_get(v)) == 0)
                return 0;
        json_object_put(v);
        g->failed = true;
        return GATHER_DONE;
}

/* The members of one text, parted by any character of `split`. */
static void list_split(GatherList *g, Str text, const char *split) {
        size_t begin = 0;
        g->seen = SELECTED_VALUE;
        for (size_t i = 0; i <= text.len && !g->failed; i++) {
                if (i < text.len && !strchr(split, text.at[i]))
                        continue;
                Str part = str_trim((Str) { text.at + begin, i - begin });
                begin = i + 1;
                if (part.len == 0)
                        continue;
                json_object *member = json_object_new_string_len(part.at, (int) part.len);
                g->failed = !member;
                if (member)
                        list_add(g, member);
                json_object_put(member);
        }
}

/* One place: its members when it is a list, itself when it is none. */
static void list_place(Normaliser *n, const FieldPlan *plan, GatherList *g, json_object *v) {
        Str text;
        if (json_object_is_type(v, json_type_array)) {
                size_t count = json_object_array_length(v);
                g->seen = SELECTED_VALUE;
                for (size_t i = 0; i < count && !g->failed; i++)
                        list_add(g, json_object_array_get_idx(v, i));
        } else if (plan->split && scalar_text(n, v, &text) == SCALAR_TEXT) {
                list_split(g, text, plan->split);
        } else {
                list_add(g, v);
        }
}

Selected list_take(Normaliser *n, const FieldPlan *plan, json_object **ret, json_object **ret_made) {
        json_object *v = NULL;
        if (plan->take == TAKE_ONE && !plan->from->select.many && !plan->split)
                return slot_get(n, plan->from, ret);
        GatherList g = { .made = json_object_new_array(), .seen = SELECTED_MISSING };
        if (!g.made)
                return SELECTED_SEVERAL;
        for (size_t i = 0; i < plan->n_from && !g.failed; i++) {
                const SlotSelect *s = &plan->from[i];
                if (s->select.many) {
                        slot_each(n, s, list_add, &g);
                } else {
                        Selected found = slot_get(n, s, &v);
                        if (found == SELECTED_VALUE)
                                list_place(n, plan, &g, v);
                        else if (found == SELECTED_NULL)
                                list_add(&g, NULL);
                }
                if (plan->take == TAKE_FIRST && json_object_array_length(g.made) > 0)
                        break;
        }
        if (g.failed || g.seen != SELECTED_VALUE) {
                json_object_put(g.made);
                return g.failed ? SELECTED_SEVERAL : g.seen;
        }
        *ret = *ret_made = g.made;
        return SELECTED_VALUE;
}
