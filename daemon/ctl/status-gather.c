/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/status.h"

#include "daemon/coverage.h"

#include <stdio.h>

#define CHASED_DAYS 31 /* a deadline is chased for four weeks after its end */

bool status_partition_trouble(const PartitionState *p) {
        return p->completeness != LISTING_COMPLETE || p->refusal != 0;
}

static StatusSource *gather_source(Status *s, const Partition *p) {
        for (size_t i = 0; i < s->n_sources; i++)
                if (strcmp(s->source[i].id, p->source) == 0)
                        return &s->source[i];
        if (s->n_sources == STATUS_SOURCES)
                return NULL;
        s->source[s->n_sources] = (StatusSource) { .side = p->side, .newest = INSTANT_NONE };
        snprintf(s->source[s->n_sources].id, sizeof s->source->id, "%s", p->source);
        return &s->source[s->n_sources++];
}

static int gather_partition(void *userdata, const PartitionState *p, Err *e) {
        Status *s = userdata;
        StatusSource *source = gather_source(s, &p->partition);

        (void) e;
        s->trouble_partitions += status_partition_trouble(p);
        s->refusals += p->refusal != 0;
        if (!source)
                return 0;
        source->partitions++;
        source->by[p->completeness]++;
        source->refused += p->refusal != 0;
        if (p->last_complete > source->newest)
                source->newest = p->last_complete;
        return 0;
}

/* Configured and never read is blind too, and would not be met among the partitions. */
static int gather_blind(Status *s, Err *e) {
        const Settings *settings = s->ctl->settings;
        _cleanup_coverage_ Coverage c = { 0 };
        int r;

        if (!settings)
                return 0;
        r = coverage_read(s->ctl->store, settings, &c, e);
        for (size_t i = 0; r >= 0 && i < settings->n_sources; i++) {
                const SourceOptions *o = &settings->sources[i];
                StatusSource *source = gather_source(s, &(Partition) { .source = o->id, .side = o->side });

                if (source)
                        source->blind = coverage_source_blind(&c, o->side, s->ctl->now);
        }
        return r;
}

static int gather_quarantine(void *userdata, const QuarantineRow *q, Err *e) {
        Status *s = userdata;

        (void) e;
        s->quarantined[q->fault]++;
        s->n_quarantined++;
        return 0;
}

static int gather_message(void *userdata, const Message *m, Err *e) {
        Status *s = userdata;
        bool lately = m->settled != INSTANT_NONE && s->ctl->now - m->settled < US_DAY;

        (void) e;
        s->messages[m->state]++;
        s->undelivered += m->state == MESSAGE_UNKNOWN || m->state == MESSAGE_HELD ||
                          (m->state == MESSAGE_PERMANENT && lately);
        return 0;
}

static StatusDeadline *gather_deadline(Status *s, Str id) {
        for (size_t i = 0; i < s->n_deadlines; i++)
                if (str_eq(str_of(s->deadline[i].id), id))
                        return &s->deadline[i];
        if (s->n_deadlines == STATUS_DEADLINES)
                return NULL;
        s->deadline[s->n_deadlines] = (StatusDeadline) { .before = DATE_NONE, .strict = DATE_NONE, .safe = DATE_NONE };
        snprintf(s->deadline[s->n_deadlines].id, sizeof s->deadline->id, STR_FMT, STR_ARG(id));
        return &s->deadline[s->n_deadlines++];
}

static int gather_open(Status *s, Err *e) {
        const Settings *settings = s->ctl->settings;
        Date today = when_date(s->ctl->now);
        Occurrence *open = NULL, next;
        size_t n = 0;
        int r = 0;

        if (!settings)
                return 0;
        r = deadline_open(settings->deadlines, settings->n_deadlines, &settings->calendar, today, &open, &n, e);
        for (size_t i = 0; r >= 0 && i <= n; i++) {
                const Occurrence *o = i < n ? &open[i] : &next;
                StatusDeadline *d;

                if (i == n &&
                    !deadline_next(settings->deadlines, settings->n_deadlines, &settings->calendar, today, &next))
                        break;
                d = gather_deadline(s, str_of(o->id));
                if (!d)
                        break;
                d->before = o->before;
                d->strict = o->strict;
                d->safe = o->safe;
                d->open = d->open || i < n;
        }
        free(open);
        return r;
}

static int gather_obligation(void *userdata, const ObligationRow *o, Err *e) {
        Status *s = userdata;
        StatusDeadline *d;

        (void) e;
        if (o->strict < when_date(s->ctl->now) - CHASED_DAYS)
                return 0;
        d = gather_deadline(s, o->occurrence);
        if (!d)
                return 0;
        d->before = o->before;
        d->strict = o->strict;
        d->judged = true;
        d->units[o->state]++;
        d->verdicts[o->verdict]++;
        return 0;
}

static int gather_episode(void *userdata, const Episode *ep, Err *e) {
        Status *s = userdata;

        (void) e;
        if (str_eq(ep->kind, STR("clock")))
                s->clock_doubted = ep->opened;
        s->episodes++;
        return 0;
}

int status_gather(Ctl *c, Status *ret, Err *e) {
        int r;

        *ret = (Status) { .ctl = c, .clock_doubted = INSTANT_NONE };
        if (!c->store)
                return 0;
        r = store_visit_partitions(c->store, gather_partition, ret, e);
        if (r >= 0)
                r = gather_blind(ret, e);
        if (r >= 0)
                r = store_visit_quarantine(c->store, gather_quarantine, ret, e);
        if (r >= 0)
                r = store_visit_messages(c->store, gather_message, ret, e);
        if (r >= 0)
                r = gather_open(ret, e);
        if (r >= 0)
                r = store_visit_obligations(c->store, STR_NULL, gather_obligation, ret, e);
        if (r >= 0)
                r = store_visit_episodes(c->store, true, gather_episode, ret, e);
        return r;
}

bool status_trouble(const Status *s) {
        bool blind = false;

        for (size_t i = 0; i < s->n_sources; i++)
                blind = blind || s->source[i].blind;
        return blind || s->episodes > 0 || s->trouble_partitions > 0 || s->undelivered > 0;
}
