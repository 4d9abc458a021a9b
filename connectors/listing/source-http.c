/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "connectors/listing/source-parts.h"
#include "connectors/record/normalise-memo.h"

uint64_t source_now(HttpSource *s) {
        uint64_t now = 0;
        sd_event_now(s->env.loop, CLOCK_MONOTONIC, &now);
        return now;
}

/* splitmix64: spreads retries, secures nothing. */
uint64_t source_random(HttpSource *s, uint64_t below) {
        uint64_t z = (s->random += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return below ? (z ^ (z >> 31)) % below : 0;
}

static void arm_at(HttpSource *s, uint64_t at) {
        sd_event_source_set_time(s->timer, at);
        sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

void source_arm(HttpSource *s) {
        if (!s->pumping)
                sd_event_source_set_enabled(s->soon, SD_EVENT_ONESHOT);
}

static int active_count(const HttpSource *s) {
        int n = 0;
        for (const Listing *l = s->listings; l; l = l->next)
                n += l->state != LISTING_ENDED;
        return n;
}

/* When `l` may go on: after its own wait, and when the system's limits let a request go. */
static uint64_t ready_at(const HttpSource *s, const Listing *l) {
        uint64_t slot = http_ready_at(s->http);
        return l->due > slot ? l->due : slot;
}

static bool run_one(HttpSource *s, Listing *l, uint64_t now) {
        if (l->state == LISTING_ENDED) {
                listing_tell_end(l);
                return true;
        }
        if (l->state != LISTING_DUE)
                return false;
        if (ready_at(s, l) > now)
                return false;
        listing_step(l);
        return true;
}

static void queue_put(Queue *q, Queued *item) {
        item->next = NULL;
        *(q->first ? q->last : &q->first) = item;
        q->last = &item->next;
}

static Queued *queue_take(Queue *q) {
        Queued *item = q->first;
        if (item)
                q->first = item->next;
        return item;
}

/* A listing that never was begun. */
static void tell_unbegun(Queued *q, Fault f, const char *detail) {
        ListingEnd end = { .completeness = LISTING_FAILED, .fault = f, .claimed = -1, .retry_after = INSTANT_NONE };
        snprintf(end.detail, sizeof end.detail, "%s", detail);
        q->sink.end(q->sink.userdata, q->partition, &end);
}

static void begin_next(HttpSource *s, uint64_t now) {
        Listing **tail = &s->listings;
        Queued *q = queue_take(&s->waiting);
        Listing *l = listing_new(s, q);
        if (l) {
                l->due = now;
                while (*tail)
                        tail = &(*tail)->next;
                *tail = l;
        } else {
                tell_unbegun(q, FAULT_CANCELLED, "out of memory");
        }
        free(q);
}

/* true: something was done, and any listing may have ended or been queued by it. */
static bool queue_move(HttpSource *s, uint64_t now) {
        if (s->cancelled.first) {
                Queued *q = queue_take(&s->cancelled);
                tell_unbegun(q, FAULT_CANCELLED, "stopped on request");
                free(q);
                return true;
        }
        if (!s->waiting.first || active_count(s) >= s->o.concurrency)
                return false;
        begin_next(s, now);
        return true;
}

/* A callback may queue others or end any: after each step the walk over the few that are under way begins anew. */
static void pump(HttpSource *s) {
        uint64_t now = source_now(s), next = UINT64_MAX;
        s->pumping = true;
        do {
                for (Listing *l = s->listings; l;)
                        l = run_one(s, l, now) ? s->listings : l->next;
        } while (queue_move(s, now));
        s->pumping = false;
        for (Listing *l = s->listings; l; l = l->next)
                if (l->state == LISTING_DUE && ready_at(s, l) < next)
                        next = ready_at(s, l);
        if (next != UINT64_MAX)
                arm_at(s, next);
}

static int timer_ready(sd_event_source *source, uint64_t usec, void *userdata) {
        pump(userdata);
        return 0;
}

static int soon_ready(sd_event_source *source, void *userdata) {
        pump(userdata);
        return 0;
}

static int partitions(Source *source, const Partition **ret, size_t *ret_n, Err *e) {
        HttpSource *s = (HttpSource *) source;
        *ret = s->partitions;
        *ret_n = s->n_partitions;
        return 0;
}

static int list(Source *source, const Partition *p, const SourceSink *sink, Err *e) {
        HttpSource *s = (HttpSource *) source;
        Queued *q = malloc(sizeof *q);
        if (!q)
                return err_oom(e);
        if (!s->listings && !s->waiting.first)
                for (size_t i = 0; i < s->n_sessions; i++)
                        session_forgive(&s->sessions[i]);
        *q = (Queued) { .partition = p, .sink = *sink };
        queue_put(&s->waiting, q);
        source_arm(s);
        return 0;
}

static void cancel(Source *source) {
        HttpSource *s = (HttpSource *) source;
        for (Listing *l = s->listings; l; l = l->next)
                listing_cancel(l);
        for (Queued *q; (q = queue_take(&s->waiting));)
                queue_put(&s->cancelled, q);
        source_arm(s);
}

static void queue_free(Queue *queue) {
        for (Queued *q; (q = queue_take(queue));)
                free(q);
}

static Source *free_source(Source *source) {
        HttpSource *s = (HttpSource *) source;
        while (s->listings) {
                Listing *l = s->listings;
                s->listings = l->next;
                listing_drop(l);
        }
        queue_free(&s->waiting);
        queue_free(&s->cancelled);
        for (size_t i = 0; i < s->n_sessions; i++)
                session_done(&s->sessions[i]);
        http_free(s->http);
        sd_event_source_disable_unref(s->timer);
        sd_event_source_disable_unref(s->soon);
        split_free(&s->split);
        free(s->prints);
        memo_free(s->memo);
        free(s->sessions);
        free(s->partitions);
        free(s->session_at);
        free(s->config);
        arena_free(&s->arena);
        free(s);
        return NULL;
}

static const SourceOps ops = { .partitions = partitions, .list = list, .cancel = cancel, .free = free_source };

static int config_names(HttpSource *s, Err *e) {
        s->config = calloc(s->o.n_values + 1, sizeof *s->config);
        for (size_t i = 0; s->config && i < s->o.n_values; i++) {
                _cleanup_text_ Text name = TEXT_INIT(200);
                text_addf(&name, "config.%s", s->o.values[i].name);
                const char *copy = name.failed ? NULL : arena_copy(&s->arena, text_str(&name));
                if (!copy)
                        return err_oom(e);
                s->config[s->n_config++] = (TemplateValue) { copy, str_of(s->o.values[i].text), INSTANT_NONE };
        }
        return s->config ? 0 : err_oom(e);
}

static int setup(HttpSource *s, Err *e) {
        const Profile *p = s->o.profile;
        HttpOptions http = {
                .loop = s->env.loop,
                .source = s->o.id,
                .tap = s->env.tap,
                .clock = s->env.clock,
                .base_url = s->o.base_url,
                .tls = s->o.tls,
                .secret = s->env.secret_file,
                .secret_userdata = s->env.secret_userdata,
                .allowed_hosts = p->allowed_hosts,
                .session_hosts = p->session_hosts,
                .headers = p->headers,
                .concurrency = s->o.concurrency,
                .gate = { .per_minute = s->o.requests_per_minute,
                          .gap = s->o.request_gap,
                          .quiet = s->o.quiet,
                          .breaker_after = s->o.breaker_after },
                .news = s->env.news,
                .timeout_seconds = s->o.timeout_seconds < 1 || s->o.timeout_seconds > LIMIT_REQUEST_SECONDS
                                           ? LIMIT_REQUEST_SECONDS
                                           : s->o.timeout_seconds,
        };
        int r = http_new(&http, &s->http, e);
        if (r < 0)
                return r;
        s->session_env = (SessionEnv) { s->o.id, &p->session, s->http, &s->env, s->o.logins_per_hour };
        r = config_names(s, e);
        if (r == 0)
                r = source_partitions_build(s, e);
        if (r < 0)
                return r;
        r = sd_event_add_time(s->env.loop, &s->timer, CLOCK_MONOTONIC, 0, 1, timer_ready, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(s->env.loop, &s->soon, soon_ready, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->soon, SD_EVENT_OFF);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot attach %s to the event loop", s->o.id) : 0;
}

int source_http_new(const SourceEnv *env, const SourceOptions *options, Source **ret, Err *e) {
        HttpSource *s = calloc(1, sizeof *s);
        if (!s)
                return err_oom(e);
        *s = (HttpSource) { .source.ops = &ops, .env = *env, .o = *options, .random = env->seed };
        if (s->o.concurrency < 1 || s->o.concurrency > 16)
                s->o.concurrency = 1;
        int r = setup(s, e);
        if (r < 0) {
                free_source(&s->source);
                return r;
        }
        *ret = &s->source;
        return 0;
}
