/* SPDX-License-Identifier: MIT */
/* What a page says beside its records: whether the system calls it good, how many there are, how it goes on. From the
 * page's skeleton, the answer's header fields and, by key, the records themselves. */
#include "connectors/listing/listing-parts.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "connectors/decode/document.h"
#include "connectors/http/link-header.h"

void page_fault(PageOutcome *o, Fault f, const char *format, ...) {
        va_list args;
        va_start(args, format);
        vsnprintf(o->detail, sizeof o->detail, format, args);
        va_end(args);
        utf8_mend(o->detail);
        o->fault = f;
}

static void selector_missing(const Listing *l, const Select *s, const char *wanted, PageOutcome *o) {
        const SplitPage *p = &l->source->split;
        char head[90], tail[90];
        document_sample(p->head, head, sizeof head);
        document_sample(p->tail, tail, sizeof tail);
        page_fault(o, FAULT_SELECTOR_MISSING, "%s page %d: expected %s at %s, seen %s..%s", l->stream->path,
                   l->pager.pages + 1, wanted, s->text, head, tail);
}

static void header_missing(const Listing *l, const char *name, const char *wanted, Str seen, PageOutcome *o) {
        char sample[90] = "none";
        if (seen.at)
                document_sample(seen, sample, sizeof sample);
        page_fault(o, FAULT_SELECTOR_MISSING, "%s page %d: expected %s in the header %s, seen %s", l->stream->path,
                   l->pager.pages + 1, wanted, name, sample);
}

static const char *place_of(const Listing *l, char to[static 140]) {
        if (l->details)
                snprintf(to, 140, "%.100s", l->stream->details.request.path);
        else
                snprintf(to, 140, "%.100s page %d", l->stream->path, l->pager.pages + 1);
        return to;
}

bool page_read_lost(const Listing *l, json_object *root, Str beside, PageOutcome *o) {
        const SessionPlan *plan = &l->source->o.profile->session;
        char words[DOCUMENT_WORDS], place[140];
        if (!session_says_lost(plan, root))
                return false;
        session_words(l->session, beside, words);
        page_fault(o, FAULT_SESSION_LOST, "%s: %s reads %.80s%s", place_of(l, place), plan->lost.text,
                   plan->lost_value, words);
        return true;
}

bool page_read_ok(const Listing *l, json_object *root, PageOutcome *o) {
        const StreamPlan *s = l->stream;
        Str beside = l->source->split.head; /* the page's list left out */
        json_object *v = NULL;
        char place[140];
        if (page_read_lost(l, root, beside, o))
                return false;
        if (!s->ok.text)
                return true;
        if (select_get(&s->ok, root, &v) != SELECTED_VALUE) {
                selector_missing(l, &s->ok, "a result", o);
                return false;
        }
        const char *seen = json_object_get_string(v);
        if (seen && strcmp(seen, s->ok_value) == 0)
                return true;
        char words[DOCUMENT_WORDS];
        session_words(l->session, beside, words);
        page_fault(o, FAULT_HTTP_STATUS, "%s: expected %s to be %s, seen %.80s%s", place, s->ok.text, s->ok_value,
                   seen ? seen : "", words);
        return false;
}

bool page_inside(const Listing *l, const Select *inside, Str *body, json_object **root, PageOutcome *o) {
        char why[160], place[140];
        Str text;
        if (!inside->text)
                return true;
        Fault f = document_inside(*body, inside, root, &text, why);
        if (*root && page_read_lost(l, *root, *body, o))
                return false;
        if (f == FAULT_NONE) {
                *body = text;
                return true;
        }
        page_fault(o, f, "%s: %s", place_of(l, place), why);
        return false;
}

/* "1234", or what stands behind the '/' of a Content-Range (RFC 9110 14.4): "items 0-24/319", and '*' for unknown. */
#define TOTAL_MAX ((int64_t) 1 << 53) /* what JSON numbers can count to; no total that can be added up comes near */

static bool total_text(Str text, int64_t *ret) {
        const char *slash = text.len ? memrchr(text.at, '/', text.len) : NULL;
        if (slash)
                text = str_trim((Str) { slash + 1, (size_t) (text.at + text.len - slash - 1) });
        if (slash && str_eq(text, STR("*"))) {
                *ret = -1;
                return true;
        }
        return text_to_int64(text, ret) == 0 && *ret >= 0 && *ret <= TOTAL_MAX;
}

