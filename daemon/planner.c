/* SPDX-License-Identifier: MIT */
#include "daemon/planner.h"

#include <errno.h>

#include "daemon/planner-items.h"
#include "daemon/planner-judge.h"
#include "daemon/planner-page.h"
#include "daemon/report.h"

/* Every required side listed completely since the end: the verdict can be spoken. A forecast takes for granted that
 * what can be read now will be read then. */
static bool planner_verdict_ready(const Planner *p, const Occurrence *o, size_t unit, unsigned readable) {
        unsigned required = planner_required(p, o);

        if (p->forecast)
                return (required & ~readable) == 0;

        for (int side = 0; side < SIDE_COUNT; side++) {
                Instant at;

                if (!(required & (1u << side)))
                        continue;
                at = coverage_complete(&p->coverage, unit, side, o->rule->record_kinds);
                if (at == INSTANT_NONE || at < o->strict_end)
                        return false;
        }
        return true;
}

/* A record that was never stored, only put aside, has no view; its unit is unknown all the same. */
static int quarantine_visit(void *userdata, const QuarantineRow *q, Err *e) {
        Planner *p = userdata;
        const UnitTable *units = p->settings->units;
        const Unit *u = unit_by_id(units, q->unit);

        for (size_t i = 0; u && i < p->settings->n_sources; i++) {
                const SourceOptions *source = &p->settings->sources[i];

                if (!str_eq(str_of(source->id), q->source))
                        continue;
                for (size_t k = 0; k < profile_streams(source->profile); k++)
                        if (str_eq(str_of(profile_stream_name(source->profile, k)), q->stream))
                                p->quarantined[source->side][unit_owner(units, u) - units->units] |=
                                        profile_stream_kind(source->profile, k);
        }
        return 0;
}

static int planner_quarantine(Planner *p, Err *e) {
        size_t size = sizeof(unsigned) * (p->settings->units->n_units + 1);

        for (int side = 0; side < SIDE_COUNT; side++) {
                p->quarantined[side] = arena_get(&p->arena, size);
                if (!p->quarantined[side])
                        return err_oom(e);
                memset(p->quarantined[side], 0, size);
        }
        return store_visit_quarantine(p->store, quarantine_visit, p, e);
}

