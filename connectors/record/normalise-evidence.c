/* SPDX-License-Identifier: MIT */
/* Lists of documents: {"name":..,"number":..,"date":..,"url":..} without the parts that say nothing. */
#include "connectors/record/normalise-value.h"

#include <errno.h>

#include "connectors/record/dates.h"

static const Str part_keys[EVIDENCE_PARTS] = {
        { "\"name\":", 7 }, { "\"number\":", 9 }, { "\"date\":", 7 }, { "\"url\":", 6 }
};

static int document_write(Normaliser *n, const FieldPlan *plan, Str parts[static EVIDENCE_PARTS], Str *ret) {
        char iso[DATE_TEXT];
        Moment m;
        Str date = parts[EVIDENCE_DATE];
        if (date.len && moment_read_any(plan->dates.at, plan->dates.n, date, plan->zone, &m) == 0)
                parts[EVIDENCE_DATE] = str_of(date_iso(m.date, iso));
        text_clear(&n->scratch);
        text_addc(&n->scratch, '{');
        for (int i = 0; i < EVIDENCE_PARTS; i++) {
                if (parts[i].len == 0)
                        continue;
                if (n->scratch.len > 1)
                        text_addc(&n->scratch, ',');
                text_add(&n->scratch, part_keys[i]);
                text_add_json(&n->scratch, parts[i]);
        }
        text_addc(&n->scratch, '}');
        return n->scratch.failed ? n->scratch.failed : arena_str(&n->arena, text_str(&n->scratch), ret);
}

static ValueResult documents_write(Normaliser *n, Str *documents, size_t count, Value *v) {
        Str canonical;
        if (array_write(n, documents, count, true, &canonical) < 0)
                return VALUE_NO_MEMORY;
        *v = (Value) { .state = VALUE_SET, .text = canonical };
        return VALUE_READ;
}

static int document_read(Normaliser *n, const FieldPlan *plan, json_object *member, Str *ret) {
        static const Select itself = { .text = "$" };
        const Select *selects = plan->evidence.part;
        Str parts[EVIDENCE_PARTS] = { 0 };
        int r = 0;
        if (json_object_is_type(member, json_type_string)) /* a part of a split text: its name */
                r = part_text(n, plan, &itself, member, &parts[EVIDENCE_NAME]);
        else
                for (int i = 0; i < EVIDENCE_PARTS && r == 0; i++)
                        r = selects[i].text ? part_text(n, plan, &selects[i], member, &parts[i]) : 0;
        return r < 0 ? r : document_write(n, plan, parts, ret);
}

ValueResult evidence_read(Normaliser *n, const FieldPlan *plan, json_object *list, Value *v) {
        size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : SIZE_MAX;
        if (count > LIMIT_LIST_MEMBERS)
                return list_invalid(n, v, list);
        if (count == 0)
                return value_set(v, STR_NULL, STR_NULL);
        Str *documents = arena_get(&n->arena, count * sizeof *documents);
        if (!documents)
                return VALUE_NO_MEMORY;
        for (size_t i = 0; i < count; i++) {
                json_object *member = json_object_array_get_idx(list, i);
                bool named = plan->split && json_object_is_type(member, json_type_string);
                int r = named || json_object_is_type(member, json_type_object)
                                ? document_read(n, plan, member, &documents[i])
                                : -EINVAL;
                if (r == -EINVAL)
                        return list_invalid(n, v, list);
                if (r < 0)
                        return VALUE_NO_MEMORY;
        }
        return documents_write(n, documents, count, v);
}

/* A list that is read where it stands. */
typedef struct Standing {
        Normaliser *n;
        const FieldPlan *plan;
        SplitNames names;
        Str parts[EVIDENCE_PARTS]; /* of the document under way */
        Str documents[LIMIT_LIST_MEMBERS];
        size_t count;
        bool odd;                  /* something in it is not plain: json-c reads all of it */
} Standing;

static void part_told(void *userdata, const SplitMember *m) {
        Standing *s = userdata;
        Str raw;
        if (m->name < 0 || m->value.at[0] == 'n')
                return;
        Str *part = &s->parts[s->plan->evidence.named[m->name]];
        s->odd |= plain_scalar(m->value, m->plain, &raw) == SCALAR_NONE || part_clean(s->n, s->plan, raw, part) < 0;
}

static void document_told(void *userdata, const SplitMember *m) {
        Standing *s = userdata;
        SplitSpan span = { .bytes = m->value };
        if (m->value.at[0] != '{' || s->count == LIMIT_LIST_MEMBERS)
                s->odd = true;
        if (s->odd)
                return;
        memset(s->parts, 0, sizeof s->parts);
        split_members(&span, &s->names, part_told, s);
        s->odd = s->odd || document_write(s->n, s->plan, s->parts, &s->documents[s->count++]) < 0;
}

bool evidence_standing(Normaliser *n, const FieldPlan *plan, Value *v, ValueResult *ret) {
        const SlotSelect *from = plan->from;
        const EvidencePlan *e = &plan->evidence;
        if (plan->take != TAKE_ONE || from->slot < 0 || from->select.n_steps != 1 || from->select.many || plan->split ||
            e->n_names == 0)
                return false;
        SplitSpan list = { .bytes = n->slots[from->slot].bytes };
        if (list.bytes.len == 0 || list.bytes.at[0] != '[')
                return false;
        Standing s;
        s.n = n;
        s.plan = plan;
        s.names = split_names(e->names, e->written, e->n_names);
        s.count = 0;
        s.odd = false;
        split_members(&list, NULL, document_told, &s);
        if (s.odd)
                return false;
        *ret = s.count ? documents_write(n, s.documents, s.count, v) : value_set(v, STR_NULL, STR_NULL);
        return true;
}
