/* SPDX-License-Identifier: MIT */
/* One field of a record. Private to normalise*.c. */
#pragma once

#include "connectors/record/normalise.h"

typedef enum ValueResult {
        VALUE_READ,
        VALUE_UNKNOWN_WORD, /* quarantine the record */
        VALUE_UNKNOWN_UNIT, /* quarantine the record */
        VALUE_MISSING,      /* required, and not there: quarantine the record */
        VALUE_NO_MEMORY,
} ValueResult;

/* Reads `plan`'s value into side->field. With a result that quarantines, *ret_seen is what was there. */
ValueResult value_read(Normaliser *n, const FieldPlan *plan, RecordSide *side, Str *ret_seen);

/* What a selector finds, beginning with its slot, as a tree. */
Selected slot_get(Normaliser *n, const SlotSelect *s, json_object **ret);

/* The text of a string, number (as the source wrote it) or flag. NONE: a list or an object. */
typedef enum Scalar { SCALAR_NONE, SCALAR_TEXT, SCALAR_NUMBER, SCALAR_FLAG, SCALAR_NO_MEMORY } Scalar;
Scalar scalar_text(Normaliser *n, json_object *v, Str *ret);

/* A scalar of valid JSON that means what it looks like; `plain` as the splitter told it. NONE: it has a structure, an
 * escape, or is null. */
static inline Scalar plain_scalar(Str bytes, bool plain, Str *ret) {
        switch (bytes.at[0]) {
        case '"':
                if (!plain)
                        return SCALAR_NONE;
                *ret = (Str) { bytes.at + 1, bytes.len - 2 };
                return SCALAR_TEXT;
        case 't':
        case 'f':
                *ret = bytes;
                return SCALAR_FLAG;
        case '{':
        case '[':
        case 'n':
                return SCALAR_NONE;
        default:
                *ret = str_eq(bytes, STR("-0")) ? STR("0") : bytes;
                return SCALAR_NUMBER;
        }
}

/* The scalar a selector finds. Most are read where they stand; json-c makes a tree only of what has a structure or an
 * escape, and *ret_tree is it then. SCALAR_NONE with SELECTED_VALUE: it is a list or an object. */
Selected slot_scalar(Normaliser *n, const SlotSelect *s, Scalar *ret_kind, Str *ret, json_object **ret_tree);

json_object *record_tree(Normaliser *n); /* all of the record; NULL: n->failed says why */

/* Every match of a selector, as select_each; 0 when there is nothing. */
int slot_each(Normaliser *n, const SlotSelect *s, SelectFound found, void *userdata);

/* What the field's selectors say together, as slot_scalar; an empty text is said when nothing better is. SEVERAL: the
 * field takes one value and they say more, *ret is all of them. */
Selected scalar_take(Normaliser *n, const FieldPlan *plan, Scalar *ret_kind, Str *ret, json_object **ret_tree);

/* The same for a list. *ret_made is what was made for it, to be put by the caller; NULL: *ret is borrowed. SEVERAL:
 * -ENOMEM. */
Selected list_take(Normaliser *n, const FieldPlan *plan, json_object **ret, json_object **ret_made);

/* 0, -EILSEQ, -ENOMEM. */
int source_repair(Normaliser *n, int kind, Str raw, Str *ret);

/* Bytes of unknown quality as valid text: cut, escaped where they are no UTF-8. STR_NULL without memory. */
Str safe_text(Arena *a, Str bytes, size_t max);

ValueResult value_invalid(Normaliser *n, Value *v, Str raw);
ValueResult value_set(Value *v, Str canonical, Str raw);

const Unit *unit_lookup(Normaliser *n, const FieldPlan *plan, Str text);
ValueResult units_read(Normaliser *n, const FieldPlan *plan, json_object *list, Value *v);
ValueResult evidence_read(Normaliser *n, const FieldPlan *plan, json_object *list, Value *v);
/* The same of a list that is read where it stands: what it comes to, without a tree. false: something in it is none of
 * the plain forms, or memory ran out; nothing was read. */
bool evidence_standing(Normaliser *n, const FieldPlan *plan, Value *v, ValueResult *ret);

ValueResult list_invalid(Normaliser *n, Value *v, json_object *list);
/* `members` sorted and without doubles as a JSON array in the arena. */
int array_write(Normaliser *n, Str *members, size_t count, bool literals, Str *ret);
/* A part of a list's member as clean text: 0 (STR_NULL when absent, null or empty), -EINVAL, -ENOMEM. */
int part_text(Normaliser *n, const FieldPlan *plan, const Select *s, json_object *member, Str *ret);
int part_clean(Normaliser *n, const FieldPlan *plan, Str raw, Str *ret);
