/* SPDX-License-Identifier: MIT */
/* What a listing makes of what is remembered: whether it asks for changes only, whether a page is asked for only if it
 * changed, and what is to be remembered of it.
 *
 * A page's facts are four lines: hashes of the request that it answered and of the address that it came from after
 * redirects, its ETag, its Last-Modified, and what the pager goes on from. Validators are sent with that same request
 * alone, and what is said to them is believed of that same address: those of another say nothing, and a relative next
 * address begins there. A page that answers with the bytes it had says what it said, and is not cut apart.
 */
#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "connectors/listing/listing-parts.h"

#define SWEEP_EVERY US_DAY /* of streams that name none: all pages themselves, whatever the system says of them */

static Instant sweep_every(const Listing *l) {
        const ChangesPlan *p = &l->stream->changes;
        return changes_spread(l->partition, p->given ? p->full_every : SWEEP_EVERY);
}

static bool sweep_due(const Listing *l, Instant now) {
        Instant every = sweep_every(l), swept = l->memory.swept;
        return swept == INSTANT_NONE || swept > now || now - swept >= every;
}

/* A row that does not show a change of its detail makes a page that is as before worth nothing. */
static bool remembers_pages(const Listing *l) {
        return l->stream->n_takes == 0 && !l->end.changes_only &&
               details_as_page(&l->stream->details); /* a page not read holds nothing to take */
}

/* Nothing that the pager goes on from stands in the answer's header fields, nor in the address that it came from after
 * redirects, which a relative `next` begins at: the bytes tell all. */
static bool body_tells_all(const Listing *l) {
        const PagingPlan *p = &l->stream->paging;
        return p->kind != PAGING_LINK && p->kind != PAGING_NEXT && !p->total_header && !p->cursor_header;
}

void listing_memory_begin(Listing *l) {
        const ChangesPlan *p = &l->stream->changes;
        ListingChanges *c = &l->changes;
        c->began = clock_wall(l->source->env.clock);
        c->theirs = INSTANT_NONE;
        c->resumes = p->given && changes_cursor_read(p, l->memory.cursor, &c->prior);
        l->end.changes_only = changes_suffice(p, &l->memory, sweep_every(l), c->began);
        l->conditional = l->stream->validators && remembers_pages(l) && !l->memory.distrust;
        l->sweeps = sweep_due(l, c->began);
        Contract *contract;
        if (listing_contract(l, &contract) == 0)
                l->pager.usual = l->usual = (int) contract->known_page;
}

/* The system no longer knows what was so long ago. Nothing was taken yet: the same listing reads everything. */
bool listing_too_old(Listing *l, int status) {
        const ChangesPlan *p = &l->stream->changes;
        if (!l->end.changes_only || l->asks_parents || l->details || l->sum.pages + l->pager.pages > 0)
                return false;
        for (size_t i = 0; i < p->n_statuses; i++)
                if (p->status[i] == status) {
                        l->end.changes_only = false;
                        return true;
                }
        return false;
}

bool listing_since(const Listing *l, int64_t *ret) {
        if (!l->end.changes_only || l->asks_parents)
                return false;
        *ret = changes_from(&l->stream->changes, &l->changes.prior);
        return true;
}

uint64_t listing_salt(const Listing *l) {
        const char *unit = l->stream->each.kind == EACH_UNIT ? listing_unit(l) : "";
        return unit[0] ? XXH3_64bits(unit, strlen(unit)) : 0;
}

static Str line_take(Str *rest) {
        Str line = STR_NULL;
        (void) str_split(rest, '\n', &line);
        return line;
}

static bool validator_fits(Str s) {
        return s.len > 0 && s.len < VALIDATOR_ROOM && !memchr(s.at, '\n', s.len) && !memchr(s.at, '\0', s.len);
}

static const char *validator_copy(char buffer[static VALIDATOR_ROOM], Str line) {
        if (!validator_fits(line))
                return NULL;
        memcpy(buffer, line.at, line.len);
        buffer[line.len] = '\0';
        return buffer;
}

