/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise-value.h"

#include <errno.h>

static const Unit *unit_find(Normaliser *n, const FieldPlan *plan, Str text) {
        switch ((UnitBy) plan->unit_by) {
        case UNIT_BY_NAME:
                return unit_by_name(n->units, text);
        case UNIT_BY_ID:
                return unit_by_id(n->units, text);
        case UNIT_BY_SPACE:
                return unit_by_space(n->units, plan->unit_space, text);
        case UNIT_BY_CODE:
                break;
        }
        return unit_by_code(n->units, n->side, text);
}

const Unit *unit_lookup(Normaliser *n, const FieldPlan *plan, Str text) {
        if (n->last.plan == plan && n->last.len == text.len && memcmp(n->last.text, text.at, text.len) == 0)
                return n->last.unit;
        const Unit *unit = unit_find(n, plan, text);
        if (unit && text.len <= sizeof n->last.text) {
                memcpy(n->last.text, text.at, text.len);
                n->last.len = text.len;
                n->last.plan = plan;
                n->last.unit = unit;
        }
        return unit;
}

ValueResult list_invalid(Normaliser *n, Value *v, json_object *list) {
        Str raw = str_of(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN)), copy;
        if (arena_str(&n->arena, raw, &copy) < 0) /* the list may be one that was made for this field */
                return VALUE_NO_MEMORY;
        return value_invalid(n, v, copy);
}

static int by_bytes(const void *a, const void *b) {
        return str_cmp(*(const Str *) a, *(const Str *) b);
}

int array_write(Normaliser *n, Str *members, size_t count, bool literals, Str *ret) {
        if (count > 1)
                qsort(members, count, sizeof *members, by_bytes);
        text_clear(&n->scratch);
        text_addc(&n->scratch, '[');
        for (size_t i = 0; i < count; i++) {
                if (i > 0 && str_eq(members[i], members[i - 1]))
                        continue;
                if (i > 0)
                        text_addc(&n->scratch, ',');
                if (literals)
                        text_add(&n->scratch, members[i]);
                else
                        text_add_json(&n->scratch, members[i]);
        }
        text_addc(&n->scratch, ']');
        return n->scratch.failed ? n->scratch.failed : arena_str(&n->arena, text_str(&n->scratch), ret);
}

int part_clean(Normaliser *n, const FieldPlan *plan, Str raw, Str *ret) {
        int r = plan->repair ? source_repair(n, plan->repair, raw, &raw) : 0;
        if (r == 0)
                r = text_normalise(&n->arena, raw, ret);
        return r == -EILSEQ || ret->len > LIMIT_FIELD_BYTES ? -EINVAL : r;
}

int part_text(Normaliser *n, const FieldPlan *plan, const Select *s, json_object *member, Str *ret) {
        json_object *v = NULL;
        Str raw = STR_NULL;
        *ret = STR_NULL;
        if (select_get(s, member, &v) != SELECTED_VALUE)
                return 0;
        Scalar kind = scalar_text(n, v, &raw);
        if (kind == SCALAR_NO_MEMORY)
                return -ENOMEM;
        return kind == SCALAR_NONE ? -EINVAL : part_clean(n, plan, raw, ret);
}

ValueResult units_read(Normaliser *n, const FieldPlan *plan, json_object *list, Value *v) {
        static const Select itself = { .text = "$" };
        const Select *what = plan->member.text ? &plan->member : &itself;
        size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : SIZE_MAX;
        if (count > LIMIT_LIST_MEMBERS)
                return list_invalid(n, v, list);
        if (count == 0)
                return value_set(v, STR_NULL, STR_NULL);
        Str *ids = arena_get(&n->arena, count * sizeof *ids);
        bool renamed = false;
        if (!ids)
                return VALUE_NO_MEMORY;
        for (size_t i = 0; i < count; i++) {
                Str text;
                int r = part_text(n, plan, what, json_object_array_get_idx(list, i), &text);
                if (r == -ENOMEM)
                        return VALUE_NO_MEMORY;
                const Unit *unit = r == 0 && text.len ? unit_lookup(n, plan, text) : NULL;
                if (!unit)
                        return list_invalid(n, v, list);
                ids[i] = str_of(unit->id);
                renamed |= !str_eq(ids[i], text);
        }
        Str canonical, raw = STR_NULL;
        if (array_write(n, ids, count, false, &canonical) < 0)
                return VALUE_NO_MEMORY;
        if (renamed &&
            arena_str(&n->arena, str_of(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN)), &raw) < 0)
                return VALUE_NO_MEMORY;
        Str safe = safe_text(&n->arena, raw, LIMIT_FIELD_BYTES); /* what no selector reads was not looked at yet */
        if (raw.len > 0 && !safe.at)
                return VALUE_NO_MEMORY;
        *v = (Value) { .state = VALUE_SET, .text = canonical, .raw = safe };
        return VALUE_READ;
}
