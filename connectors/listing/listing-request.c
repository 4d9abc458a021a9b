/* SPDX-License-Identifier: MIT */
/* What the templates of a listing's requests stand for, and the request that is due. */
#include "connectors/listing/listing-parts.h"
#include "connectors/session/session-parts.h"

#include <errno.h>
#include <stdio.h>

static void put(ListingValues *v, const char *name, Str text) {
        if (v->n < LISTING_VALUES_MAX)
                v->at[v->n++] = (TemplateValue) { .name = name, .text = text, .instant = INSTANT_NONE };
}

static void put_number(ListingValues *v, const char *name, int64_t number) {
        size_t left = sizeof v->digits - v->n_digits;
        char *at = v->digits + v->n_digits;
        int n = snprintf(at, left, "%lld", (long long) number);
        if (n < 0 || (size_t) n >= left)
                return;
        v->n_digits += (size_t) n + 1;
        put(v, name, str_of(at));
}

static void put_time(ListingValues *v, const char *name, Instant when, Str text) {
        put(v, name, text);
        v->at[v->n - 1].instant = when;
}

static void put_unit(ListingValues *v, const Listing *l) {
        const HttpSource *s = l->source;
        const Unit *u = unit_by_id(s->env.units, str_of(listing_unit(l)));
        put(v, "unit", str_of(u ? u->access[s->o.side].code : ""));
        put(v, "unit.id", str_of(u ? u->id : ""));
        put(v, "unit.name", str_of(u ? u->name : ""));
}

static void put_paging(ListingValues *v, const Listing *l) {
        put_number(v, "page", pager_page_number(&l->pager));
        put_number(v, "offset", pager_offset(&l->pager));
        put_number(v, "size", l->pager.plan->size);
        put(v, "cursor", pager_cursor(&l->pager));
}

static Date first_of(int month) {
        Date d = 0;
        date_from_ymd(month / 12, month % 12 + 1, 1, &d);
        return d;
}

static void put_slice(ListingValues *v, const Listing *l) {
        const EachPlan *plan = &l->stream->each;
        const Slice *s = slices_now(&l->slices);
        if (plan->kind == EACH_NONE || !s)
                return;
        put(v, "each", s->value);
        if (plan->kind != EACH_PERIOD)
                return;
        Date end = first_of(period_last_month((PeriodStep) plan->step, s->month) + 1) - 1;
        put_time(v, "period", when_at(first_of(s->month), 0, 0), s->value);
        put_time(v, "period.end", when_at(end, 0, 0), str_of(date_iso(end, v->period_end)));
        put_number(v, "period.year", s->month / 12);
        put_number(v, "period.month", s->month % 12 + 1);
        put_number(v, "period.quarter", s->month % 12 / 3 + 1);
}

const char *listing_unit(const Listing *l) {
        const Slice *s = l->stream->each.kind == EACH_UNIT ? slices_now(&l->slices) : NULL;
        return s && s->unit ? s->unit->id : l->partition->unit;
}

/* Without it the listing asks for everything. */
static void put_since(ListingValues *v, const Listing *l) {
        const ChangesPlan *p = &l->stream->changes;
        _cleanup_text_ Text text = TEXT_INIT(sizeof v->since - 1);
        int64_t from;
        if (!listing_since(l, &from) || changes_from_text(p, from, &text) < 0)
                return;
        memcpy(v->since, text.at, text.len + 1);
        put_time(v, "since", p->kind == CHANGES_TIME ? from : INSTANT_NONE, str_of(v->since));
}

static int add_since(const ListingValues *v, const char *parameter, Text *parameters) {
        if (parameter && v->since[0])
                http_form_add(parameters, str_of(parameter), str_of(v->since));
        return parameters->failed;
}

/* Nothing of a list that was read before stands for anything on the first page of the next. */
static void put_taken(ListingValues *v, const Listing *l) {
        for (size_t i = 0; i < l->stream->n_takes; i++)
                put(v, l->stream->takes[i].name, l->taken && l->pager.pages > 0 ? text_str(&l->taken[i]) : STR_NULL);
}

static void values_fill(const Listing *l, ListingValues *ret) {
        const HttpSource *s = l->source;
        Date today = when_date(clock_wall(s->env.clock));
        *ret = (ListingValues) { 0 };
        put(ret, "account", str_of(l->partition->account));
        put_unit(ret, l);
        put_time(ret, "today", when_at(today, 0, 0), str_of(date_iso(today, ret->today)));
        put_paging(ret, l);
        put_slice(ret, l);
        put_since(ret, l);
        put_taken(ret, l);
        if (s->o.profile->session.place == CARRIER_BODY) /* filled in as the request is sent */
                put(ret, "token", text_str(&l->session->keys.token));
        for (size_t i = 0; i < s->n_config; i++)
                put(ret, s->config[i].name, s->config[i].text);
}

bool listing_take_values(Listing *l, const HttpResponse *r, PageOutcome *o) {
        const StreamPlan *s = l->stream;
        Text *values[STREAM_TAKES_MAX];
        char why[200];
        if (s->n_takes == 0)
                return true;
        if (!l->taken && !(l->taken = calloc(STREAM_TAKES_MAX, sizeof *l->taken))) {
                page_fault(o, FAULT_TOO_LARGE, "out of memory");
                return false;
        }
        for (size_t i = 0; i < s->n_takes; i++) {
                l->taken[i].max = REQUEST_BODY_MAX;
                values[i] = &l->taken[i];
        }
        Fault f = session_take_values(r, text_str(&l->session->keys.jar), s->takes, s->n_takes, values, why);
        if (f != FAULT_NONE) /* one that ends the listing: the pager has gone on, a retry would leave this page out */
                page_fault(o, f == FAULT_TOO_LARGE ? f : FAULT_SELECTOR_MISSING, "%s page %d: %s", s->path,
                           l->pager.pages, why);
        return f == FAULT_NONE;
}

/* As a page is opened that only then can be posted back. */
static RequestPlan first_by_get(const RequestPlan *p) {
        RequestPlan q = *p;
        q.method = 0;
        q.form = (PlanPairs) { 0 };
        q.json = q.raw = q.content_type = NULL;
        return q;
}

int listing_request(Listing *l, RequestText *ret) {
        ListingValues v;
        _cleanup_text_ Text parameters = TEXT_INIT(REQUEST_TARGET_MAX);
        Str address = pager_address(&l->pager);
        values_fill(l, &v);
        if (l->details)
                return details_request(l, &v, ret);
        if (address.len == 0 && (pager_query(&l->pager, &parameters) < 0 ||
                                 add_since(&v, l->stream->changes.parameter, &parameters) < 0))
                return parameters.failed;
        bool get = l->stream->first_method == 0 && l->pager.pages == 0;
        RequestPlan plan = get ? first_by_get(&l->stream->request) : l->stream->request;
        int r = request_fill(&plan, &(TemplateValues) { v.at, v.n, ZONE_OFFSET }, text_str(&parameters),
                             ret);
        if (r < 0 || address.len == 0)
                return r;
        text_clear(&ret->target);
        return text_add(&ret->target, address);
}
