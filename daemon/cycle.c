/* SPDX-License-Identifier: MIT */
/* Order that matters: a listing is applied when it ends, in whatever order sources answer (merging does not care);
 * planning waits for all of them, so that nobody is reminded of what the other system already shows as done. */
#include "daemon/cycle.h"

#include "daemon/alarm.h"
#include "daemon/planner.h"
#include "daemon/report.h"
#include "daemon/retire.h"
#include "daemon/summary.h"
#include "state/model/kill.h"

#include <errno.h>
#include <stdio.h>

/* One listing under way: the sink of its source, and where it is staged. */
typedef struct Poll {
        Cycle *cycle;
        const Partition *partition;
        SourceSink sink;
        ListingContext context;
        Listing *listing;
} Poll;

struct Cycle {
        CycleEnv env;
        Poll *polls;
        size_t n_polls, open;
        int unserved[SIDE_COUNT]; /* listings in a row that the system did not serve at all */
        Fault dead_of[SIDE_COUNT];
        bool dead[SIDE_COUNT], cancelled, finished;
        Instant newest[SIDE_COUNT];
        sd_event_source *limit, *finish;
        Summary summary;
        CycleReport report;
        void (*done)(void *userdata, const CycleReport *r);
        void *userdata;
};

/* ---- poll, normalise: what the sources deliver is staged ---- */

static int poll_open(Poll *poll, Err *e) {
        Cycle *c = poll->cycle;

        return store_listing_begin(c->env.store, poll->partition, &poll->context, clock_wall(c->env.clock),
                                   &poll->listing, e);
}

static int poll_begin(void *userdata, const Partition *p, ListingMemory *ret, Err *e) {
        int r = poll_open(userdata, e);

        (void) p;
        if (r >= 0)
                *ret = *listing_memory(((Poll *) userdata)->listing);
        return r;
}

static int poll_recall(void *userdata, const Partition *p, int number, PageMemory *ret, Err *e) {
        (void) p;
        return listing_recall(((Poll *) userdata)->listing, number, ret, e);
}

/* The listing is read from its start once more: what was staged of it goes. */
static int poll_again(void *userdata, const Partition *p, Err *e) {
        Poll *poll = userdata;

        (void) p;
        poll->listing = listing_free(poll->listing);
        return poll_open(poll, e);
}

static int poll_page(void *userdata, const Partition *p, int number, const PageMemory *page, bool *ret_known,
                     int *ret_members, Err *e) {
        (void) p;
        return listing_page(((Poll *) userdata)->listing, number, page, ret_known, ret_members, e);
}

static int poll_span(void *userdata, const Partition *p, uint64_t print, bool *ret_known, Err *e) {
        (void) p;
        return listing_span(((Poll *) userdata)->listing, print, ret_known, e);
}

static int poll_record(void *userdata, const Partition *p, const RecordSide *r, uint64_t print, Err *e) {
        (void) p;
        return listing_put(((Poll *) userdata)->listing, r, print, e);
}

static size_t poll_number(const Poll *poll) {
        return (size_t) (poll - poll->cycle->polls);
}

static int poll_quarantine(void *userdata, const Partition *p, const Quarantine *q, Err *e) {
        _cleanup_text_ Text text = TEXT_INIT(4096), topic = TEXT_INIT(300);
        Str value = str_cut(q->value, 200);
        Poll *poll = userdata;
        int r = listing_quarantine(poll->listing, q, e);

        if (r != 0)
                return r < 0 ? r : 0; /* told when it was put aside */
        (void) text_addf(&text, "a record is put aside, %s" STR_FMT "%s" STR_FMT ": %s `" STR_FMT "`%s" STR_FMT,
                         q->identity.code.len ? "code " : "", STR_ARG(q->identity.code),
                         q->identity.code.len ? ", " : "", STR_ARG(q->field), fault_names[q->fault], STR_ARG(value),
                         q->nearest.len ? ", nearest " : "", STR_ARG(q->nearest));
        (void) text_add(&topic, str_cut(q->field, 200));
        summary_add(&poll->cycle->summary,
                    &(SummaryNote) { .priority = LOG_WARNING, .id = REPORT_QUARANTINE, .key = "NQ57_FAULT",
                                     .code = fault_names[q->fault], .topic = topic.at ? topic.at : "", .partition = p,
                                     .listing = poll_number(poll), .count = 1, .text = text.at ? text.at : "",
                                     .more = "nq57ctl quarantine" });
        return 0;
}

