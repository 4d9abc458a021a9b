/* SPDX-License-Identifier: MIT */
#include "connectors/listing/listing-parts.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "connectors/decode/decode.h"
#include "connectors/decode/document.h"
#include "connectors/listing/listing-note.h"
#include "connectors/record/normalise-memo.h"

/* Without its list a page may still say why: the system's own error is worth more than "not there". */
static void no_list(Listing *l, Str body, const char *sample, PageOutcome *o) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        char why[160];
        bool says = l->stream->ok.text || l->source->o.profile->session.lost.text;
        if (says && document_parse(body, &root, why) == FAULT_NONE && !page_read_ok(l, root, o) &&
            (o->fault == FAULT_HTTP_STATUS || o->fault == FAULT_SESSION_LOST))
                return;
        page_fault(o, FAULT_SELECTOR_MISSING, "%s page %d: expected a list at %s, seen %s", l->stream->path,
              l->pager.pages + 1, l->stream->list.text, sample);
}

static bool split(Listing *l, Str body, PageOutcome *o) {
        SplitPage *p = &l->source->split;
        const char *path = l->stream->path;
        char sample[90];
        int r = split_page(p, &l->stream->list, body), page = l->pager.pages + 1;
        if (r == 0)
                return true;
        document_sample(body, sample, sizeof sample);
        switch (r) {
        case SPLIT_E_EMPTY:
                page_fault(o, FAULT_EMPTY_BODY, "%s page %d: expected JSON, seen an empty body with status 200", path,
                           page);
                break;
        case SPLIT_E_TRUNCATED:
                page_fault(o, FAULT_TRUNCATED_BODY, "%s page %d: cut off after %zu bytes", path, page, body.len);
                break;
        case SPLIT_E_NO_LIST:
                no_list(l, body, sample, o);
                break;
        case SPLIT_E_TOO_MANY:
                page_fault(o, FAULT_TOO_LARGE, "%s page %d: %s", path, page, p->why);
                break;
        case SPLIT_E_NOT_JSON:
                page_fault(o, FAULT_NOT_JSON, "%s page %d: at byte %zu: %s: %s", path, page, p->at, p->why, sample);
                break;
        default:
                page_fault(o, FAULT_TOO_LARGE, "out of memory");
        }
        return false;
}

/* What is no JSON document is read whole, and its rows lie where the records of one would. */
static bool split_rows(Listing *l, Str body, Rows *rows, PageOutcome *o) {
        SplitPage *p = &l->source->split;
        const FormatPlan *plan = &l->stream->format;
        int r = decode(plan, (FormatKind) plan->kind, body, LIMIT_PAGE_RECORDS, rows);
        if (r != 0) {
                page_fault(o, r < 0 ? FAULT_TOO_LARGE : rows->fault, "%.100s page %d: %s", l->stream->path,
                           l->pager.pages + 1, r < 0 ? "out of memory" : rows->detail);
                return false;
        }
        free(p->spans);
        p->spans = TAKE_PTR(rows->spans);
        p->n_spans = rows->n;
        p->room = rows->room;
        p->head = p->tail = STR("");
        return true;
}

static json_object *skeleton(Listing *l, PageOutcome *o) {
        const SplitPage *p = &l->source->split;
        _cleanup_text_ Text t = TEXT_INIT(LIMIT_BODY_BYTES);
        json_object *root = NULL;
        char why[160];
        if (l->stream->format.kind != FORMAT_JSON)
                return json_object_new_object();
        split_skeleton(p, &t);
        Fault f = t.failed ? FAULT_TOO_LARGE : document_parse(text_str(&t), &root, why);
        if (f == FAULT_NONE)
                return root;
        page_fault(o, f, "%s page %d: %s", l->stream->path, l->pager.pages + 1, t.failed ? "out of memory" : why);
        return NULL;
}

/* A failed callback ends this listing; the error's words are its detail. */
void listing_broken(Listing *l, const Err *e) {
        l->broken = true;
        listing_stop(l, FAULT_CANCELLED, e->retry, "%.300s", e->text);
}

static int record_take(Listing *l, Normaliser *n, SplitSpan *span, uint64_t print, int row, Err *e) {
        RecordSide side;
        Quarantine q;
        int r = normalise_record(n, span, &side, &q);
        if (r < 0)
                return err_oom(e);
        listing_changes_note(l, n, r == NORMALISE_QUARANTINED);
        if (r == NORMALISE_QUARANTINED) {
                q.row = row;
                l->anonymous |= !q.identity_known;
                note_quarantine(&l->end, l->partition, &q);
                return l->sink.quarantine(l->sink.userdata, l->partition, &q, e);
        }
        if (n->n_invalid > 0)
                note_invalid(&l->sink, l->partition, l->stream, &side, STR_NULL, row);
        return l->sink.record(l->sink.userdata, l->partition, &side, print ^ listing_salt(l), e);
}

/* A record whose bytes stood there before is as it was: whether it is. */
static int record_known(Listing *l, uint64_t print, bool *ret, Err *e) {
        *ret = false;
        return l->sink.span ? l->sink.span(l->sink.userdata, l->partition, print ^ listing_salt(l), ret, e) : 0;
}

