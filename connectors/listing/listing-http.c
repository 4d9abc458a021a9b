/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/decode/html.h"
#include "connectors/listing/listing-note.h"
#include "connectors/listing/listing-parts.h"

#define BACKOFF (500 * (uint64_t) 1000) /* µs; doubled at each try, jittered over the whole of it */

void listing_stop(Listing *l, Fault f, Retry retry, const char *format, ...) {
        char detail[sizeof l->end.detail];
        va_list args;
        va_start(args, format);
        vsnprintf(detail, sizeof detail, format, args);
        va_end(args);
        if (f != FAULT_NONE || l->end.fault == FAULT_NONE) { /* else: of a record that was put aside */
                l->end.fault = f;
                memcpy(l->end.detail, detail, sizeof detail);
                session_redact(l->session, l->end.detail);
        }
        l->end.retry = retry;
        l->state = LISTING_ENDED;
        source_arm(l->source);
}

Listing *listing_new(HttpSource *s, const Queued *q) {
        Listing *l = calloc(1, sizeof *l);
        if (!l)
                return NULL;
        *l = (Listing) { .source = s, .partition = q->partition, .sink = q->sink, .state = LISTING_DUE };
        l->stream = profile_stream(s->o.profile, q->partition->stream);
        l->session = &s->sessions[s->session_at[q->partition - s->partitions]];
        l->end = (ListingEnd) { .claimed = -1, .retry_after = INSTANT_NONE };
        pager_begin(&l->pager, &l->stream->paging);
        return l;
}

static void go_on(Listing *l, uint64_t until) {
        l->state = LISTING_DUE;
        l->due = until;
        source_arm(l->source);
}

void listing_go_on(Listing *l) {
        go_on(l, source_now(l->source));
}

/* Tries again after a jittered pause (full jitter), or gives up. A longer pause that was asked for ends the listing,
 * the schedule comes back after it; a shorter one is kept by the system's gate. */
static void retry(Listing *l, Fault f, Retry when, Instant asked, const char *detail) {
        HttpSource *s = l->source;
        Instant wall = clock_wall(s->env.clock), longest = wall + LIMIT_RETRY_AFTER_SECONDS * US_SECOND;
        if (asked != INSTANT_NONE) {
                l->end.retry_after = asked < longest ? asked : longest;
                if (asked - wall > GATE_WAIT_MAX)
                        when = when == RETRY_NOW ? RETRY_LATER : when;
        }
        if (when != RETRY_NOW) {
                listing_stop(l, f, when, "%s", detail);
                return;
        }
        if (++l->tries >= LIMIT_REQUEST_TRIES) {
                if (f == FAULT_HTTP_STATUS && details_pass_over(l, detail))
                        return;
                listing_stop(l, f, RETRY_LATER, "%s (tried %d times)", detail, LIMIT_REQUEST_TRIES);
                return;
        }
        if (++l->retried > LIMIT_LISTING_RETRIES + l->end.requests / 20) {
                listing_stop(l, f, RETRY_LATER, "%s (%d requests of this listing had to be sent again)", detail,
                             l->retried - 1);
                return;
        }
        go_on(l, source_now(s) + source_random(s, BACKOFF << l->tries));
}

static void session_ready(void *userdata, const SessionFailure *f);

static void session_failed(Listing *l, const SessionFailure *f) {
        if (f->ours)
                l->end.retry_after = f->retry_after;
        retry(l, f->fault, f->retry, f->ours ? INSTANT_NONE : f->retry_after, f->detail);
}

static void answered(void *userdata, HttpResponse *r);

static void request_send(Listing *l, const RequestText *request) {
        HttpSource *s = l->source;
        const SessionPlan *plan = &s->o.profile->session;
        _cleanup_(session_pass_done) SessionPass pass = { 0 };
        Err e = { 0 };
        HttpRequest q = { .account = l->session->account,
                          .target = request->target.at,
                          .post = request->post,
                          .body = text_str(&request->body),
                          .sealed = request->post && plan->place == CARRIER_BODY,
                          .content_type = request->content_type,
                          .headers = request->headers,
                          .keep = l->stream->keep,
                          .body_max = (size_t) s->o.profile->limits.body,
                          .follow = s->o.profile->limits.redirects,
                          .stop_path = plan->login_path };
        if (listing_conditions(l, &q, &e) < 0)
                listing_broken(l, &e);
        else if (session_sign(l->session, &pass, &q) < 0)
                listing_stop(l, FAULT_TOO_LARGE, RETRY_LATER, "the request does not fit");
        else if (http_send(s->http, &q, answered, l, &l->call, &e) < 0)
                listing_stop(l, http_send_fault(e.code), e.retry, "%.300s", e.text);
        else
                l->state = LISTING_CALL;
}

