/* SPDX-License-Identifier: MIT */
#include "daemon/planner-items.h"

#include <errno.h>

#define ITEMS_BYTES (4u << 20) /* about what those come to that are kept while records are judged (ITEMS_KEPT) */

void planner_items_sort(PlanObligation *o) {
        if (o->n_items > 1)
                qsort(o->items, o->n_items, sizeof(PlanItem), plan_item_cmp);
}

void planner_items_forget(Planner *p) {
        if (p->items.total < ITEMS_BYTES)
                return;
        for (size_t i = 0; i < p->n_obligations; i++) {
                p->obligations[i].items = NULL;
                p->obligations[i].n_items = 0;
        }
        arena_clear(&p->items);
}

static void items_find_worst(PlanObligation *o) {
        o->worst = 0;
        for (size_t i = 1; i < o->n_items; i++)
                if (plan_item_cmp(&o->items[i], &o->items[o->worst]) > 0)
                        o->worst = i;
}

int planner_item_keep(Planner *p, PlanObligation *o, const RecordView *v, ItemReason why, Err *e) {
        size_t max = (size_t) p->settings->plan.items_max, at;
        bool counted = o->counts.outstanding > 0; /* read for a letter: no room for more than there are */
        PlanItem probe = { .key = v->key, .code = v->identity.code, .kind = v->identity.kind, .why = why };

        if (counted && (size_t) o->counts.outstanding < max)
                max = (size_t) o->counts.outstanding;
        if (!o->items && !(o->items = arena_get(&p->items, sizeof(PlanItem) * (max + 1))))
                return err_oom(e);
        if (o->n_items == max && (max == 0 || plan_item_cmp(&probe, &o->items[o->worst]) >= 0))
                return 0;
        at = o->n_items < max ? o->n_items++ : o->worst;
        if (plan_item_make(&p->items, p->settings->units, v, why, &o->items[at]) < 0)
                return err_oom(e);
        if (o->n_items == max)
                items_find_worst(o);
        return 0;
}

static void json_member(Text *t, const char *key, Str value) {
        text_addf(t, "\"%s\":", key);
        text_add_json(t, value);
}

static void json_items(const PlanObligation *o, Text *t) {
        text_add(t, STR(",\"items\":["));
        for (size_t i = 0; i < o->n_items; i++) {
                text_add(t, i ? STR(",{") : STR("{"));
                json_member(t, "key", o->items[i].key);
                text_addc(t, ',');
                json_member(t, "title", o->items[i].title);
                text_addc(t, ',');
                json_member(t, "reason", str_of(reason_names[o->items[i].why.reason]));
                text_addc(t, '}');
        }
        text_addc(t, ']');
}

/* The coordinating department's mail counts, it does not list; so does its alert. */
static void json_claim(const Planner *p, const NewClaim *c, bool items, Text *t) {
        text_addc(t, '{');
        json_member(t, "deadline", str_of(p->occurrences[c->occurrence].id));
        text_addc(t, ',');
        json_member(t, "unit", str_of(c->unit < 0 ? "" : p->settings->units->units[c->unit].id));
        text_addc(t, ',');
        json_member(t, "stage", str_of(stage_names[c->stage]));
        text_addc(t, ',');
        json_member(t, "seat", str_of(seat_kinds[c->seat]));
        if (c->obligation) {
                text_addc(t, ',');
                json_member(t, "state", str_of(obligation_states[c->obligation->state]));
                text_addf(t, ",\"outstanding\":%d", c->obligation->counts.outstanding);
                if (items && c->seat != SEAT_COORDINATOR)
                        json_items(c->obligation, t);
        }
        text_addc(t, '}');
}

static void json_alert(const Planner *p, const NewMessage *m, const MessageDraft *d, bool items, Text *t) {
        char when[WHEN_TEXT];

        text_add(t, STR("{\"version\":1,"));
        json_member(t, "kind", str_of(d->kind));
        text_addc(t, ',');
        json_member(t, "planned_at", str_of(when_iso(p->input.now, when)));
        text_add(t, STR(",\"to\":{"));
        json_member(t, "name", str_of(d->name));
        text_addc(t, ',');
        json_member(t, "address", str_of(d->address));
        text_add(t, STR("},"));
        json_member(t, "subject", str_of(d->subject));
        text_addc(t, ',');
        json_member(t, "text", str_of(d->body));
        text_add(t, STR(",\"claims\":["));
        for (size_t i = 0; i < m->n_claims; i++) {
                if (i)
                        text_addc(t, ',');
                json_claim(p, &m->claims[i], items, t);
        }
        text_add(t, STR("]}\n"));
}

int planner_json(const Planner *p, const NewMessage *m, const MessageDraft *d, Text *t, Err *e) {
        json_alert(p, m, d, true, t);
        if (t->failed == -E2BIG) { /* who answers for very many units: the text says it all */
                text_clear(t);
                json_alert(p, m, d, false, t);
        }
        return t->failed ? err_set(e, t->failed, RETRY_LATER, "the alert does not fit into JSON of 512 KiB") : 0;
}