static void poll_note(void *userdata, const Partition *p, const ListingNote *n) {
        static const int priorities[] = { LOG_NOTICE, LOG_WARNING, LOG_ERR };
        Poll *poll = userdata;

        summary_add(&poll->cycle->summary,
                    &(SummaryNote) { .priority = priorities[n->severity], .id = REPORT_NONE, .key = "NQ57_FINDING",
                                     .code = n->code, .topic = n->topic, .partition = p,
                                     .listing = poll_number(poll), .count = n->count,
                                     .text = poll->cycle->env.vi ? n->vi : n->en });
}

/* ---- reconcile, store: one listing, one transaction ---- */

static void poll_freshness(Poll *poll) {
        Cycle *c = poll->cycle;
        Coverage known = { .settings = c->env.settings };

        memcpy(known.newest, c->newest, sizeof(known.newest));
        coverage_fresh(&known, clock_wall(c->env.clock), poll->context.fresh);
        poll->context.fresh[poll->partition->side] = true;
        if (poll->listing)
                listing_set_fresh(poll->listing, poll->context.fresh);
}

/* Read whole, with records put aside: of many accounts one word in a profile does that to all. */
static void poll_told_aside(const Poll *poll, const ListingEnd *end) {
        char text[sizeof end->detail + 100];

        snprintf(text, sizeof text, "%s: %s: %s", completeness_names[end->completeness], fault_names[end->fault],
                 end->detail);
        summary_add(&poll->cycle->summary, &(SummaryNote) { .priority = LOG_WARNING,
                                                            .id = REPORT_LISTING,
                                                            .key = "NQ57_FAULT",
                                                            .code = fault_names[end->fault],
                                                            .topic = "(listing)",
                                                            .partition = poll->partition,
                                                            .listing = poll_number(poll),
                                                            .count = 1,
                                                            .text = text,
                                                            .more = "nq57ctl status" });
}

static void poll_told(const Poll *poll, const ListingEnd *end, const ListingReport *r) {
        const Partition *p = poll->partition;
        const ReportField fields[] = { { "NQ57_FAULT", fault_names[end->fault] },
                                       { "NQ57_SOURCE", p->source },
                                       { "NQ57_STREAM", p->stream },
                                       { "NQ57_ACCOUNT", p->account },
                                       { "NQ57_GUARD", r->trip ? guard_names[r->trip] : NULL },
                                       { 0 } };

        if (r->trip != GUARD_FINE)
                report(LOG_ERR, REPORT_REFUSED, fields,
                       "%s/%s (%s) refused: %s (nq57ctl accept %lld | nq57ctl reject %lld)", p->source, p->stream,
                       p->account, r->en, (long long) r->refusal, (long long) r->refusal);
        else if (end->completeness == LISTING_PARTIAL && end->whole && end->quarantined > 0)
                poll_told_aside(poll, end);
        else if (end->completeness != LISTING_COMPLETE)
                report(end->fault == FAULT_QUIET                  ? LOG_DEBUG /* said once for the whole system */
                       : end->completeness == LISTING_FAILED ? LOG_ERR
                                                             : LOG_WARNING,
                       REPORT_LISTING, fields,
                       "%s/%s (%s) %s: %s: %s", p->source, p->stream, p->account, completeness_names[end->completeness],
                       fault_names[end->fault], end->detail);
        else if (r->repeats > 0)
                report(LOG_NOTICE, REPORT_NONE, fields,
                       "%s/%s (%s): %lld records came again in one reading%s%s: each has a key that another has",
                       p->source, p->stream, p->account, (long long) r->repeats, *r->repeated ? ", as " : "",
                       r->repeated);
        else
                report(LOG_DEBUG, REPORT_NONE, fields, "%s/%s (%s): %lld records, %lld added, %lld changed, %lld gone",
                       p->source, p->stream, p->account, (long long) r->members, (long long) r->added,
                       (long long) r->changed, (long long) r->gone);
        if (r->older > 0)
                report(LOG_NOTICE, REPORT_NONE, fields,
                       "%s/%s (%s): %lld records not taken: newer data told of them, or of their unit, before",
                       p->source, p->stream, p->account, (long long) r->older);
}

