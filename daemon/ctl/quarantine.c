/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

#include "state/store-listing.h"

typedef struct Quarantined {
        Ctl *ctl;
        Sheet sheet;
} Quarantined;

static void quarantine_text(Sheet *s, Str text) {
        if (text.len > 0)
                sheet_str(s, text);
        else
                sheet_text(s, NULL);
}

static int quarantine_row(void *userdata, const QuarantineRow *q, Err *e) {
        Quarantined *w = userdata;
        Sheet *s = &w->sheet;

        (void) e;
        sheet_str(s, q->source);
        sheet_str(s, q->stream);
        sheet_str(s, q->account);
        quarantine_text(s, q->place);
        quarantine_text(s, q->unit);
        quarantine_text(s, q->key);
        sheet_code(s, fault_names[q->fault], w->ctl->vi ? fault_vn(q->fault) : fault_names[q->fault]);
        quarantine_text(s, q->field);
        quarantine_text(s, q->value);
        quarantine_text(s, q->nearest);
        sheet_when(s, q->since);
        quarantine_text(s, q->sample);
        return 0;
}

static int invalid_row(void *userdata, const InvalidRow *q, Err *e) {
        Quarantined *w = userdata;
        Sheet *s = &w->sheet;

        (void) e;
        sheet_str(s, q->source);
        sheet_str(s, q->stream);
        sheet_str(s, q->account);
        quarantine_text(s, q->unit);
        sheet_str(s, q->key);
        sheet_str(s, q->field);
        quarantine_text(s, q->value);
        sheet_when(s, q->since);
        return 0;
}

/* Fields that could not be read: their records are stored without them. */
static int quarantine_fields(Quarantined *w, Err *e) {
        static const SheetColumn columns[] = {
                { "source", W_H_SOURCE, 0 }, { "stream", W_H_STREAM, 0 }, { "account", W_H_ACCOUNT, 0 },
                { "unit", W_H_UNIT, SHEET_JSON }, { "key", W_H_KEY, 0 }, { "field", W_H_FIELD, 0 },
                { "value", W_H_VALUE, SHEET_ELASTIC }, { "since", W_H_SINCE, 0 },
        };
        int r;

        SHEET_BEGIN(&w->sheet, &w->ctl->out, "invalid", W_T_INVALID, columns);
        r = store_visit_invalid(w->ctl->store, invalid_row, w, e);
        return r >= 0 ? sheet_end(&w->sheet, e) : r;
}

int verb_quarantine(Ctl *c) {
        static const SheetColumn columns[] = {
                { "source", W_H_SOURCE, 0 },
                { "stream", W_H_STREAM, 0 },
                { "account", W_H_ACCOUNT, 0 },
                { "place", W_H_PLACE, 0 },
                { "unit", W_H_UNIT, SHEET_JSON },
                { "key", W_H_KEY, 0 },
                { "fault", W_H_FAULT, 0 },
                { "field", W_H_FIELD, 0 },
                { "value", W_H_VALUE, SHEET_ELASTIC },
                { "nearest", W_H_NEAREST, 0 },
                { "since", W_H_SINCE, 0 },
                { "sample", W_NONE, SHEET_JSON },
        };
        Quarantined w = { .ctl = c };
        Err e = { 0 };
        int r;

        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        SHEET_BEGIN(&w.sheet, &c->out, "quarantine", W_T_QUARANTINE, columns);
        r = store_visit_quarantine(c->store, quarantine_row, &w, &e);
        if (r >= 0)
                r = sheet_end(&w.sheet, &e);
        if (r >= 0)
                r = quarantine_fields(&w, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
