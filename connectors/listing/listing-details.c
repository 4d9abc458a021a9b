/* SPDX-License-Identifier: MIT */
/* The details of a page's records: one request for each, row and detail joined to one record. The page's rows are kept
 * meanwhile, as other listings use the source's splitter. */
#include "connectors/listing/listing-parts.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"

typedef struct Row {
        size_t at, len; /* in `bytes` */
        uint64_t print;
} Row;

struct Details {
        Text bytes;      /* of the rows, one behind the other */
        Row *rows;
        size_t n, now;
        bool last;       /* the page was the last */
        Text values, joined;
        Arena arena;
};

Details *details_free(Details *d) {
        if (!d)
                return NULL;
        text_free(&d->bytes);
        text_free(&d->values);
        text_free(&d->joined);
        arena_free(&d->arena);
        free(d->rows);
        free(d);
        return NULL;
}
DEFINE_CLEANUP(Details, details_free)

static Str row_bytes(const Details *d) {
        const Row *r = &d->rows[d->now];
        return (Str) { d->bytes.at + r->at, r->len };
}

int details_begin(Listing *l, int first) {
        const HttpSource *s = l->source;
        size_t n = s->split.n_spans - (size_t) first;
        _cleanup_(details_freep) Details *d = calloc(1, sizeof *d);
        if (!d || !(d->rows = calloc(n + 1, sizeof *d->rows)))
                return -ENOMEM;
        d->bytes = TEXT_INIT(LIMIT_BODY_BYTES);
        d->values = TEXT_INIT(SLICE_VALUE_MAX);
        d->joined = TEXT_INIT(2 * LIMIT_RECORD_BYTES + 64);
        for (size_t i = (size_t) first; i < s->split.n_spans; i++) {
                Str bytes = s->split.spans[i].bytes;
                d->rows[d->n++] = (Row) { d->bytes.len, bytes.len, s->prints[i] };
                if (text_add(&d->bytes, bytes) < 0)
                        return d->bytes.failed;
        }
        if (s->o.details_a_page > 0 && d->n > (size_t) s->o.details_a_page)
                d->n = (size_t) s->o.details_a_page;
        l->details = TAKE_PTR(d);
        return 0;
}

/* To the next row whose detail must be asked for; the page has ended when there is none. */
static void go_on(Listing *l) {
        Details *d = l->details;
        const DetailPlan *plan = &l->stream->details;
        Err e = { 0 };
        listing_answered(l);
        for (; d->now < d->n && plan->row_shows_changes && l->sink.span; d->now++) {
                bool known = false;
                if (l->sink.span(l->sink.userdata, l->partition, d->rows[d->now].print ^ listing_salt(l), &known,
                                 &e) < 0) {
                        listing_broken(l, &e);
                        return;
                }
                if (!known)
                        break;
        }
        if (d->now < d->n) {
                listing_go_on(l);
                return;
        }
        bool last = d->last;
        l->details = details_free(d);
        listing_page_ended(l, last);
}

void details_start(Listing *l, bool last) {
        l->details->last = last;
        go_on(l);
}

static void skip_row(Listing *l) {
        l->details->now++;
        go_on(l);
}

void details_missing(Listing *l, bool allowed, const char *why) {
        if (!allowed)
                listing_missing(l, "the detail of a record", why);
        skip_row(l);
}

/* Whoever refuses one is not down. */
void details_refused(Listing *l, bool allowed, const char *why) {
        l->failing = 0;
        details_missing(l, allowed, why);
}

bool details_pass_over(Listing *l, const char *why) {
        if (!l->details || ++l->failing >= DETAILS_FAILING)
                return false;
        details_missing(l, false, why);
        return true;
}

int details_request(Listing *l, ListingValues *v, RequestText *ret) {
        Details *d = l->details;
        const DetailPlan *plan = &l->stream->details;
        arena_clear(&d->arena);
        for (size_t i = 0; i < plan->n_names; i++) {
                Str copy;
                if (record_text(&plan->names[i].select, row_bytes(d), &d->values) < 0 ||
                    arena_str(&d->arena, text_str(&d->values), &copy) < 0)
                        return -ENOMEM;
                if (v->n < LISTING_VALUES_MAX)
                        v->at[v->n++] = (TemplateValue) { plan->names[i].name, copy, INSTANT_NONE };
        }
        return request_fill(&plan->request, &(TemplateValues) { v->at, v->n, ZONE_OFFSET }, STR_NULL, ret);
}

/* {"row":ROW,"detail":DETAIL} */
static int join(Details *d, Str detail) {
        text_clear(&d->joined);
        text_add(&d->joined, STR("{\"row\":"));
        text_add(&d->joined, row_bytes(d));
        text_add(&d->joined, STR(",\"detail\":"));
        text_add(&d->joined, detail);
        return text_addc(&d->joined, '}');
}

/* The record of the answer; false with the outcome filled. */
static bool detail_find(const Listing *l, Str body, json_object **root, Str *ret, PageOutcome *o) {
        const DetailPlan *plan = &l->stream->details;
        char why[160], sample[90];
        json_object *v = NULL;
        Fault f = document_parse(body, root, why);
        if (f != FAULT_NONE) {
                page_fault(o, f, "%s: %s", plan->request.path, why);
                return false;
        }
        document_sample(body, sample, sizeof sample);
        if (page_read_lost(l, *root, body, o))
                return false;
        if (plan->ok.text) {
                bool there = select_get(&plan->ok, *root, &v) == SELECTED_VALUE;
                const char *seen = there ? json_object_get_string(v) : NULL;
                if (!seen || strcmp(seen, plan->ok_value) != 0) {
                        page_fault(o, FAULT_HTTP_STATUS, "%s: expected %s to be %s, seen %s", plan->request.path,
                                   plan->ok.text, plan->ok_value, sample);
                        return false;
                }
        }
        *ret = str_trim(body);
        if (plan->record.text) {
                if (select_get(&plan->record, *root, &v) != SELECTED_VALUE) {
                        page_fault(o, FAULT_SELECTOR_MISSING, "%s: expected a record at %s, seen %s",
                                   plan->request.path, plan->record.text, sample);
                        return false;
                }
                *ret = str_of(json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
        }
        if (ret->at && *ret->at == '{')
                return true;
        page_fault(o, FAULT_SELECTOR_MISSING, "%s: expected a record, seen %s", plan->request.path, sample);
        return false;
}

void details_take(Listing *l, const HttpResponse *r, PageOutcome *o) {
        Details *d = l->details;
        _cleanup_(json_root_freep) json_object *around = NULL, *root = NULL;
        Str body = text_str(&r->body), detail;
        *o = (PageOutcome) { 0 };
        if (!page_inside(l, &l->stream->details.inside, &body, &around, o) ||
            !detail_find(l, body, &root, &detail, o))
                return;
        if (join(d, detail) < 0) {
                page_fault(o, FAULT_TOO_LARGE, "%s: more than %u bytes", r->path, 2 * LIMIT_RECORD_BYTES);
                return;
        }
        listing_take_record(l, text_str(&d->joined), l->stream->details.row_shows_changes ? d->rows[d->now].print : 0);
        l->failing = 0;
        if (l->state != LISTING_ENDED)
                skip_row(l);
}