static void request_make(Listing *l) {
        RequestText request;
        request_text_init(&request);
        int r = listing_request(l, &request);
        if (r == 0)
                request_send(l, &request);
        else if (r == -EINVAL && l->details)
                details_missing(l, false, "a value in its path is empty or walks up");
        else if (r == -EINVAL && !l->asks_parents && l->stream->each.kind != EACH_NONE)
                listing_slice_missing(l, false, "a value in its path is empty or walks up");
        else
                listing_stop(l, r == -EINVAL ? FAULT_SELECTOR_MISSING : FAULT_TOO_LARGE,
                             r == -EINVAL ? RETRY_RECONFIGURE : RETRY_LATER, "%s: %s", l->stream->path,
                             r == -EINVAL ? "a value in the path is empty or walks up" : "the request does not fit");
        request_text_free(&request);
}

static bool begin(Listing *l) {
        Err e = { 0 };
        l->began = true;
        l->started = source_now(l->source);
        if (l->sink.begin(l->sink.userdata, l->partition, &l->memory, &e) >= 0) {
                listing_memory_begin(l);
                return true;
        }
        l->broken = true;
        listing_stop(l, FAULT_CANCELLED, e.retry, "%.300s", e.text);
        return false;
}

void listing_step(Listing *l) {
        if (!l->began && (!begin(l) || !listing_flow_begin(l)))
                return;
        if (listing_over_requests(l))
                return;
        l->waiter = (SessionWaiter) { .ready = session_ready, .userdata = l };
        switch (session_want(l->session, &l->waiter)) {
        case SESSION_READY:
                l->generation = l->session->generation;
                request_make(l);
                if (!l->call) /* others wait for what comes of it */
                        session_used(l->session, l->generation, SESSION_USE_UNSENT, 0);
                return;
        case SESSION_WAIT:
                l->state = LISTING_SESSION;
                return;
        default:
                session_failed(l, &l->session->failure);
        }
}

/* Called while the session walks through its waiters: what follows begins from the queue. */
static void session_ready(void *userdata, const SessionFailure *f) {
        Listing *l = userdata;
        if (f)
                session_failed(l, f);
        else
                go_on(l, source_now(l->source));
}

/* Not let in: once the session is given up and made anew; the second time it is lost. */
static void not_let_in(Listing *l, Fault f, int status, const char *said) {
        const SessionPlan *plan = &l->source->o.profile->session;
        bool anew = plan->n_login > 0 || plan->handed;
        char detail[300];
        snprintf(detail, sizeof detail, "%s", said);
        session_redact(l->session, detail); /* while its words are still known */
        if (l->relogged && anew) {
                session_discard(l->session, l->generation);
                listing_stop(l, f, RETRY_LATER, "%s, also after logging in again", detail);
                return;
        }
        session_used(l->session, l->generation, SESSION_USE_LOST, status);
        if (!anew) {
                listing_stop(l, f == FAULT_SESSION_LOST ? FAULT_LOGIN_REFUSED : f, RETRY_RECONFIGURE, "%s", detail);
                return;
        }
        l->relogged = true;
        go_on(l, source_now(l->source));
}

static void page_seen(Listing *l, const HttpResponse *r) {
        PageOutcome o;
        bool detail = l->details != NULL;
        if (r->status == 304 && listing_looks_itself(l)) {
                session_used(l->session, l->generation, SESSION_USE_LET_IN, r->status);
                go_on(l, source_now(l->source));
                return;
        }
        if (r->status == 304)
                listing_as_before(l, r, &o);
        else if (detail)
                details_take(l, r, &o);
        else
                listing_take_page(l, r, &o);
        if (o.fault == FAULT_SESSION_LOST) {
                not_let_in(l, o.fault, r->status, o.detail);
                return;
        }
        session_used(l->session, l->generation, SESSION_USE_LET_IN, r->status);
        if (l->state == LISTING_ENDED)
                return;
        if (o.fault == FAULT_SELECTOR_MISSING || o.fault == FAULT_TOO_LARGE)
                listing_stop(l, o.fault, RETRY_RECONFIGURE, "%s", o.detail);
        else if (o.fault != FAULT_NONE)
                retry(l, o.fault, RETRY_NOW, INSTANT_NONE, o.detail);
        else if (listing_over_records(l))
                return;
        else if (!detail && l->details)
                details_start(l, o.last);
        else if (!detail)
                listing_page_ended(l, o.last);
}

