/* SPDX-License-Identifier: MIT */
#include "connectors/record/normalise-value.h"

#include <errno.h>

#include "connectors/record/dates.h"

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

static ValueResult list_invalid(Normaliser *n, Value *v, json_object *list) {
        Str raw = str_of(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN)), copy;
        if (arena_str(&n->arena, raw, &copy) < 0) /* the list may be one that was made for this field */
                return VALUE_NO_MEMORY;
        return value_invalid(n, v, copy);
}

static int by_bytes(const void *a, const void *b) {
        return str_cmp(*(const Str *) a, *(const Str *) b);
}

/* `members` sorted and without doubles as a JSON array in the arena. */
static int array_write(Normaliser *n, Str *members, size_t count, bool literals, Str *ret) {
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

/* A part of a list's member as clean text: 0 (STR_NULL when absent, null or empty), -EINVAL, -ENOMEM. */
static int part_text(Normaliser *n, const FieldPlan *plan, const Select *s, json_object *member, Str *ret) {
        json_object *v = NULL;
        Str raw = STR_NULL;
        *ret = STR_NULL;
        if (select_get(s, member, &v) != SELECTED_VALUE)
                return 0;
        Scalar kind = scalar_text(n, v, &raw);
        if (kind == SCALAR_NO_MEMORY)
                return -ENOMEM;
        if (kind == SCALAR_NONE)
                return -EINVAL;
        int r = plan->repair ? source_repair(n, plan->repair, raw, &raw) : 0;
        if (r == 0)
                r = text_normalise(&n->arena, raw, ret);
        return r == -EILSEQ || ret->len > LIMIT_FIELD_BYTES ? -EINVAL : r;
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
        *v = (Value) { .state = VALUE_SET, .text = canonical, .raw = raw };
        return VALUE_READ;
}

static void part_add(Text *t, const char *key, Str text, bool *first) {
        if (text.len == 0)
                return;
        text_addf(t, "%s\"%s\":", *first ? "" : ",", key);
        text_add_json(t, text);
        *first = false;
}

/* {"name":..,"number":..,"date":..,"url":..} without the parts that say nothing. */
static int evidence_member(Normaliser *n, const FieldPlan *plan, json_object *member, Str *ret) {
        const EvidencePlan *e = &plan->evidence;
        static const Select itself = { .text = "$" }, nothing = { 0 };
        const Select *selects[] = { &e->name, &e->number, &e->date, &e->url };
        static const char *const keys[] = { "name", "number", "date", "url" };
        bool first = true;
        char iso[DATE_TEXT];
        Moment m;
        if (json_object_is_type(member, json_type_string)) /* a part of a split text: its name */
                for (size_t i = 0; i < 4; i++)
                        selects[i] = i == 0 ? &itself : &nothing;
        text_clear(&n->scratch);
        text_addc(&n->scratch, '{');
        for (size_t i = 0; i < 4; i++) {
                Str text = STR_NULL;
                int r = selects[i]->text ? part_text(n, plan, selects[i], member, &text) : 0;
                if (r < 0)
                        return r;
                if (i == 2 && text.len && moment_read_any(plan->dates.at, plan->dates.n, text, plan->zone, &m) == 0)
                        text = str_of(date_iso(m.date, iso));
                part_add(&n->scratch, keys[i], text, &first);
        }
        text_addc(&n->scratch, '}');
        return n->scratch.failed ? n->scratch.failed : arena_str(&n->arena, text_str(&n->scratch), ret);
}

ValueResult evidence_read(Normaliser *n, const FieldPlan *plan, json_object *list, Value *v) {
        size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : SIZE_MAX;
        if (count > LIMIT_LIST_MEMBERS)
                return list_invalid(n, v, list);
        if (count == 0)
                return value_set(v, STR_NULL, STR_NULL);
        Str *members = arena_get(&n->arena, count * sizeof *members), canonical;
        if (!members)
                return VALUE_NO_MEMORY;
        for (size_t i = 0; i < count; i++) {
                json_object *member = json_object_array_get_idx(list, i);
                bool named = plan->split && json_object_is_type(member, json_type_string);
                int r = named || json_object_is_type(member, json_type_object)
                                ? evidence_member(n, plan, member, &members[i])
                                : -EINVAL;
                if (r == -EINVAL)
                        return list_invalid(n, v, list);
                if (r < 0)
                        return VALUE_NO_MEMORY;
        }
        if (array_write(n, members, count, true, &canonical) < 0)
                return VALUE_NO_MEMORY;
        *v = (Value) { .state = VALUE_SET, .text = canonical };
        return VALUE_READ;
}