static void poll_count(Cycle *c, const Partition *p, const ListingEnd *end, Completeness completeness) {
        CycleSide *side = &c->report.side[p->side];

        side->complete += completeness == LISTING_COMPLETE;
        side->partial += completeness == LISTING_PARTIAL;
        side->failed += completeness == LISTING_FAILED;
        if (completeness != LISTING_COMPLETE && (end->retry < side->retry || side->partial + side->failed == 1))
                side->retry = end->retry;
        if (end->retry_after != INSTANT_NONE &&
            (side->retry_after == INSTANT_NONE || end->retry_after > side->retry_after))
                side->retry_after = end->retry_after;
}

static int poll_store(Poll *poll, ListingEnd *end, ListingReport *ret, Err *e) {
        Cycle *c = poll->cycle;
        Instant now = clock_wall(c->env.clock);
        int r = 0;

        if (!poll->listing)
                r = poll_open(poll, e);
        if (r >= 0)
                poll_freshness(poll);
        if (r >= 0)
                r = listing_apply(poll->listing, end, now, ret, e);
        if (r == 0 && ret->doubted)
                listing_end_doubt(end, ret->en);
        if (r == 0 && end->whole && coverage_counts(c->env.settings, poll->partition)) {
                Instant at = end->as_of == 0 ? now : end->as_of, *newest = &c->newest[poll->partition->side];

                if (at > *newest)
                        *newest = at;
        }
        return r;
}

static bool poll_served(const ListingEnd *end) {
        if (end->completeness != LISTING_FAILED)
                return true;
        switch (end->fault) {
        case FAULT_NETWORK:
        case FAULT_TLS:
        case FAULT_RATE_LIMITED:
                return false;
        case FAULT_HTTP_STATUS:
                return end->retry == RETRY_RECONFIGURE; /* a refusal of this one account, not an outage */
        default:
                return true;
        }
}

/* A system that is down is not asked 250 times, nor told of in 250 lines; what was not tried says so in the store.
 * Whether it was tried. */
static bool poll_reached(Cycle *c, const Partition *p, ListingEnd *end) {
        bool served = poll_served(end);

        if (c->dead[p->side] && end->fault == FAULT_CANCELLED) {
                end->fault = c->dead_of[p->side];
                end->retry = RETRY_LATER;
                snprintf(end->detail, sizeof(end->detail), "not tried: the system served none of the listings before");
                return false;
        }
        c->unserved[p->side] = served ? 0 : c->unserved[p->side] + 1;
        if (c->unserved[p->side] < CYCLE_DEAD_AFTER || c->dead[p->side])
                return true;
        c->dead[p->side] = true;
        c->dead_of[p->side] = end->fault;
        report(LOG_ERR, REPORT_LISTING,
               (ReportField[]) { { "NQ57_FAULT", fault_names[end->fault] }, { "NQ57_SOURCE", p->source }, { 0 } },
               "%s: %d listings in a row not served (%s): the others are not tried this time", p->source,
               CYCLE_DEAD_AFTER, fault_names[end->fault]);
        c->env.source[p->side]->ops->cancel(c->env.source[p->side]);
        return true;
}

static void cycle_finish_soon(Cycle *c);

static void poll_end(void *userdata, const Partition *p, const ListingEnd *given) {
        Poll *poll = userdata;
        Cycle *c = poll->cycle;
        ListingEnd end = *given;
        ListingReport stored = { 0 };
        Err e = { 0 };
        bool tried;
        int r;

        tried = poll_reached(c, p, &end);
        if (!c->cancelled) {
                r = poll_store(poll, &end, &stored, &e);
                if (r < 0) {
                        report_err(LOG_ERR, &e, "a listing could not be stored; the old state stays");
                        end.completeness = LISTING_FAILED;
                        c->report.trouble = true;
                } else if (r == LISTING_E_STOPPED)
                        end.completeness = LISTING_FAILED;
                else if (tried)
                        poll_told(poll, &end, &stored);
                poll_count(c, p, &end, r == LISTING_E_REFUSED ? LISTING_PARTIAL : end.completeness);
        }
        poll->listing = listing_free(poll->listing);
        if (--c->open == 0)
                cycle_finish_soon(c);
}

