/* SPDX-License-Identifier: MIT */
#include "daemon/planner-judge.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>

#include "daemon/planner-items.h"

/* Obligations whose items are kept while their records are read anyway; of more units they are read for the letter. */
#define ITEMS_KEPT 128

/* A judgement: the record's number (four bytes, little end first), its kind, and a byte for each slot. */
#define JUDGED_COVERED 0x80
#define JUDGED_WAITING 0x40
#define JUDGED_REASON 0x0f
static_assert(REASON_COUNT <= JUDGED_REASON + 1, "a reason does not fit");

#define JUDGED_VERSION 1         /* of what obligation.c makes of a record */
#define JUDGED_BYTES (64u << 20) /* of one unit */

unsigned planner_required(const Planner *p, const Occurrence *o) {
        unsigned sides = 0;

        for (int side = 0; side < SIDE_COUNT; side++)
                if ((o->rule->sides & (1u << side)) && settings_source(p->settings, side))
                        sides |= 1u << side;
        return sides;
}

static unsigned readable_sides(const Planner *p, const Occurrence *o, size_t unit) {
        unsigned required = planner_required(p, o), readable = 0;

        for (int side = 0; side < SIDE_COUNT; side++)
                if ((required & (1u << side)) &&
                    coverage_readable(&p->coverage, unit, side, o->rule->record_kinds, p->known))
                        readable |= 1u << side;
        return readable;
}

void judge_begin(UnitJudge *j, Planner *p, size_t unit) {
        const UnitTable *units = p->settings->units;
        const Unit *u = &units->units[unit];

        *j = (UnitJudge) { .planner = p, .unit = unit, .records = TEXT_INIT(JUDGED_BYTES) };
        for (size_t i = 0; i < p->n_occurrences; i++) {
                if (u->kind == UNIT_SUB || !(p->occurrences[i].rule->unit_kinds & (1u << u->kind)))
                        continue;
                j->slot[i] = &p->obligations[i * units->n_units + unit];
                j->readable[i] = readable_sides(p, &p->occurrences[i], unit);
                j->n_slots++;
        }
}

void judge_end(UnitJudge *j) {
        text_free(&j->records);
}

static void mark_text(Text *mark, const char *text) {
        (void) text_add(mark, str_of(text));
        (void) text_addc(mark, '\n');
}

/* Everything a judgement depends on but the record's rows. */
static int judge_mark(const UnitJudge *j, Text *mark, Err *e) {
        Planner *p = j->planner;
        const UnitTable *units = p->settings->units;

        (void) text_addf(mark, "%d %d %d %d ", JUDGED_VERSION, (int) p->today, p->fresh[SIDE_CENTRAL],
                         p->fresh[SIDE_PORTAL]);
        for (FieldId f = 0; f < FIELD_COUNT; f++)
                (void) text_addf(mark, "%d ", (int) p->settings->merge.merge[f]);
        for (size_t i = 0; i < p->n_occurrences; i++) {
                const Occurrence *o = &p->occurrences[i];

                if (!j->slot[i])
                        continue;
                (void) text_addf(mark, "%lld %u %u %u ", (long long) o->window_from, o->rule->record_kinds,
                                 o->rule->sides, j->readable[i]);
                mark_text(mark, o->id);
                mark_text(mark, o->rule->bloc);
        }
        for (const PlannerSub *sub = p->subs[j->unit]; sub; sub = sub->next)
                mark_text(mark, units->units[sub->unit].id);
        return mark->failed ? err_oom(e) : 0;
}

static int judge_slot(UnitJudge *j, size_t i, const RecordView *v, Err *e) {
        const Occurrence *o = &j->planner->occurrences[i];
        ItemReason why;
        unsigned byte = 0;

        if (obligation_covers(o, v)) {
                why = obligation_reason(o, v, j->readable[i], j->planner->today);
                byte = JUDGED_COVERED | why.reason;
                if (why.reason == REASON_NONE && obligation_waiting(v, j->readable[i]))
                        byte |= JUDGED_WAITING;
                else if (why.reason != REASON_NONE && j->items &&
                         planner_item_keep(j->planner, j->slot[i], v, why, e) < 0)
                        return e->code;
        }
        return text_addc(&j->records, (char) byte) < 0 ? err_oom(e) : 0;
}

static int judge_visit(void *userdata, const RecordView *v, Err *e) {
        UnitJudge *j = userdata;
        uint32_t id = htole32((uint32_t) v->id);
        int r = 0;

        if (text_add(&j->records, (Str) { (const char *) &id, sizeof id }) < 0 ||
            text_addc(&j->records, (char) v->identity.kind) < 0)
                return err_oom(e);
        for (size_t i = 0; i < j->planner->n_occurrences && r == 0; i++)
                if (j->slot[i])
                        r = judge_slot(j, i, v, e);
        return r;
}