static int planner_finish_unit(UnitJudge *j, Err *e) {
        Planner *p = j->planner;
        Date born = when_date(store_born(p->store));

        for (size_t i = 0; i < p->n_occurrences; i++) {
                const Occurrence *o = &p->occurrences[i];
                PlanObligation *obligation = j->slot[i];
                int r;

                if (!obligation)
                        continue;
                for (int side = 0; side < SIDE_COUNT && obligation->counts.quarantined == 0; side++)
                        obligation->counts.quarantined += (o->rule->sides & (1u << side)) &&
                                                          (p->quarantined[side][j->unit] & o->rule->record_kinds);
                obligation->state = obligation_state(o, &obligation->counts, planner_required(p, o), j->readable[i]);
                obligation->unreadable = planner_required(p, o) & ~j->readable[i];
                for (int side = 0; side < SIDE_COUNT; side++)
                        obligation->as_of[side] = coverage_complete(&p->coverage, j->unit, side, o->rule->record_kinds);
                obligation->tracked = o->strict >= born;
                obligation->verdict_ready = planner_verdict_ready(p, o, j->unit, j->readable[i]);
                r = store_verdict(p->store, o->id, str_of(p->settings->units->units[j->unit].id), &obligation->verdict,
                                  &obligation->verdict_counts, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int planner_unit(Planner *p, size_t unit, Err *e) {
        _cleanup_(judge_end) UnitJudge j = { 0 };
        int r;

        judge_begin(&j, p, unit);
        if (j.n_slots == 0)
                return 0;
        for (size_t i = 0; i < p->n_occurrences; i++)
                if (j.slot[i])
                        *j.slot[i] = (PlanObligation) { .occurrence = (int) i, .unit = (int) unit };
        r = judge_unit(&j, e);
        return r < 0 ? r : planner_finish_unit(&j, e);
}

static int planner_subs(Planner *p, Err *e) {
        const UnitTable *units = p->settings->units;

        p->subs = arena_get(&p->arena, (units->n_units + 1) * sizeof *p->subs);
        if (!p->subs)
                return err_oom(e);
        memset(p->subs, 0, (units->n_units + 1) * sizeof *p->subs);
        for (size_t i = units->n_units; i > 0; i--) {
                size_t owner = (size_t) (unit_owner(units, &units->units[i - 1]) - units->units);
                PlannerSub *sub;

                if (units->units[i - 1].kind != UNIT_SUB || owner == i - 1)
                        continue;
                sub = arena_get(&p->arena, sizeof *sub);
                if (!sub)
                        return err_oom(e);
                *sub = (PlannerSub) { i - 1, p->subs[owner] };
                p->subs[owner] = sub;
        }
        return 0;
}

/* Obligations were built in a grid of (occurrence x unit); what no unit owes is squeezed out, order kept. */
static void planner_squeeze(Planner *p) {
        size_t n = 0;

        for (size_t i = 0; i < p->n_obligations; i++)
                if (p->obligations[i].unit >= 0)
                        p->obligations[n++] = p->obligations[i];
        p->n_obligations = n;
}

static int planner_obligations(Planner *p, Err *e) {
        size_t n_units = p->settings->units->n_units;
        int r;

        p->n_obligations = p->n_occurrences * n_units;
        p->obligations = arena_get(&p->arena, sizeof(PlanObligation) * (p->n_obligations + 1));
        if (!p->obligations)
                return err_oom(e);
        for (size_t i = 0; i < p->n_obligations; i++)
                p->obligations[i] = (PlanObligation) { .unit = -1 };
        r = planner_subs(p, e);
        if (r == 0)
                r = judge_touched(p, e);
        for (size_t unit = 0; unit < n_units && r >= 0; unit++)
                r = planner_unit(p, unit, e);
        planner_squeeze(p);
        return r;
}

static int planner_as_of(Planner *p, Err *e) {
        size_t n = p->settings->units->n_units;

        p->as_of = arena_get(&p->arena, sizeof(LetterAsOf) * (n + 1));
        if (!p->as_of)
                return err_oom(e);
        for (size_t i = 0; i < n; i++)
                for (int side = 0; side < SIDE_COUNT; side++) {
                        p->as_of[i].configured[side] = settings_source(p->settings, side) != NULL;
                        p->as_of[i].read[side] = coverage_complete(&p->coverage, i, side, KIND_BOTH);
                }
        return 0;
}

static int planner_fill(Planner *p, Instant now, Err *e) {
        const Settings *s = p->settings;
        PlanClaim *claims;
        PlanLastMail *last;
        int r;

        r = coverage_read(p->store, s, &p->coverage, e);
        if (r < 0)
                return r;
        coverage_fresh(&p->coverage, p->known, p->fresh);
        store_set_fresh(p->store, p->fresh);
        r = deadline_open(s->deadlines, s->n_deadlines, &s->calendar, p->today, &p->occurrences,
                          &p->n_occurrences, e);
        if (r < 0)
                return r;
        if (p->n_occurrences > DEADLINE_MAX * 2)
                return err_set(e, -E2BIG, RETRY_RECONFIGURE, "more than %d deadlines are open at once",
                               DEADLINE_MAX * 2);
        r = planner_quarantine(p, e);
        if (r >= 0)
                r = planner_obligations(p, e);
        if (r >= 0)
                r = planner_as_of(p, e);
        p->input = (PlanInput) {
                .policy = &s->plan,
                .calendar = &s->calendar,
                .units = s->units,
                .roles = s->roles,
                .n_roles = s->n_roles,
                .occurrences = p->occurrences,
                .n_occurrences = p->n_occurrences,
                .obligations = p->obligations,
                .n_obligations = p->n_obligations,
                .now = now,
        };
        if (r >= 0)
                r = store_plan_read(p->store, p->occurrences, p->n_occurrences, &p->arena, &claims, &p->input.n_claims,
                                    &last, &p->input.n_last_mail, e);
        if (r >= 0)
                r = store_morning_read(p->store, now, &p->arena, &p->input.morning, e);
        if (r < 0)
                return r;
        p->input.claims = claims;
        p->input.last_mail = last;
        return plan_make(&p->input, &p->plan, e);
}

int planner_build(Store *s, const Settings *settings, Instant now, Instant known, Planner **ret, Err *e) {
        _cleanup_(planner_freep) Planner *p = calloc(1, sizeof(Planner));
        int r;

        if (!p)
                return err_oom(e);
        p->settings = settings;
        p->store = s;
        p->known = known;
        p->today = when_date(now);
        p->forecast = known < now;
        r = planner_fill(p, now, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p);
        return 0;
}

Planner *planner_free(Planner *p) {
        if (!p)
                return NULL;
        plan_free(p->plan);
        coverage_free(&p->coverage);
        free(p->occurrences);
        arena_free(&p->items);
        arena_free(&p->arena);
        free(p);
        return NULL;
}

static int planner_read_items(Planner *p, const NewMessage *m, Err *e) {
        int r = 0;

        for (size_t i = 0; i < m->n_claims && r == 0; i++)
                if (m->claims[i].obligation)
                        r = judge_items(p, m->claims[i].unit, e);
        return r;
}

int planner_letter(Planner *p, size_t i, Text *subject, Text *body, Err *e) {
        const NewMessage *m = &p->plan->messages[i];
        LetterOptions options = p->settings->letter;
        _cleanup_arena_ Arena arena = { 0 };
        LetterPage *pages = NULL;
        size_t n_pages = 0;
        int r = planner_read_items(p, m, e);

        if (r == 0)
                r = planner_pages(p, m, &arena, &pages, &n_pages, e);
        if (r < 0)
                return r;
        if (p->settings->plan.mode == MAIL_REDIRECT)
                options.redirect_from = m->to->address;
        return letter_write(&(LetterInput) { .plan = &p->input, .message = m, .options = &options, .as_of = p->as_of,
                                             .pages = pages, .n_pages = n_pages }, subject, body, e);
}

static const char *planner_kind(const NewMessage *m) {
        for (size_t i = 0; i < m->n_claims; i++)
                if (m->claims[i].stage != STAGE_PAGE)
                        return "reminder";
        return "page";
}

/* A message but for its words. */
static MessageDraft planner_draft(const Planner *p, const NewMessage *m) {
        const MailSettings *mail = &p->settings->mail;
        bool redirect = p->settings->plan.mode == MAIL_REDIRECT;

        return (MessageDraft) { .channel = "mail",
                                .kind = planner_kind(m),
                                .person = m->to->person,
                                .name = redirect ? mail->redirect_name : m->to->name,
                                .address = redirect ? mail->redirect_address : m->to->address,
                                .claims = m->claims,
                                .n_claims = m->n_claims };
}

/* One letter at a time. */
typedef struct Words { Planner *planner; Text subject, body, json; } Words;

static int words_write(Words *w, size_t i, MessageDraft *d, Err *e) {
        Planner *p = w->planner;
        int r;

        text_clear(&w->subject);
        text_clear(&w->body);
        text_clear(&w->json);
        r = planner_letter(p, i, &w->subject, &w->body, e);
        if (r < 0)
                return r;
        d->subject = w->subject.at;
        d->body = w->body.at;
        r = planner_json(p, &p->plan->messages[i], d, &w->json, e);
        d->json = w->json.at;
        planner_items_forget(p);
        return r;
}

/* One that cannot be written keeps nobody else waiting; it stays due. */
static int words_of(void *userdata, size_t i, MessageDraft *d, Err *e) {
        Words *w = userdata;
        Err why = { 0 };
        int r = words_write(w, i, d, &why);

        if (r == -ENOMEM)
                return err_oom(e);
        if (r >= 0)
                return 0;
        err_prefix(&why, "mail to %s", d->person);
        report_err(LOG_CRIT, &why, "a mail cannot be written");
        return LETTER_E_UNWRITTEN;
}

int planner_commit(Planner *p, PlanReport *ret, Err *e) {
        _cleanup_free_ MessageDraft *drafts = calloc(p->plan->n_messages + 1, sizeof *drafts);
        Words words = { p, TEXT_INIT(4096), TEXT_INIT(256 << 10), TEXT_INIT(512 << 10) };
        int r;

        if (!drafts)
                return err_oom(e);
        for (size_t i = 0; i < p->plan->n_messages; i++)
                drafts[i] = planner_draft(p, &p->plan->messages[i]);
        r = store_plan_commit(p->store, &(PlanCommit) {
                .input = &p->input, .verdicts = p->plan->verdicts, .n_verdicts = p->plan->n_verdicts,
                .drafts = drafts, .n_drafts = p->plan->n_messages, .letter = words_of, .userdata = &words,
                .mode = p->settings->plan.mode,
                .batch_limit = p->settings->mail.batch_limit, .message_domain = p->settings->mail.message_domain,
                .sending_time = p->plan->sending_time, .judged = p->judged, .n_judged = p->n_judged,
                .now = p->input.now }, ret, e);
        text_free(&words.subject);
        text_free(&words.body);
        text_free(&words.json);
        return r;
}
