/* SPDX-License-Identifier: MIT */
#include "connectors/listing/listing-note.h"

#include <stdio.h>

static void put(const SourceSink *sink, const Partition *p, const ListingNote *n) {
        if (sink->note)
                sink->note(sink->userdata, p, n);
}

/* "NV-01", "NV-01, nhiem-vu.xlsx row 17". */
static void place_write(Text *t, Str code, Str file, int row) {
        const char *before = "";
        if (code.len > 0) {
                text_addf(t, STR_FMT, STR_ARG(code));
                before = ", ";
        }
        if (row <= 0)
                return;
        file = str_cut(file, 90);
        text_addf(t, "%s" STR_FMT "%srow %d", before, STR_ARG(file), file.len ? " " : "", row);
}

void note_quarantine(ListingEnd *end, const Partition *p, const Quarantine *q) {
        _cleanup_text_ Text place = TEXT_INIT(RECORD_KEY_MAX + 200);
        Str field = str_cut(q->field, 60), value = str_cut(q->value, 100), nearest = str_cut(q->nearest, 60);
        end->quarantined++;
        if (end->fault != FAULT_NONE)
                return;
        place_write(&place, str_cut(q->identity.code, 60), q->file, q->row);
        end->fault = q->fault;
        snprintf(end->detail, sizeof end->detail, "%.40s %s: " STR_FMT " `" STR_FMT "`%s" STR_FMT, p->stream,
                 place.at ? place.at : "", STR_ARG(field), STR_ARG(value), q->nearest.len ? ", nearest: " : "",
                 STR_ARG(nearest));
}

void note_invalid(const SourceSink *sink, const Partition *p, const StreamPlan *stream, const RecordSide *side,
                  Str file, int row) {
        for (size_t i = 0; i < stream->n_fields; i++) {
                FieldId id = stream->fields[i].id;
                const Value *v = &side->field[id];
                _cleanup_text_ Text place = TEXT_INIT(RECORD_KEY_MAX + 200), en = TEXT_INIT(1200), vi = TEXT_INIT(1200);
                Str raw = str_cut(v->raw, 100);
                if (v->state != VALUE_INVALID)
                        continue;
                place_write(&place, side->identity.code, file, row);
                text_addf(&en, "%s `" STR_FMT "` cannot be read: %s", field_table[id].key, STR_ARG(raw),
                          place.at ? place.at : "");
                text_addf(&vi, "%s: không đọc được `" STR_FMT "`: %s", field_table[id].vi, STR_ARG(raw),
                          place.at ? place.at : "");
                put(sink, p, &(ListingNote) { .severity = SEVERITY_WARNING, .code = fault_names[FAULT_FIELD_INVALID],
                                              .topic = field_table[id].key, .count = 1, .en = en.at ? en.at : "",
                                              .vi = vi.at ? vi.at : "" });
        }
}

void note_left_out(ListingEnd *end, const SourceSink *sink, const Partition *p, const RowsLeft *left) {
        _cleanup_text_ Text en = TEXT_INIT(400), vi = TEXT_INIT(400);
        text_add(&en, STR("rows that are no records: "));
        text_add(&vi, STR("các dòng không phải bản ghi: "));
        size_t bare = en.len;
        rows_left_text(left, false, &en);
        rows_left_text(left, true, &vi);
        if (en.len == bare || en.failed || vi.failed)
                return;
        put(sink, p, &(ListingNote) { .severity = SEVERITY_NOTE, .code = "rows-left-out", .topic = "", .count = 1,
                                      .en = en.at, .vi = vi.at });
        if (end->detail[0] == '\0')
                snprintf(end->detail, sizeof end->detail, "%s", en.at);
}