typedef struct Judgement {
        int64_t record;
        RecordKind kind;
        const unsigned char *byte;
} Judgement;

static size_t judgement_size(const UnitJudge *j) {
        return sizeof(uint32_t) + 1 + j->n_slots;
}

static Judgement judgement_at(const UnitJudge *j, Str records, size_t i) {
        const char *at = records.at + i * judgement_size(j);
        uint32_t id;

        memcpy(&id, at, sizeof id);
        return (Judgement) { le32toh(id), (RecordKind) at[sizeof id], (const unsigned char *) at + sizeof id + 1 };
}

static void judgement_count(UnitJudge *j, const Judgement *d) {
        Planner *p = j->planner;
        bool put_aside = p->put_aside.n > 0 && touched_have(&p->put_aside, d->record);
        size_t at = 0;

        p->tasks += d->kind == KIND_TASK;
        p->indicators += d->kind == KIND_INDICATOR;
        for (size_t i = 0; i < p->n_occurrences; i++) {
                ObligationCounts *c = j->slot[i] ? &j->slot[i]->counts : NULL;
                unsigned byte = c ? d->byte[at++] : 0;

                if (!(byte & JUDGED_COVERED))
                        continue;
                c->records++;
                c->quarantined += put_aside;
                c->waiting += (byte & JUDGED_WAITING) != 0;
                if (byte & JUDGED_REASON) {
                        c->outstanding++;
                        c->by_reason[byte & JUDGED_REASON]++;
                }
        }
}

static void judgements_count(UnitJudge *j, Str records) {
        for (size_t i = 0; i < records.len / judgement_size(j); i++) {
                Judgement d = judgement_at(j, records, i);

                judgement_count(j, &d);
        }
}

/* Every record of the unit and of its sub-units. */
static int judge_walk(UnitJudge *j, Err *e) {
        Planner *p = j->planner;
        const Unit *units = p->settings->units->units;
        int r = store_visit_unit(p->store, str_of(units[j->unit].id), &p->settings->merge, judge_visit, j, e);

        for (const PlannerSub *sub = p->subs[j->unit]; sub && r >= 0; sub = sub->next)
                r = store_visit_unit(p->store, str_of(units[sub->unit].id), &p->settings->merge, judge_visit, j, e);
        return r;
}

/* ---- what changed since the last plan ---- */

static int touched_visit(void *userdata, const RecordView *v, Err *e) {
        Planner *p = userdata;
        const UnitTable *units = p->settings->units;
        const Unit *u = unit_by_id(units, v->unit);
        _cleanup_(judge_end) UnitJudge j = { 0 };
        PlannerAnew *anew;
        int r;

        if (!u)
                return 0;
        judge_begin(&j, p, (size_t) (unit_owner(units, u) - units->units));
        if (j.n_slots == 0)
                return 0;
        r = judge_visit(&j, v, e);
        if (r < 0)
                return r;
        anew = arena_get(&p->arena, sizeof *anew);
        if (!anew || arena_str(&p->arena, text_str(&j.records), &anew->judgement) < 0)
                return err_oom(e);
        anew->next = p->anew[j.unit];
        p->anew[j.unit] = anew;
        return 0;
}

int judge_touched(Planner *p, Err *e) {
        size_t n = p->settings->units->n_units + 1;
        int r = store_judged_begin(p->store, e);

        if (r == 0)
                r = store_touched_read(p->store, &p->arena, &p->touched, e);
        if (r == 0)
                r = store_put_aside_read(p->store, &p->arena, &p->put_aside, e);
        if (r < 0)
                return r;
        p->anew = arena_get(&p->arena, n * sizeof *p->anew);
        p->judged = arena_get(&p->arena, n * sizeof *p->judged);
        if (!p->anew || !p->judged)
                return err_oom(e);
        memset(p->anew, 0, n * sizeof *p->anew);
        if (p->touched.all || p->touched.n == 0)
                return 0;
        return store_visit_touched(p->store, &p->settings->merge, touched_visit, p, e);
}

