/* SPDX-License-Identifier: MIT */
#include "connectors/setup/probe-detail.h"

#include <errno.h>

#include "connectors/decode/document.h"
#include "connectors/setup/look-parts.h"

#define DETAILS_LOOKED 50

/* As a record of the profile has it: its members are "$.detail.NAME". */
static int wrap(json_object *all, json_object *detail) {
        _cleanup_(json_root_freep) json_object *one = json_object_new_object();
        if (!one)
                return -ENOMEM;
        if (json_object_object_add(one, "detail", json_object_get(detail)) < 0) {
                json_object_put(detail);
                return -ENOMEM;
        }
        if (json_object_array_add(all, one) < 0)
                return -ENOMEM;
        TAKE_PTR(one);
        return 0;
}

int probe_detail_add(json_object **all, const StreamPlan *plan, Str body) {
        const DetailPlan *d = &plan->details;
        _cleanup_(json_root_freep) json_object *around = NULL, *root = NULL;
        json_object *found;
        char why[160];
        if (!*all && !(*all = json_object_new_array()))
                return -ENOMEM;
        if (json_object_array_length(*all) == DETAILS_LOOKED ||
            (d->inside.text && document_inside(body, &d->inside, &around, &body, why) != FAULT_NONE) ||
            document_parse(body, &root, why) != FAULT_NONE)
                return 0;
        found = root;
        if (d->record.text && select_get(&d->record, root, &found) != SELECTED_VALUE)
                return 0;
        return json_object_is_type(found, json_type_object) ? wrap(*all, found) : 0;
}

/* Whether one of the two lies in the other. */
static bool along(const Select *s, const Select *member) {
        if (!s->text)
                return false;
        for (int i = 0; i < s->n_steps && i < member->n_steps; i++)
                if (s->steps[i].deep || s->steps[i].kind != SELECT_NAME)
                        return true;
                else if (!str_eq(s->steps[i].name, member->steps[i].name))
                        return false;
        return true;
}

static bool is_read(const StreamPlan *plan, const Select *member) {
        for (size_t i = 0; i < plan->n_fields; i++)
                for (size_t k = 0; k < plan->fields[i].n_from; k++)
                        if (along(&plan->fields[i].from[k].select, member))
                                return true;
        return along(&plan->code.select, member) || along(&plan->period.select, member) ||
               along(&plan->by.select, member);
}

int probe_detail_look(Arena *a, json_object *all, const StreamPlan *plan, ProbeStream *s) {
        if (!all || json_object_array_length(all) == 0)
                return 0;
        int r = look_members(a, all, &s->detail);
        s->detail.records = (int) json_object_array_length(all);
        if (s->detail.n_members > 0) { /* "$.detail" itself */
                s->detail.members++;
                s->detail.n_members--;
        }
        for (int i = 0; i < s->detail.n_members && r == 0; i++) {
                const LookMember *m = &s->detail.members[i];
                Select path;
                size_t at;
                const char *why;
                r = select_compile(a, m->path, &path, &at, &why);
                if (r == 0 && !is_read(plan, &path))
                        s->unread[s->n_unread++] = m->path;
                r = r < 0 ? r : 0;
        }
        return r;
}