static bool login_page(const Listing *l, Str body) {
        const char *text = l->source->o.profile->session.login_text;
        return html_login_page(body) || (text && text[0] && memmem(body.at, body.len, text, strlen(text)));
}

static void body_seen(Listing *l, const HttpResponse *r) {
        char sample[100], detail[300];
        Str body = text_str(&r->body);
        int format = l->stream->format.kind;
        bool html = html_looks_so(body), login = html && login_page(l, body);
        if (!html || (format == FORMAT_HTML_TABLE && !login)) {
                page_seen(l, r);
                return;
        }
        document_sample(body, sample, sizeof sample);
        snprintf(detail, sizeof detail, "%.100s: expected %s, seen %s: %s", r->path,
                 format == FORMAT_JSON ? "JSON" : format_names[format],
                 login ? "an HTML login page with status 200" : "HTML", sample);
        if (login) {
                not_let_in(l, FAULT_LOGIN_PAGE, r->status, detail);
                return;
        }
        session_used(l->session, l->generation, SESSION_USE_UNKNOWN, r->status);
        retry(l, FAULT_NOT_JSON, RETRY_NOW, INSTANT_NONE, detail);
}

/* A page behind the last may be answered so. */
static void page_beyond(Listing *l) {
        PageSeen seen = { .total = -1, .more_known = l->pager.plan->more.text != NULL };
        bool take;
        int r = pager_page(&l->pager, &seen, &take);
        if (r < 0)
                listing_stop(l, FAULT_TOO_LARGE, RETRY_LATER, "out of memory");
        else
                listing_page_ended(l, r == PAGER_END);
}

/* One record or slice that is not given does not cost the others; a list that is not given is the end. */
static void refused(Listing *l, int status, const char *detail) {
        const PagingPlan *paging = l->pager.plan;
        if (l->details)
                details_refused(l, status == l->stream->details.absent_status, detail);
        else if (l->pager.pages > 0 && paging->end_status == status)
                page_beyond(l);
        else if (!l->asks_parents && l->stream->each.kind != EACH_NONE)
                listing_slice_missing(l, l->pager.pages == 0 && status == l->stream->each.absent_status, detail);
        else
                listing_stop(l, FAULT_HTTP_STATUS, RETRY_RECONFIGURE, "%s", detail);
}

static void status_seen(Listing *l, const HttpResponse *r) {
        const SessionPlan *plan = &l->source->o.profile->session;
        char detail[300];
        if (r->location_path) {
                snprintf(detail, sizeof detail, "%.100s: expected a list, seen a redirect (%d) to %.100s", r->path,
                         r->status, r->location_path);
                if (plan->login_path && strcmp(r->location_path, plan->login_path) == 0) {
                        not_let_in(l, FAULT_SESSION_LOST, r->status, detail);
                        return;
                }
                session_used(l->session, l->generation, SESSION_USE_UNKNOWN, r->status);
                listing_stop(l, FAULT_REDIRECT, RETRY_LATER, "%s", detail);
                return;
        }
        char words[DOCUMENT_WORDS] = "";
        if (r->status < 500) /* a broken program may show anybody's secrets */
                session_words(l->session, text_str(&r->body), words);
        int n = snprintf(detail, sizeof detail, "%.100s: expected status 200, seen %d", r->path, r->status);
        bool forged = session_csrf_rejected(l->session, l->generation, r->status);
        if (forged && !l->recsrf) {
                l->recsrf = true;
                session_used(l->session, l->generation, SESSION_USE_UNKNOWN, r->status);
                go_on(l, source_now(l->source));
                return;
        }
        bool says_lost = r->status < 500 && session_body_says_lost(plan, text_str(&r->body));
        if (forged || says_lost || statuses_have(&plan->lost_status, r->status)) {
                snprintf(detail + n, sizeof detail - (size_t) n, "%s", words);
                not_let_in(l, FAULT_SESSION_LOST, r->status, detail);
                return;
        }
        Instant pause = r->retry_after == INSTANT_NONE ? 0 : r->retry_after - clock_wall(l->source->env.clock);
        if (pause > GATE_WAIT_MAX)
                snprintf(detail + n, sizeof detail - (size_t) n, "; it asks for a pause of %lld s",
                         (long long) (pause / US_SECOND));
        else
                snprintf(detail + n, sizeof detail - (size_t) n, "%s", words);
        bool busy = r->status >= 500 || r->status == 429 || r->status == 408;
        session_used(l->session, l->generation, busy ? SESSION_USE_UNKNOWN : SESSION_USE_LET_IN, r->status);
        if (listing_too_old(l, r->status))
                go_on(l, source_now(l->source));
        else if (r->status == 429)
                retry(l, FAULT_RATE_LIMITED, RETRY_NOW, r->retry_after, detail);
        else if (r->status >= 500 || r->status == 408)
                retry(l, FAULT_HTTP_STATUS, RETRY_NOW, r->retry_after, detail);
        else
                refused(l, r->status, detail);
}