/* ---- plan, deliver ---- */

static void cycle_count(Cycle *c, const Planner *p) {
        c->report.tasks = p->tasks;
        c->report.indicators = p->indicators;
        c->report.sending_time = p->plan->sending_time;
        for (size_t i = 0; i < p->n_obligations; i++) {
                c->report.behind += p->obligations[i].state == OBLIGATION_BEHIND;
                c->report.unknown += p->obligations[i].state == OBLIGATION_UNKNOWN;
        }
}

static int cycle_plan(Cycle *c, Err *e) {
        _cleanup_(planner_freep) Planner *p = NULL;
        Instant now = clock_wall(c->env.clock);
        int r = planner_build(c->env.store, c->env.settings, now, now, &p, e);

        if (r < 0)
                return r;
        KILL_POINT("cycle-before-plan");
        r = planner_commit(p, &c->report.plan, e);
        if (r < 0)
                return r;
        cycle_count(c, p);
        c->report.planned = true;
        if (c->report.plan.planned > 0)
                report(LOG_INFO, REPORT_PLANNED, NULL, "%d mail%s planned, %d superseded, %d held for release",
                       c->report.plan.planned, PLURAL(c->report.plan.planned), c->report.plan.superseded,
                       c->report.plan.held);
        return 0;
}

/* A clock that is not believed leaves no tick: by it the next cycle would believe it. */
static int cycle_deliver(Cycle *c, Err *e) {
        int r = alarm_look(c->env.store, c->env.settings, clock_wall(c->env.clock), e);

        if (r >= 0)
                r = c->env.hold_mail ? store_flush(c->env.store, e)
                                     : store_tick(c->env.store, clock_wall(c->env.clock), e);
        return r < 0 ? r : deliver_pump(c->env.deliver, e);
}

/* Retiring accounts and planning; what fails here leaves everybody without a reminder, so it is an alarm of its own. */
static void cycle_plan_told(Cycle *c) {
        Err e = { 0 }, why = { 0 };
        int r = retire_partitions(c->env.store, c->env.settings, clock_wall(c->env.clock), &e);

        if (r >= 0 && !c->env.hold_mail)
                r = cycle_plan(c, &e);
        if (r < 0) {
                report_err(LOG_ERR, &e, "planning failed; it is tried again at the next cycle");
                c->report.trouble = true;
        }
        if (alarm_set(c->env.store, c->env.settings, ALARM_PLAN, "plan", r < 0 ? e.text : NULL,
                      clock_wall(c->env.clock), &why) < 0)
                report_err(LOG_ERR, &why, "cannot record an alarm");
}

static int cycle_finish(sd_event_source *source, void *userdata) {
        Cycle *c = userdata;
        Err e = { 0 };

        (void) source;
        c->finished = true;
        sd_event_source_disable_unref(c->limit);
        c->limit = NULL;
        summary_tell(&c->summary, c->env.vi);
        if (!c->cancelled)
                cycle_plan_told(c);
        if (!c->cancelled && cycle_deliver(c, &e) < 0) {
                report_err(LOG_ERR, &e, "the outbox could not be worked off");
                c->report.trouble = true;
        }
        c->done(c->userdata, &c->report);
        return 0;
}

/* From the loop, never from inside a source's callback: `done` may free the sources. */
static void cycle_finish_soon(Cycle *c) {
        if (c->finish || c->finished)
                return;
        if (sd_event_add_defer(c->env.loop, &c->finish, cycle_finish, c) < 0)
                sd_event_exit(c->env.loop, -ENOMEM);
}

/* ---- starting and ending ---- */

static int cycle_limit(sd_event_source *source, uint64_t usec, void *userdata) {
        Cycle *c = userdata;

        (void) source;
        (void) usec;
        report(LOG_WARNING, REPORT_NONE, NULL,
               "a source is still listing after %d minutes; planning goes on without it",
               (int) (CYCLE_LIMIT / US_MINUTE));
        for (int side = 0; side < SIDE_COUNT; side++)
                if (c->env.source[side])
                        c->env.source[side]->ops->cancel(c->env.source[side]);
        return 0;
}