/* 0: l->recall holds what is remembered of the page that is due; 1: nothing. */
static int recall(Listing *l, Err *e) {
        PageMemory m;
        int number = l->sum.pages + l->pager.pages + 1;
        int r = l->sink.recall ? l->sink.recall(l->sink.userdata, l->partition, number, &m, e) : 1;
        if (r != 0 || m.facts.len == 0)
                return r < 0 ? r : 1;
        memcpy(l->recall.hash, m.hash, sizeof m.hash);
        text_free(&l->recall.facts);
        text_free(&l->recall.prints);
        l->recall.facts = TEXT_INIT(m.facts.len + 1);
        l->recall.prints = TEXT_INIT(m.prints.len + 1);
        l->recall.blind = !m.prints.at;
        return text_add(&l->recall.facts, m.facts) < 0 || text_add(&l->recall.prints, m.prints) < 0 ? err_oom(e) : 0;
}

/* Whether each of its records is known by its bytes, as they are without the slice's salt, and none of them was left to
 * the page before: then rows that move are noticed, whichever of two pages was read. */
static bool prints_whole(Listing *l, const PageSeen *seen) {
        Text *t = &l->recall.prints;
        uint64_t print, salt = listing_salt(l);
        if (seen->overlap != 0 || (!l->recall.blind && t->len != (size_t) seen->received * sizeof print))
                return false;
        for (size_t at = 0; at < t->len; at += sizeof print) {
                memcpy(&print, t->at + at, sizeof print);
                if (print == 0)
                        return false;
                print ^= salt;
                memcpy(t->at + at, &print, sizeof print);
        }
        return true;
}

typedef struct Facts {
        uint64_t request, address;
        Str etag, modified; /* lie where they are remembered */
        PageSeen seen;
} Facts;

/* What the pager goes on from stands behind three lines. */
static bool facts_read(const ListingRecall *m, Facts *ret) {
        Str rest = text_str(&m->facts), address = line_take(&rest), request = STR_NULL;
        (void) str_split(&address, ' ', &request);
        ret->etag = line_take(&rest);
        ret->modified = line_take(&rest);
        return text_to_uint64(request, &ret->request) == 0 && text_to_uint64(address, &ret->address) == 0 &&
               page_facts_decode(rest, &ret->seen) == 0;
}

/* Where an answer came from. Its query counts where a redirect led there: else it is the request's own, which is
 * compared besides. The session's key is another one tomorrow, and nothing of it is to be remembered. */
static uint64_t address_hash(const Listing *l, const HttpResponse *r) {
        const SessionPlan *session = &l->source->o.profile->session;
        Str whole = { r->url, strcspn(r->url, "#") }, bare = { r->url, strcspn(r->url, "?#") };
        _cleanup_text_ Text kept = TEXT_INIT(whole.len + 1);
        if (r->hops < 2 || whole.len == bare.len || text_add(&kept, whole) < 0)
                return XXH3_64bits(bare.at, bare.len);
        if (session->place == CARRIER_QUERY)
                http_query_drop(&kept, session->carrier);
        return XXH3_64bits(kept.at, kept.len);
}

/* What makes the answer another one: address, headers, body. What the session adds, a key in the address too, is not
 * put in yet: it is the partition's own, and nothing of it is to be remembered. 0: a token stands in the body. */
static uint64_t request_hash(const HttpRequest *q) {
        if (q->sealed)
                return 0;
        uint64_t hash = XXH3_64bits(q->target, strlen(q->target));
        for (size_t i = 0; i < q->headers.n; i++) {
                hash = XXH3_64bits_withSeed(q->headers.at[i].name, strlen(q->headers.at[i].name), hash);
                hash = XXH3_64bits_withSeed(q->headers.at[i].value, strlen(q->headers.at[i].value), hash);
        }
        return q->body.len > 0 ? XXH3_64bits_withSeed(q->body.at, q->body.len, hash) : hash;
}

