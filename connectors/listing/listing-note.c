/* SPDX-License-Identifier: MIT */
#include "connectors/listing/listing-note.h"

#include <stdio.h>

static int cut(Str s, size_t most) {
        return (int) (s.len > most ? most : s.len);
}

void note_quarantine(ListingEnd *end, const Partition *p, const Quarantine *q) {
        char place[120] = "";
        end->quarantined++;
        if (end->fault != FAULT_NONE)
                return;
        if (q->row > 0)
                snprintf(place, sizeof place, "%.*s%srow %d ", cut(q->file, 90), q->file.len ? q->file.at : "",
                         q->file.len ? " " : "", q->row);
        end->fault = q->fault;
        snprintf(end->detail, sizeof end->detail, "%.40s %s" STR_FMT ": %.*s `%.*s`%s%.*s", p->stream, place,
                 STR_ARG(q->identity.code), cut(q->field, 60), q->field.at ? q->field.at : "", cut(q->value, 120),
                 q->value.at ? q->value.at : "", q->nearest.len ? ", nearest: " : "", cut(q->nearest, 60),
                 q->nearest.at ? q->nearest.at : "");
}

void note_invalid(FindingSink *sink, const Partition *p, const StreamPlan *stream, const RecordSide *side, int *count) {
        for (size_t i = 0; i < stream->n_fields && *count < LISTING_FINDINGS_MAX; i++) {
                FieldId id = stream->fields[i].id;
                const Value *v = &side->field[id];
                char subject[200], en[300], vi[300];
                if (v->state != VALUE_INVALID)
                        continue;
                snprintf(subject, sizeof subject, "%s/%s/%.*s", p->source, p->stream, (int) side->identity.code.len,
                         side->identity.code.at);
                snprintf(en, sizeof en, "%s `%.*s` cannot be read", field_table[id].key, cut(v->raw, 100),
                         v->raw.at ? v->raw.at : "");
                snprintf(vi, sizeof vi, "%s: không đọc được `%.*s`", field_table[id].vi, cut(v->raw, 100),
                         v->raw.at ? v->raw.at : "");
                finding_put(sink, &(Finding) { .severity = SEVERITY_WARNING, .code = fault_names[FAULT_FIELD_INVALID],
                                               .subject = subject, .en = en, .vi = vi });
                (*count)++;
        }
}