static bool read_total(const Listing *l, const PageRead *in, PageSeen *seen, PageOutcome *o) {
        const PagingPlan *plan = &l->stream->paging;
        json_object *v = NULL;
        Str text = STR_NULL;
        seen->total = -1;
        if (plan->total_header) {
                text = http_header(in->response, plan->total_header);
                if (text.at && total_text(text, &seen->total))
                        return true;
                header_missing(l, plan->total_header, "a total", text, o);
                return false;
        }
        if (!plan->total.text ||
            (select_get(&plan->total, in->root, &v) == SELECTED_VALUE &&
             total_text(str_of(json_object_get_string(v)), &seen->total)))
                return true;
        selector_missing(l, &plan->total, "a total", o);
        return false;
}

/* Some systems leave out what holds the cursor on the last page. That is said by the selector, never guessed: a wrong
 * name would look the same, and end every listing after its first page. */
static void text_missing(const Listing *l, PageOutcome *o) {
        const PagingPlan *plan = &l->stream->paging;
        const Select *s = &plan->cursor;
        char wanted[160];
        Str name = s->n_steps > 1 && s->steps[s->n_steps - 1].kind == SELECT_NAME ? s->steps[s->n_steps - 1].name
                                                                                 : STR_NULL;
        int n = snprintf(wanted, sizeof wanted, "%s", plan->kind == PAGING_NEXT ? "an address" : "a cursor");
        if (name.len > 0 && name.len < 60)
                snprintf(wanted + n, sizeof wanted - (size_t) n,
                         " (or $.." STR_FMT " if the last page leaves out what holds it)", STR_ARG(name));
        selector_missing(l, s, wanted, o);
}

/* The last name may be left out by the system, or be null or false: no more pages. What stands above it must be there,
 * and anything else than a text or a whole number is a cursor that nobody can ask with. */
static bool read_text(const Listing *l, const PageRead *in, Str *ret, PageOutcome *o) {
        const PagingPlan *plan = &l->stream->paging;
        json_object *v = NULL;
        Select above = plan->cursor;
        above.n_steps -= above.n_steps > 0;
        bool there = select_get(&above, in->root, &v) == SELECTED_VALUE;
        if (there && select_get(&plan->cursor, in->root, &v) == SELECTED_VALUE) {
                if (json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int))
                        *ret = str_of(json_object_get_string(v));
                else
                        there = json_object_is_type(v, json_type_boolean) && !json_object_get_boolean(v);
        }
        if (!there)
                text_missing(l, o);
        return there;
}

static bool read_link(const Listing *l, const PageRead *in, Str *ret, PageOutcome *o) {
        Str rest = in->response->headers, field;
        while (http_header_next(&rest, "Link", &field)) {
                int r = link_header_next(field, ret);
                if (r == 0 && ret->len > 0)
                        return true;
                if (r <= 0) { /* also a next page without an address */
                        header_missing(l, "Link", "links as of RFC 8288", field, o);
                        return false;
                }
        }
        return true;
}

static bool absolute(const Listing *l, PageRead *in, Str reference, PageSeen *seen, PageOutcome *o) {
        const HttpSource *s = l->source;
        char sample[120];
        if (reference.len == 0)
                return true;
        int r = http_next_address(s->o.base_url, in->response->url, reference, l->stream->paging.any_host, &in->text);
        if (s->o.profile->session.place == CARRIER_QUERY) /* put in anew at each request, and to be kept nowhere */
                http_query_drop(&in->text, s->o.profile->session.carrier);
        seen->cursor = text_str(&in->text);
        if (r == 0)
                return true;
        document_sample(reference, sample, sizeof sample);
        page_fault(o, FAULT_SELECTOR_MISSING, "%s page %d: expected the address of the next page, seen %s",
                   l->stream->path, l->pager.pages + 1, sample);
        return false;
}

static bool read_next(const Listing *l, PageRead *in, PageSeen *seen, PageOutcome *o) {
        const PagingPlan *plan = &l->stream->paging;
        Str reference = STR_NULL;
        if (plan->kind == PAGING_LINK)
                return read_link(l, in, &reference, o) && absolute(l, in, reference, seen, o);
        if (plan->kind == PAGING_NEXT)
                return read_text(l, in, &reference, o) && absolute(l, in, reference, seen, o);
        if (plan->kind != PAGING_CURSOR)
                return true;
        if (!plan->cursor_header)
                return read_text(l, in, &seen->cursor, o);
        seen->cursor = http_header(in->response, plan->cursor_header);
        return true;
}