static void answered(void *userdata, HttpResponse *r) {
        Listing *l = userdata;
        l->call = NULL;
        l->end.requests += r->hops;
        if (l->changes.theirs == INSTANT_NONE)
                l->changes.theirs = r->date;
        if (r->fault != FAULT_NONE) {
                session_used(l->session, l->generation, r->sent ? SESSION_USE_UNKNOWN : SESSION_USE_UNSENT, r->status);
                retry(l, r->fault, r->retry, r->retry_after, r->detail);
        } else if (r->status == 200)
                body_seen(l, r);
        else if (r->status == 304)
                page_seen(l, r);
        else
                status_seen(l, r);
}

static void end_fill(Listing *l) {
        ListingEnd *end = &l->end;
        const ListingSum *sum = &l->sum;
        const Pager *p = &l->pager;
        bool under_way = !l->finished && !l->asks_parents;
        bool complete = l->finished && !sum->lossy && sum->proof != PROOF_NONE && !l->broken &&
                        end->fault != FAULT_CANCELLED;
        end->received = sum->received + (under_way ? p->received : 0);
        end->pages = sum->pages + (under_way ? p->pages : 0);
        end->claimed = l->finished ? (sum->unclaimed ? -1 : sum->claimed) : sum->pages == 0 ? p->total : -1;
        end->proof = complete ? sum->proof : PROOF_NONE;
        end->whole = complete;
        end->may_repeat = sum->may_repeat || l->stream->each.kind != EACH_NONE;
        end->members_complete = complete && !l->anonymous;
        if (complete)
                memcpy(end->unproved, sum->unproved, sizeof end->unproved);
        end->doubtful = l->doubtful.at;
        end->n_doubtful = sum->doubt_all ? 0 : l->doubtful.n;
        if (complete && end->fault == FAULT_NONE)
                end->completeness = LISTING_COMPLETE;
        else
                end->completeness = end->pages > 0 && !l->broken ? LISTING_PARTIAL : LISTING_FAILED;
}

void listing_tell_end(Listing *l) {
        HttpSource *s = l->source;
        for (Listing **at = &s->listings; *at; at = &(*at)->next)
                if (*at == l) {
                        *at = l->next;
                        break;
                }
        end_fill(l);
        listing_judge(l);
        note_left_out(&l->end, &l->sink, l->partition, &l->left);
        listing_memory_end(l);
        utf8_mend(l->end.detail);
        l->sink.end(l->sink.userdata, l->partition, &l->end);
        listing_drop(l);
}

void listing_cancel(Listing *l) {
        if (l->state == LISTING_ENDED)
                return;
        if (l->state == LISTING_SESSION)
                session_leave(l->session, &l->waiter);
        if (l->call)
                session_used(l->session, l->generation, SESSION_USE_UNKNOWN, 0);
        l->call = http_abandon(l->call);
        listing_stop(l, FAULT_CANCELLED, RETRY_NOW, "stopped on request");
}

Listing *listing_drop(Listing *l) {
        if (l->waiter.waiting)
                session_leave(l->session, &l->waiter);
        http_abandon(l->call);
        pager_done(&l->pager);
        text_free(&l->recall.facts);
        text_free(&l->recall.prints);
        slices_free(&l->slices);
        free(l->doubtful.at);
        details_free(l->details);
        contract_free(l->contract);
        text_free(&l->learnt);
        for (size_t i = 0; l->taken && i < STREAM_TAKES_MAX; i++)
                text_free(&l->taken[i]);
        free(l->taken);
        free(l);
        return NULL;
}