static void poll_init(Cycle *c, Poll *poll, const Partition *p) {
        const Settings *s = c->env.settings;
        const SourceOptions *source = settings_source(s, p->side);

        *poll = (Poll) {
                .cycle = c,
                .partition = p,
                .sink = { .begin = poll_begin,
                          .recall = poll_recall,
                          .page = poll_page,
                          .span = poll_span,
                          .record = poll_record,
                          .quarantine = poll_quarantine,
                          .again = poll_again,
                          .note = poll_note,
                          .end = poll_end,
                          .userdata = poll },
                .context = { .links = s->links,
                             .units = s->units,
                             .policy = &s->merge,
                             .guards = &s->guards,
                             .digest = s->digest ^ profile_digest(source->profile) ^ source->digest,
                             .blind_after = source->blind_hours * US_HOUR },
        };
        poll_freshness(poll);
}

static int cycle_gather(Cycle *c, unsigned sides, Err *e) {
        const Partition *list[SIDE_COUNT] = { 0 };
        size_t n[SIDE_COUNT] = { 0 };

        for (int side = 0; side < SIDE_COUNT; side++) {
                int r;

                if (!(sides & (1u << side)) || !c->env.source[side])
                        continue;
                r = c->env.source[side]->ops->partitions(c->env.source[side], &list[side], &n[side], e);
                if (r < 0)
                        return r;
                c->report.polled |= 1u << side;
        }
        c->polls = calloc(n[SIDE_CENTRAL] + n[SIDE_PORTAL] + 1, sizeof(Poll));
        if (!c->polls)
                return err_oom(e);
        c->summary.listings = n[SIDE_CENTRAL] + n[SIDE_PORTAL];
        for (int side = 0; side < SIDE_COUNT; side++)
                for (size_t i = 0; i < n[side]; i++)
                        poll_init(c, &c->polls[c->n_polls++], &list[side][i]);
        return 0;
}

/* Once one listing is under way the cycle has to live until it ends: one that cannot begin only fails itself. */
static int cycle_poll(Cycle *c, Err *e) {
        int r = sd_event_add_time_relative(c->env.loop, &c->limit, CLOCK_BOOTTIME, CYCLE_LIMIT, US_SECOND, cycle_limit,
                                           c);

        if (r < 0)
                return err_set(e, r, RETRY_NEVER, "cannot arm a timer");
        for (size_t i = 0; i < c->n_polls; i++) {
                const Partition *p = c->polls[i].partition;
                Source *source = c->env.source[p->side];
                Err why = { 0 };

                if (source->ops->list(source, p, &c->polls[i].sink, &why) >= 0) {
                        c->open++;
                        continue;
                }
                report_err(LOG_ERR, &why, "a listing could not begin");
                c->report.side[p->side].failed++;
        }
        if (c->open == 0)
                cycle_finish_soon(c);
        return 0;
}

int cycle_start(const CycleEnv *env, unsigned sides, void (*done)(void *userdata, const CycleReport *r), void *userdata,
                Cycle **ret, Err *e) {
        _cleanup_(cycle_freep) Cycle *c = calloc(1, sizeof(Cycle));
        _cleanup_coverage_ Coverage coverage = { 0 };
        int r;

        if (!c)
                return err_oom(e);
        *c = (Cycle) { .env = *env, .done = done, .userdata = userdata };
        settings_ref(c->env.settings);
        r = coverage_read(env->store, env->settings, &coverage, e);
        if (r < 0)
                return r;
        for (int side = 0; side < SIDE_COUNT; side++) {
                c->newest[side] = coverage.newest[side];
                c->report.side[side].retry_after = INSTANT_NONE;
        }
        r = cycle_gather(c, sides, e);
        if (r >= 0)
                r = cycle_poll(c, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}

void cycle_cancel(Cycle *c) {
        c->cancelled = true;
        for (int side = 0; side < SIDE_COUNT; side++)
                if (c->env.source[side] && (c->report.polled & (1u << side)))
                        c->env.source[side]->ops->cancel(c->env.source[side]);
}

Cycle *cycle_free(Cycle *c) {
        if (!c)
                return NULL;
        for (size_t i = 0; i < c->n_polls; i++)
                listing_free(c->polls[i].listing);
        free(c->polls);
        summary_free(&c->summary);
        sd_event_source_disable_unref(c->limit);
        sd_event_source_disable_unref(c->finish);
        settings_unref(c->env.settings);
        free(c);
        return NULL;
}