static bool read_more(const Listing *l, const PageRead *in, PageSeen *seen, PageOutcome *o) {
        const Select *s = &l->stream->paging.more;
        json_object *v = NULL;
        if (!s->text)
                return true;
        seen->more_known = select_get(s, in->root, &v) == SELECTED_VALUE &&
                           (json_object_is_type(v, json_type_boolean) || json_object_is_type(v, json_type_int));
        seen->more = seen->more_known && json_object_get_boolean(v);
        if (!seen->more_known)
                selector_missing(l, s, "a flag", o);
        return seen->more_known;
}

int record_text(const Select *s, Str record, Text *ret) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *v = NULL;
        char why[160];
        text_clear(ret);
        if (document_parse(record, &root, why) == FAULT_NONE && select_get(s, root, &v) == SELECTED_VALUE &&
            (json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int)))
                text_add(ret, str_of(json_object_get_string(v)));
        return ret->failed;
}

/* Below 0, 0, above 0; *ret_known false for texts of which nobody knows how the system orders them. */
static int key_compare(Str a, Str b, bool *ret_known) {
        int64_t x, y;
        *ret_known = true;
        if (str_eq(a, b))
                return 0;
        if (text_to_int64(a, &x) == 0 && text_to_int64(b, &y) == 0)
                return x < y ? -1 : 1;
        *ret_known = a.len == b.len && a.len >= 10 && *a.at >= '0' && *a.at <= '9' && *b.at >= '0' && *b.at <= '9';
        return str_cmp(a, b);
}

static void key_note(PageSeen *seen, Str before, Str key) {
        bool known;
        int order = key_compare(before, key, &known);
        KeyOrder is = order < 0 ? KEYS_RISE : KEYS_FALL;
        if (order == 0)
                seen->key_ties = true;
        else if (known)
                seen->key_order = seen->key_order == KEYS_UNKNOWN || seen->key_order == is ? is : KEYS_MIXED;
}

/* The last key, and how the keys follow each other, from the last of the page before on. */
static int read_keys(const Listing *l, PageRead *in, PageSeen *seen) {
        const SplitPage *p = &l->source->split;
        const Select *s = &l->stream->paging.key;
        _cleanup_text_ Text before = TEXT_INIT(PAGER_CURSOR_MAX);
        if (l->stream->paging.kind != PAGING_KEYSET)
                return 0;
        if (l->pager.pages > 0)
                text_add(&before, pager_cursor(&l->pager));
        for (size_t i = 0; i < p->n_spans; i++) {
                if (record_text(s, p->spans[i].bytes, &in->text) < 0)
                        return in->text.failed;
                if (before.len > 0 && in->text.len > 0) {
                        bool ties = seen->key_ties;
                        key_note(seen, text_str(&before), text_str(&in->text));
                        if (i == 0)
                                seen->key_ties = ties; /* the same record again, or a tie that is still here */
                }
                text_clear(&before);
                if (text_add(&before, text_str(&in->text)) < 0)
                        return before.failed;
        }
        seen->cursor = p->n_spans ? text_str(&in->text) : STR_NULL;
        return 0;
}

static int read_prints(HttpSource *s, PageSeen *seen) {
        const SplitPage *p = &s->split;
        if (p->n_spans > s->room_prints) {
                uint64_t *prints = realloc(s->prints, p->n_spans * sizeof *prints);
                if (!prints)
                        return -ENOMEM;
                s->prints = prints;
                s->room_prints = p->n_spans;
        }
        for (size_t i = 0; i < p->n_spans; i++)
                s->prints[i] = XXH3_64bits(p->spans[i].bytes.at, p->spans[i].bytes.len);
        seen->received = (int) p->n_spans;
        seen->prints = s->prints;
        seen->first_hash = p->n_spans ? s->prints[0] : 0;
        seen->last_hash = p->n_spans ? s->prints[p->n_spans - 1] : 0;
        return 0;
}

bool page_read_seen(const Listing *l, PageRead *in, PageSeen *ret, PageOutcome *o) {
        if (!page_read_ok(l, in->root, o) || !read_total(l, in, ret, o) || !read_next(l, in, ret, o) ||
            !read_more(l, in, ret, o))
                return false;
        if (read_prints(l->source, ret) == 0 && read_keys(l, in, ret) == 0)
                return true;
        page_fault(o, FAULT_TOO_LARGE, "%s page %d: no room for the keys of its records", l->stream->path,
                   l->pager.pages + 1);
        return false;
}