int listing_conditions(Listing *l, HttpRequest *q, Err *e) {
        ListingRecall *m = &l->recall;
        Facts f;
        m->asked = false;
        m->request = request_hash(q);
        if (m->plain)
                return 0;
        m->kept = m->there = false;
        m->etag[0] = m->modified[0] = '\0';
        if (!remembers_pages(l) || l->asks_parents || l->details)
                return 0;
        int r = recall(l, e);
        if (r != 0)
                return r < 0 ? r : 0;
        m->there = facts_read(m, &f) && f.request != 0 && f.request == m->request && prints_whole(l, &f.seen);
        if (!m->there || !l->conditional || q->post)
                return 0;
        q->etag = validator_copy(m->etag, f.etag);
        if (!q->etag) /* RFC 9110 13.1.3: a time is the weaker of the two, and only asked where there is no tag */
                q->modified = validator_copy(m->modified, f.modified);
        m->asked = m->kept = q->etag || q->modified;
        return 0;
}

int listing_facts(const Listing *l, const HttpResponse *r, const PageSeen *seen, Text *ret) {
        bool asks = l->stream->validators;
        Str etag = asks ? http_header(r, "ETag") : STR_NULL,
            modified = asks ? http_header(r, "Last-Modified") : STR_NULL;
        if (!remembers_pages(l) || l->recall.request == 0 ||
            !(body_tells_all(l) || validator_fits(etag) || validator_fits(modified)))
                return 0;
        text_addf(ret, "%llu %llu\n", (unsigned long long) l->recall.request, (unsigned long long) address_hash(l, r));
        text_add(ret, validator_fits(etag) ? etag : STR(""));
        text_addc(ret, '\n');
        text_add(ret, validator_fits(modified) ? modified : STR(""));
        text_addc(ret, '\n');
        return page_facts_encode(seen, ret);
}

bool listing_looks_itself(Listing *l) {
        if (!l->sweeps || !l->recall.asked)
                return false;
        return l->recall.plain = true;
}

/* The tag it was asked by, or the time where there was none. */
static bool same_validator(const Listing *l, const HttpResponse *r) {
        const ListingRecall *m = &l->recall;
        Str etag = http_header(r, "ETag"), modified = http_header(r, "Last-Modified");
        return m->etag[0] ? str_eq(str_of(m->etag), etag) : m->modified[0] && str_eq(str_of(m->modified), modified);
}

/* A page whose records are others, although it was said to be as before, or came under the same validator. What only
 * its envelope says (the time of the answer) may differ. */
void listing_validators_judge(Listing *l, const HttpResponse *r, int received, bool others) {
        ListingRecall *m = &l->recall;
        Facts f;
        bool said = m->kept && (m->plain || same_validator(l, r));
        if (!said || l->end.distrust || !facts_read(m, &f) || f.address != address_hash(l, r) ||
            (!others && f.seen.received == received))
                return;
        l->end.distrust = true;
        l->conditional = false;
        _cleanup_text_ Text en = TEXT_INIT(600), vi = TEXT_INIT(600);
        Str path = str_cut(str_of(r->path), 100), tag = str_cut(f.etag.len > 0 ? f.etag : f.modified, 80);
        text_addf(&en, STR_FMT " page %d is said to be as before (" STR_FMT ") and is not: its validators are not "
                  "believed any more", STR_ARG(path), l->sum.pages + l->pager.pages, STR_ARG(tag));
        text_addf(&vi, STR_FMT " trang %d được báo là như cũ (" STR_FMT ") nhưng đã khác: từ nay không tin dấu phiên "
                  "bản của danh sách này", STR_ARG(path), l->sum.pages + l->pager.pages, STR_ARG(tag));
        if (l->sink.note && !en.failed && !vi.failed)
                l->sink.note(l->sink.userdata, l->partition,
                             &(ListingNote) { .severity = SEVERITY_WARNING, .code = "validators-lie", .topic = "",
                                              .count = 1, .en = en.at, .vi = vi.at });
}