#if NQ57_TEST_BUILD
/* Every suite that plans tests that what is remembered is what a look at the records gives. */
static int judge_check(const UnitJudge *j, Err *e) {
        _cleanup_(judge_end) UnitJudge anew = { 0 };
        PlanObligation fresh[DEADLINE_MAX * 2] = { 0 };
        int tasks = j->planner->tasks, indicators = j->planner->indicators, r;

        judge_begin(&anew, j->planner, j->unit);
        for (size_t i = 0; i < j->planner->n_occurrences; i++)
                anew.slot[i] = j->slot[i] ? &fresh[i] : NULL;
        r = judge_walk(&anew, e);
        if (r < 0)
                return r;
        judgements_count(&anew, text_str(&anew.records));
        j->planner->tasks = tasks;
        j->planner->indicators = indicators;
        for (size_t i = 0; i < j->planner->n_occurrences; i++)
                if (j->slot[i] && memcmp(&fresh[i].counts, &j->slot[i]->counts, sizeof fresh[i].counts) != 0)
                        return err_set(e, -EPROTO, RETRY_NEVER, "planning: what is remembered of %s is not what it is",
                                       j->planner->settings->units->units[j->unit].id);
        return 0;
}
#else
static int judge_check(const UnitJudge *j, Err *e) {
        (void) j;
        (void) e;
        return 0;
}
#endif

/* What was kept, without the records that were written since, and with what they come to now. */
static int judge_again(UnitJudge *j, Str before, Err *e) {
        Planner *p = j->planner;
        size_t size = judgement_size(j);

        for (size_t i = 0; i < before.len / size; i++)
                if (!touched_have(&p->touched, judgement_at(j, before, i).record))
                        (void) text_add(&j->records, (Str) { before.at + i * size, size });
        for (const PlannerAnew *anew = p->anew[j->unit]; anew; anew = anew->next)
                (void) text_add(&j->records, anew->judgement);
        return j->records.failed ? err_oom(e) : 0;
}

/* *ret_known: what is kept of the unit holds, but for the records that were written since. */
static int judge_recall(UnitJudge *j, Str mark, Text *before, bool *ret_known, Err *e) {
        Planner *p = j->planner;
        Str unit = str_of(p->settings->units->units[j->unit].id);
        int r = p->touched.all ? 1 : store_judged_read(p->store, unit, mark, before, e);

        if (r < 0)
                return r;
        *ret_known = r == 0 && before->len % judgement_size(j) == 0;
        return 0;
}

static void judge_sort(UnitJudge *j) {
        for (size_t i = 0; i < j->planner->n_occurrences; i++)
                if (j->slot[i])
                        planner_items_sort(j->slot[i]);
}

int judge_unit(UnitJudge *j, Err *e) {
        _cleanup_text_ Text mark = TEXT_INIT(JUDGED_BYTES), before = TEXT_INIT(JUDGED_BYTES);
        Planner *p = j->planner;
        Str unit = str_of(p->settings->units->units[j->unit].id);
        bool known = false;
        int r;

        p->judged[p->n_judged++] = unit;
        r = judge_mark(j, &mark, e);
        if (r == 0)
                r = judge_recall(j, text_str(&mark), &before, &known, e);
        if (r < 0)
                return r;
        if (known && p->touched.n == 0) {
                judgements_count(j, text_str(&before));
                return judge_check(j, e);
        }
        j->items = !known && p->n_judged * j->n_slots <= ITEMS_KEPT;
        r = known ? judge_again(j, text_str(&before), e) : judge_walk(j, e);
        if (r < 0)
                return r;
        judge_sort(j);
        judgements_count(j, text_str(&j->records));
        r = store_judged_put(p->store, unit, text_str(&mark), text_str(&j->records), e);
        return r == 0 && known ? judge_check(j, e) : r;
}

static PlanObligation *obligation_of(Planner *p, int occurrence, int unit) {
        for (size_t from = 0, to = p->n_obligations; from < to;) {
                size_t middle = from + (to - from) / 2;
                PlanObligation *o = &p->obligations[middle];

                if (o->occurrence == occurrence && o->unit == unit)
                        return o;
                if (o->occurrence < occurrence || (o->occurrence == occurrence && o->unit < unit))
                        from = middle + 1;
                else
                        to = middle;
        }
        return NULL;
}

int judge_items(Planner *p, int unit, Err *e) {
        _cleanup_(judge_end) UnitJudge j = { 0 };
        bool wanted = false;
        int r;

        judge_begin(&j, p, (size_t) unit);
        j.items = true;
        for (size_t i = 0; i < p->n_occurrences; i++) {
                j.slot[i] = j.slot[i] ? obligation_of(p, (int) i, unit) : NULL;
                wanted = wanted || (j.slot[i] && j.slot[i]->counts.outstanding > 0 && !j.slot[i]->items);
        }
        if (!wanted)
                return 0;
        r = judge_walk(&j, e);
        judge_sort(&j);
        return r < 0 ? r : 0;
}