static int reader_begin(Listing *l, Normaliser *ret) {
        HttpSource *s = l->source;
        int r = normaliser_init(ret, l->stream, s->env.units, s->o.side, listing_unit(l));
        if (!s->memo)
                s->memo = memo_new();
        ret->memo = s->memo;
        return r;
}

/* From the record `first` on: what stands before it was on the page before. */
static void records_take(Listing *l, int first, const int *rows, bool *ret_others, Err *e) {
        HttpSource *s = l->source;
        Normaliser n;
        int r = reader_begin(l, &n);
        if (r == 0)
                r = listing_contract(l, &n.contract);
        if (r < 0)
                r = err_oom(e);
        for (size_t i = (size_t) first; i < s->split.n_spans && r >= 0; i++) {
                bool known = false;
                r = record_known(l, s->prints[i], &known, e);
                *ret_others |= r >= 0 && !known;
                if (r >= 0 && !known)
                        r = record_take(l, &n, &s->split.spans[i], s->prints[i], rows ? rows[i] : 0, e);
        }
        normaliser_done(&n);
        if (r < 0)
                listing_broken(l, e);
}

/* One record that was put together; its bytes need to live for this call only. */
void listing_take_record(Listing *l, Str bytes, uint64_t print) {
        SplitSpan span = { .bytes = bytes };
        Normaliser n;
        Err e = { 0 };
        int r = reader_begin(l, &n);
        if (r == 0)
                r = listing_contract(l, &n.contract);
        r = r < 0 ? err_oom(&e) : record_take(l, &n, &span, print, 0, &e);
        normaliser_done(&n);
        if (r < 0)
                listing_broken(l, &e);
}

/* A page whose records' details may have changed is none that is known. */
static uint64_t salt_of(const Listing *l) {
        return details_as_page(&l->stream->details) ? listing_salt(l) : source_now(l->source);
}

static void page_take(Listing *l, const HttpResponse *response, const uint64_t hash[static 2], const PageSeen *seen,
                      const Rows *rows, PageOutcome *o) {
        _cleanup_text_ Text facts = TEXT_INIT(PAGER_CURSOR_MAX * 2);
        if (listing_facts(l, response, seen, &facts) < 0)
                text_clear(&facts); /* too long to be kept: next time it is asked for as if it were new */
        /* its members are without what was left to the page before */
        const PageMemory page = { .hash = { hash[0] ^ (uint64_t) seen->overlap * 0x9e3779b97f4a7c15u, hash[1] },
                                  .facts = text_str(&facts) };
        bool known = false, others = false;
        int members = 0;
        Err e = { 0 };
        if (l->sink.page(l->sink.userdata, l->partition, l->sum.pages + l->pager.pages, &page, &known, &members, &e) <
            0)
                listing_broken(l, &e);
        else if (!known && l->stream->details.request.path && details_begin(l, seen->overlap) < 0)
                page_fault(o, FAULT_TOO_LARGE, "out of memory");
        else if (!known && !l->details)
                records_take(l, seen->overlap, rows->numbers, &others, &e);
        if (!known && !l->details && l->state != LISTING_ENDED)
                listing_validators_judge(l, response, seen->received, others);
        if (!known)
                rows_left_add(&l->left, &rows->left);
}

void listing_take_page(Listing *l, const HttpResponse *response, PageOutcome *o) {
        Str body = text_str(&response->body);
        XXH128_hash_t bytes = XXH3_128bits(body.at, body.len);
        const uint64_t hash[2] = { bytes.high64 ^ salt_of(l), bytes.low64 };
        if (listing_same_bytes(l, response, hash, o))
                return;
        *o = (PageOutcome) { 0 };
        _cleanup_(json_root_freep) json_object *around = NULL;
        _cleanup_rows_ Rows rows = { 0 };
        if (!page_inside(l, &l->stream->inside, &body, &around, o))
                return;
        if (!(l->stream->format.kind == FORMAT_JSON ? split(l, body, o) : split_rows(l, body, &rows, o)))
                return;
        _cleanup_(json_root_freep) json_object *root = skeleton(l, o);
        PageRead in = { .response = response, .root = root, .text = TEXT_INIT(PAGER_CURSOR_MAX) };
        PageSeen seen = { 0 };
        if (root && page_read_seen(l, &in, &seen, o)) {
                if (l->stream->format.kind != FORMAT_JSON && rows.claimed >= 0)
                        seen.total = rows.claimed;
                bool take;
                seen.bytes_hash = bytes.low64;
                int r = pager_page(&l->pager, &seen, &take);
                o->last = r == PAGER_END;
                if (r == PAGER_NEXT && !listing_take_values(l, response, o))
                        take = false;
                if (r >= 0 && take && l->asks_parents)
                        r = listing_take_parents(l, seen.overlap);
                else if (r >= 0 && take)
                        page_take(l, response, hash, &seen, &rows, o);
                if (r < 0)
                        page_fault(o, FAULT_TOO_LARGE, r == -E2BIG ? "more values than the limit" : "out of memory");
        }
        text_free(&in.text);
}