/* From here on the listing asks for every page itself. */
static void not_modified(Listing *l, const HttpResponse *r, const char *why, PageOutcome *o) {
        l->conditional = false;
        page_fault(o, FAULT_NOT_MODIFIED, "%.100s page %d: expected status 200, seen 304 (not modified), %s", r->path,
                   l->pager.pages + 1, why);
}

/* The page is what it was: its members are taken as seen, and the pager goes on from what it said then. */
static void take_known(Listing *l, const HttpResponse *r, const PageSeen *seen, Str facts, PageOutcome *o) {
        const PageMemory page = { .hash = { l->recall.hash[0], l->recall.hash[1] }, .facts = facts };
        bool take = false, known = false;
        PageSeen now = *seen;
        int members = 0, next = pager_page(&l->pager, &now, &take);
        Err e = { 0 };
        if (next < 0) {
                page_fault(o, FAULT_TOO_LARGE, "out of memory");
                return;
        }
        o->last = next == PAGER_END;
        int number = l->sum.pages + l->pager.pages;
        if (take && l->sink.page(l->sink.userdata, l->partition, number, &page, &known, &members, &e) < 0)
                listing_broken(l, &e);
        else if (take && !known) /* the sink told so a moment ago; the pager has gone on: no retry brings the page */
                listing_stop(l, FAULT_NOT_MODIFIED, RETRY_NOW,
                             "%.100s page %d: status %d for a page that is as before, and is not kept", r->path, number,
                             r->status);
}

void listing_as_before(Listing *l, const HttpResponse *r, PageOutcome *o) {
        Facts f;
        *o = (PageOutcome) { 0 };
        if (!l->recall.asked || !facts_read(&l->recall, &f)) {
                not_modified(l, r, "which nobody asked about", o);
                return;
        }
        if (f.address != address_hash(l, r)) {
                not_modified(l, r, "by another address than gave the page", o);
                return;
        }
        f.seen.prints = (const uint64_t *) (const void *) l->recall.prints.at;
        if (!l->recall.blind && pager_stood_before(&l->pager, &f.seen, 0)) {
                not_modified(l, r, "of a page whose records stood on the one before", o);
                return;
        }
        l->end.by_validators = true;
        take_known(l, r, &f.seen, text_str(&l->recall.facts), o);
}

bool listing_same_bytes(Listing *l, const HttpResponse *r, const uint64_t hash[static 2], PageOutcome *o) {
        const ListingRecall *m = &l->recall;
        Facts f;
        if (!m->there || m->blind || l->asks_parents || m->hash[0] != hash[0] || m->hash[1] != hash[1] ||
            !body_tells_all(l) || !facts_read(m, &f))
                return false;
        f.seen.prints = (const uint64_t *) (const void *) m->prints.at;
        if (pager_stood_before(&l->pager, &f.seen, 0))
                return false; /* it is looked at itself */
        _cleanup_text_ Text facts = TEXT_INIT(PAGER_CURSOR_MAX * 2);
        *o = (PageOutcome) { 0 };
        if (listing_facts(l, r, &f.seen, &facts) < 0) /* its validators may be others */
                page_fault(o, FAULT_TOO_LARGE, "out of memory");
        else
                take_known(l, r, &f.seen, text_str(&facts), o);
        return true;
}

void listing_changes_note(Listing *l, Normaliser *n, bool aside) {
        const StreamPlan *s = l->stream;
        Str written = STR_NULL;
        if (!s->changes.given)
                return;
        (void) normalise_text(n, &s->by, &written);
        changes_note(&s->changes, &l->changes.seen, written, aside);
}

void listing_memory_end(Listing *l) {
        const ChangesPlan *p = &l->stream->changes;
        ListingChanges *c = &l->changes;
        ChangesCursor next;
        if (p->given && l->end.whole &&
            changes_next(p, &c->seen, c->resumes ? &c->prior : NULL, l->end.received, c->theirs, c->began, &next))
                l->end.cursor = changes_cursor_write(p, &next, c->text);
}
