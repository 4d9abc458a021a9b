/* SPDX-License-Identifier: MIT */
/* Every request of a system passes here, log-ins and redirects too: it leaves when the gate lets it, or is answered
 * with why not. */
#include <stdio.h>

#include "connectors/http/http-call.h"

#define QUEUE_BEHIND 1000 /* µs: a request that is not made yet waits until those in line have left, so that what
                            * proves who asks is put in when it is sent */

static uint64_t loop_now(const Http *h) {
        uint64_t now = 0;
        sd_event_now(h->o.loop, CLOCK_MONOTONIC, &now);
        return now;
}

static void ask(Http *h, GateAnswer *ret) {
        gate_ask(&h->gate, loop_now(h), clock_wall(h->o.clock), ret);
}

static void arm(Http *h, uint64_t at) {
        sd_event_source_set_time(h->timer, at);
        sd_event_source_set_enabled(h->timer, at == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int leave_now(HttpCall *c, Err *e) {
        c->trial = gate_sent(&c->http->gate, loop_now(c->http));
        if (c->q.auth == HTTP_AUTH_DIGEST) /* the challenge is an answer of its own */
                gate_sent(&c->http->gate, loop_now(c->http));
        int r = http_call_start(c, e);
        if (r < 0)
                gate_dropped(&c->http->gate, c->trial);
        return r;
}

int http_queue_add(HttpCall *c, Err *e) {
        Http *h = c->http;
        GateAnswer answer;
        if (http_tap_answers(h))
                return http_call_start(c, e);
        ask(h, &answer);
        if (!h->queue && answer.fault == FAULT_NONE && answer.at <= loop_now(h))
                return leave_now(c, e);
        HttpCall **tail = &h->queue;
        while (*tail)
                tail = &(*tail)->next;
        *tail = c;
        c->next = NULL;
        c->queued = true;
        if (h->queue == c)
                arm(h, answer.fault == FAULT_NONE ? answer.at : 0);
        return 0;
}

void http_queue_leave(HttpCall *c) {
        for (HttpCall **at = &c->http->queue; *at; at = &(*at)->next)
                if (*at == c) {
                        *at = c->next;
                        break;
                }
        c->queued = false;
}

static void refuse(HttpCall *c, const GateAnswer *answer) {
        HttpResponse r = { .fault = answer->fault, .retry = RETRY_LATER, .date = INSTANT_NONE,
                           .retry_after = answer->until, .sent = c->hops > 0 };
        snprintf(r.detail, sizeof r.detail, "%s", answer->detail);
        http_call_tell(c, &r);
}

static void start_late(HttpCall *c) {
        HttpResponse r = { .fault = FAULT_NETWORK, .retry = RETRY_LATER, .date = INSTANT_NONE,
                           .retry_after = INSTANT_NONE, .sent = c->hops > 0 };
        Err e = { 0 };
        if (leave_now(c, &e) == 0)
                return;
        snprintf(r.detail, sizeof r.detail, "%.250s", e.text);
        http_call_tell(c, &r);
}

/* Callbacks may send, abandon, and so change the queue: each time it is looked at anew. */
static int pump(sd_event_source *source, uint64_t usec, void *userdata) {
        Http *h = userdata;
        GateAnswer answer;
        while (h->queue) {
                HttpCall *c = h->queue;
                ask(h, &answer);
                if (answer.fault == FAULT_NONE && answer.at > loop_now(h)) {
                        arm(h, answer.at);
                        return 0;
                }
                http_queue_leave(c);
                if (answer.fault == FAULT_NONE)
                        start_late(c);
                else
                        refuse(c, &answer);
        }
        return 0;
}

int http_queue_open(Http *h, Err *e) {
        int r = gate_init(&h->gate, &h->o.gate);
        if (r < 0)
                return err_oom(e);
        r = sd_event_add_time(h->o.loop, &h->timer, CLOCK_MONOTONIC, 0, 1, pump, h);
        if (r >= 0)
                r = sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot attach HTTP to the event loop") : 0;
}

void http_queue_close(Http *h) {
        sd_event_source_disable_unref(h->timer);
        gate_done(&h->gate);
}

uint64_t http_ready_at(Http *h) {
        GateAnswer answer;
        if (http_tap_answers(h))
                return 0;
        ask(h, &answer);
        if (answer.fault != FAULT_NONE || answer.at == UINT64_MAX)
                return 0;
        return h->queue ? answer.at + QUEUE_BEHIND : answer.at;
}

static void tell_opened(const Http *h) {
        char en[400], vi[400];
        const Gate *g = &h->gate;
        long long pause = g->pause / US_SECOND;
        snprintf(en, sizeof en,
                 "%s: %d requests in a row were not served (%s): nothing more is asked for %lld s, then one is tried",
                 h->o.source, g->failures, g->why, pause);
        snprintf(vi, sizeof vi,
                 "%s: %d yêu cầu liên tiếp không được phục vụ (%s): ngừng hỏi %lld giây, sau đó thử một yêu cầu",
                 h->o.source, g->failures, g->why, pause);
        finding_put(h->o.news, &(Finding) { .severity = SEVERITY_WARNING,
                                            .code = "breaker-open",
                                            .subject = h->o.source,
                                            .en = en,
                                            .vi = vi });
}

static void tell_closed(const Http *h) {
        char en[200], vi[200];
        snprintf(en, sizeof en, "%s: serves requests again", h->o.source);
        snprintf(vi, sizeof vi, "%s: đã phục vụ trở lại", h->o.source);
        finding_put(h->o.news, &(Finding) { .severity = SEVERITY_NOTE,
                                            .code = "breaker-closed",
                                            .subject = h->o.source,
                                            .en = en,
                                            .vi = vi });
}

/* A system that answers, however wrongly, is there. */
static bool served(const HttpResponse *r) {
        return r->fault == FAULT_NONE ? r->status < 500 && r->status != 408
                                      : r->fault != FAULT_NETWORK && r->fault != FAULT_TLS;
}

static void failed(HttpCall *c, const HttpResponse *r, uint64_t now, Instant wall) {
        Http *h = c->http;
        bool status = r->fault == FAULT_NONE;
        char why[160];
        if (status)
                snprintf(why, sizeof why, "%.120s: status %d", c->at.path, r->status);
        else
                snprintf(why, sizeof why, "%.150s", r->detail);
        if (gate_failed(&h->gate, c->trial, status ? FAULT_HTTP_STATUS : r->fault, why, now, wall))
                tell_opened(h);
}

void http_queue_ended(HttpCall *c, const HttpResponse *r) {
        Http *h = c->http;
        uint64_t now = loop_now(h);
        Instant wall = clock_wall(h->o.clock);
        if (http_tap_answers(h))
                return;
        if (r && r->retry_after != INSTANT_NONE && r->status >= 400)
                gate_hold(&h->gate, r->retry_after, now, wall);
        if (!r)
                gate_dropped(&h->gate, c->trial);
        else if (!served(r))
                failed(c, r, now, wall);
        else if (gate_served(&h->gate))
                tell_closed(h);
        c->trial = false;
        if (h->queue)
                arm(h, 0);
}
