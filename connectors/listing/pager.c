/* SPDX-License-Identifier: MIT */
#include "connectors/listing/pager.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/language/template.h"
#include "connectors/limits.h"
#include "state/model/err.h"

#define EMPTY_PAGES_MAX 100 /* in a row, while more is claimed */

/* By what a listing of this kind ends when the profile does not say. */
static StopRule stop_of(const PagingPlan *plan) {
        if (plan->stop != STOP_DEFAULT)
                return (StopRule) plan->stop;
        if (paging_by_text(plan))
                return STOP_FLAG;
        if (plan->total.text || plan->total_header)
                return STOP_TOTAL;
        return plan->more.text ? STOP_FLAG : STOP_EMPTY;
}

void pager_begin(Pager *p, const PagingPlan *plan) {
        *p = (Pager) { .plan = plan, .stop = stop_of(plan), .total = -1, .first_total = -1,
                       .cursor = TEXT_INIT(PAGER_CURSOR_MAX), .emptiest = INT32_MAX, .inner = INT32_MAX };
}

void pager_done(Pager *p) {
        text_free(&p->cursor);
        hash_set_free(&p->seen);
        hash_set_free(&p->before);
        *p = (Pager) { 0 };
}

void pager_again(Pager *p) {
        const PagingPlan *plan = p->plan;
        uint64_t sequence = p->sequence;
        int passes = p->passes + 1, usual = p->usual;
        pager_done(p);
        pager_begin(p, plan);
        p->last_sequence = sequence;
        p->passes = passes;
        p->usual = usual;
}

static void add_parameter(Text *t, const char *name, Str value) {
        if (t->len)
                text_addc(t, '&');
        template_encode(t, str_of(name), TEMPLATE_PATH);
        text_addc(t, '=');
        template_encode(t, value, TEMPLATE_PATH);
}

static void add_number(Text *t, const char *name, int64_t value) {
        char digits[24];
        snprintf(digits, sizeof digits, "%lld", (long long) value);
        add_parameter(t, name, str_of(digits));
}

int64_t pager_offset(const Pager *p) {
        return p->received - (p->plan->overlap && p->received > 0);
}

Str pager_cursor(const Pager *p) {
        return p->pages == 0 ? str_of(p->plan->first_cursor) : text_str(&p->cursor);
}

Str pager_address(const Pager *p) {
        bool named = p->plan->kind == PAGING_LINK || p->plan->kind == PAGING_NEXT;
        return named && p->pages > 0 ? text_str(&p->cursor) : STR_NULL;
}

int pager_query(const Pager *p, Text *ret) {
        const PagingPlan *plan = p->plan;
        bool text = plan->kind == PAGING_CURSOR || plan->kind == PAGING_KEYSET;
        if (plan->kind == PAGING_PAGE && plan->page_parameter)
                add_number(ret, plan->page_parameter, pager_page_number(p));
        if (plan->kind == PAGING_OFFSET && plan->offset_parameter)
                add_number(ret, plan->offset_parameter, pager_offset(p));
        if (text && plan->cursor_parameter && pager_cursor(p).len)
                add_parameter(ret, plan->cursor_parameter, pager_cursor(p));
        if (plan->size_parameter && plan->size > 0)
                add_number(ret, plan->size_parameter, plan->size);
        return ret->failed;
}

/* The first fault keeps the floor; a loss is never forgotten. */
static void fault(Pager *p, Fault f, bool lossy, const char *format, ...) __attribute__((format(printf, 4, 5)));
static void fault(Pager *p, Fault f, bool lossy, const char *format, ...) {
        p->lossy |= lossy;
        if (p->fault != FAULT_NONE)
                return;
        va_list args;
        va_start(args, format);
        vsnprintf(p->detail, sizeof p->detail, format, args);
        va_end(args);
        p->fault = f;
}

/* Page hashes, edges and cursors live in one set, told apart by a salt. */
typedef enum Salt { SALT_PAGE = 1, SALT_FIRST, SALT_LAST, SALT_CURSOR } Salt;

static uint64_t salted(uint64_t hash, Salt salt) {
        return (hash + (uint64_t) salt * 0xd6e8feb86659fd93ull) * 0x9e3779b97f4a7c15ull;
}

static bool seen_has(const Pager *p, uint64_t hash, Salt salt) {
        return hash_set_has(&p->seen, salted(hash, salt));
}

static int seen_add(Pager *p, uint64_t hash, Salt salt) {
        return hash_set_add(&p->seen, salted(hash, salt));
}

static uint64_t text_hash(Str s) {
        uint64_t h = 14695981039346656037ull;
        for (size_t i = 0; i < s.len; i++)
                h = (h ^ (unsigned char) s.at[i]) * 1099511628211ull;
        return h;
}

/* Where the next page is meant to begin with what the last one ended in. */
static bool overlaps(const Pager *p) {
        return p->pages > 1 && (p->plan->overlap || p->plan->kind == PAGING_KEYSET);
}

/* So many records at the front stood on the page before, as they should or may. */
static int overlap_of(const Pager *p, const PageSeen *s) {
        int most = p->plan->kind == PAGING_KEYSET ? s->received : s->received > 0, n = 0;
        if (!overlaps(p))
                return 0;
        if (!s->prints)
                return s->overlap > 0 ? s->overlap : s->received > 0 && seen_has(p, s->first_hash, SALT_LAST);
        while (n < most && hash_set_has(&p->before, s->prints[n]))
                n++;
        return n;
}

bool pager_stood_before(const Pager *p, const PageSeen *s, int from) {
        for (int i = from; i < s->received; i++)
                if (hash_set_has(&p->before, s->prints[i]))
                        return true;
        return false;
}

/* A record that stood on the page before too, where none should. */
static bool comes_twice(const Pager *p, const PageSeen *s) {
        if (!s->prints)
                return s->overlap == 0 && seen_has(p, s->first_hash, SALT_LAST);
        return pager_stood_before(p, s, s->overlap);
}

static int before_keep(Pager *p, const PageSeen *s) {
        if (s->received > 0)
                hash_set_clear(&p->before);
        for (int i = 0; i < s->received; i++) {
                uint64_t print = s->prints ? s->prints[i] : i == 0 ? s->first_hash : s->last_hash;
                if (hash_set_add(&p->before, print) < 0)
                        return -ENOMEM;
                p->sequence = (p->sequence ^ print) * 0x9fb21c651e98df25ull;
                if (!s->prints)
                        i = i == 0 && s->received > 1 ? s->received - 2 : s->received;
        }
        return 0;
}

/* The same bytes or the same first record: a repetition. A record that was on the page before: rows moved, unless the
 * last pass read just the same, then it stands in the list twice. */
static int check_repeat(Pager *p, const PageSeen *s, bool *ret) {
        *ret = false;
        int fresh = s->received - s->overlap;
        if (s->received == 0 || (fresh == 0 && s->overlap > 0))
                return before_keep(p, s);
        bool page = seen_has(p, s->bytes_hash, SALT_PAGE);
        bool first = s->overlap == 0 && seen_has(p, s->first_hash, SALT_FIRST);
        *ret = page || first;
        p->reread_helps |= first && !page; /* as many rows came in before it as a page holds */
        if (*ret)
                fault(p, FAULT_PAGE_REPEATS, true, "page %d repeats %s", p->pages,
                      page ? "an earlier page byte by byte" : "an earlier page's first record");
        else
                p->moved |= comes_twice(p, s);
        if (seen_add(p, s->bytes_hash, SALT_PAGE) < 0 || seen_add(p, s->first_hash, SALT_FIRST) < 0 ||
            seen_add(p, s->last_hash, SALT_LAST) < 0)
                return -ENOMEM;
        return before_keep(p, s);
}

static void note_total(Pager *p, const PageSeen *s) {
        int64_t total = s->total;
        if (total < 0 || (p->plan->total_cap > 0 && total >= p->plan->total_cap))
                return;
        if (p->plan->total_means == TOTAL_OF_REST)
                total += p->received - s->overlap;
        if (p->first_total < 0)
                p->first_total = total;
        p->drifted |= total != p->first_total;
        p->total = total;
}

static void mismatch(Pager *p) {
        p->reread_helps = true;
        if (p->drifted)
                fault(p, FAULT_COUNT_MISMATCH, true,
                      "the total changed from %lld to %lld while %d pages were read, and %lld records came",
                      (long long) p->first_total, (long long) p->total, p->pages, (long long) p->received);
        else
                fault(p, FAULT_COUNT_MISMATCH, true,
                      "expected %lld records (the total claimed), received %lld in %d pages", (long long) p->total,
                      (long long) p->received, p->pages);
}

static void end_by(Pager *p, Proof proof) {
        if (p->moved && p->sequence != p->last_sequence) {
                p->reread_helps = true;
                fault(p, FAULT_COUNT_MISMATCH, true, "records came on two pages: rows moved while they were read");
        }
        if (p->total >= 0 && p->received != p->total) {
                mismatch(p);
        } else if (p->drifted) {
                p->reread_helps = true;
                fault(p, FAULT_COUNT_MISMATCH, true, "the total changed from %lld to %lld while the pages were read",
                      (long long) p->first_total, (long long) p->total);
        } else if (!p->lossy) {
                p->proof = p->total >= 0 ? PROOF_TOTAL : proof;
        }
}

/* The proof that this page is the last, PROOF_NONE when more must be asked for. A short page is the last when another
 * was fuller: the first page alone cannot tell a short list from a system that gives fewer than were asked for. */
static Proof last_by(const Pager *p, const PageSeen *s) {
        int fresh = s->received - s->overlap;
        bool text = paging_by_text(p->plan);
        if (p->plan->kind == PAGING_NONE)
                return PROOF_ONE_PAGE;
        if (p->stop == STOP_FLAG)
                return (s->more_known ? !s->more : text && s->cursor.len == 0) ? PROOF_LAST_FLAG : PROOF_NONE;
        if (fresh == 0)
                return PROOF_EMPTY_PAGE;
        if (text && s->cursor.len == 0)
                return PROOF_LAST_FLAG;
        if (p->stop == STOP_TOTAL && p->total >= 0 && p->received >= p->total)
                return PROOF_TOTAL;
        if (text) /* it names the next: a short page is not the last then, whatever the profile hopes */
                return PROOF_NONE;
        return p->stop == STOP_SHORT && s->received < p->fullest ? PROOF_SHORT_PAGE : PROOF_NONE;
}

static int cursor_keep(Pager *p, const PageSeen *s) {
        if (seen_has(p, text_hash(s->cursor), SALT_CURSOR)) {
                fault(p, FAULT_PAGE_REPEATS, true,
                      p->plan->kind == PAGING_KEYSET ? "page %d ends in a key that ended a page before"
                                                     : "page %d gives a cursor that was used before",
                      p->pages);
                return PAGER_END;
        }
        if (seen_add(p, text_hash(s->cursor), SALT_CURSOR) < 0)
                return -ENOMEM;
        text_clear(&p->cursor);
        text_add(&p->cursor, s->cursor);
        if (p->cursor.failed == -E2BIG) {
                fault(p, FAULT_TOO_LARGE, true, "page %d gives a cursor of more than %d bytes", p->pages,
                      PAGER_CURSOR_MAX);
                return PAGER_END;
        }
        return p->cursor.failed ? p->cursor.failed : PAGER_NEXT;
}

static int next_text(Pager *p, const PageSeen *s) {
        const PagingPlan *plan = p->plan;
        if (s->cursor.len > 0)
                return cursor_keep(p, s);
        fault(p, FAULT_SELECTOR_MISSING, true, "page %d says that more follows, but %s holds no %s", p->pages,
              plan->kind == PAGING_LINK ? "Link" : plan->cursor_header ? plan->cursor_header : plan->cursor.text,
              plan->kind == PAGING_CURSOR ? "cursor" : "address");
        return PAGER_END;
}

/* Fewer than asked, and more behind: the server lowered the page size. By page number that has skipped records already;
 * by offset nothing is lost, as the next request begins where this one ended. Fewer and nothing behind is the end, and
 * what a total claims besides is not there. */
static int next_number(Pager *p, const PageSeen *s) {
        const PagingPlan *plan = p->plan;
        int full = plan->size > 0 ? plan->size : p->fullest;
        bool numbered = plan->kind == PAGING_PAGE, was_short = p->was_short;
        if (s->received == 0 && !numbered) {
                fault(p, FAULT_COUNT_MISMATCH, true, "page %d is empty, though more is said to follow", p->pages);
                return PAGER_END;
        }
        p->was_short = s->received < full;
        if (!was_short || s->received == 0 || plan->short_pages || !(numbered || p->total >= 0))
                return PAGER_NEXT;
        fault(p, FAULT_PAGE_SIZE_LOWERED, numbered, "asked for pages of %d, page %d had fewer, yet page %d has %d",
              full, p->pages - 1, p->pages, s->received);
        return numbered ? PAGER_END : PAGER_NEXT;
}

/* Keys that some records share, and a system that goes on behind the last key: the rest of a tie may be lost. */
static int next_key(Pager *p, const PageSeen *s) {
        if (s->cursor.len > 0)
                return cursor_keep(p, s);
        fault(p, FAULT_SELECTOR_MISSING, true, "page %d: its last record has no key at %s", p->pages,
              p->plan->key.text);
        return PAGER_END;
}

static void keys_note(Pager *p, const PageSeen *s) {
        p->ties |= s->key_ties;
        p->overlapped |= s->overlap > 0;
        if (s->key_order != KEYS_UNKNOWN && p->order != KEYS_UNKNOWN && p->order != s->key_order)
                p->order = KEYS_MIXED;
        else if (s->key_order != KEYS_UNKNOWN)
                p->order = s->key_order;
}

static void keys_judge(Pager *p, const PageSeen *s) {
        if (p->order == KEYS_MIXED)
                fault(p, FAULT_COUNT_MISMATCH, true, "the records are not in the order of their key %s",
                      p->plan->key.text);
        if (p->ties && p->pages > 1 && !p->overlapped && p->total < 0)
                fault(p, FAULT_COUNT_MISMATCH, true,
                      "records share the key %s, and the system goes on behind it: some may be missed",
                      p->plan->key.text);
        bool full = s->overlap > 1 || p->plan->size == 1; /* one record that comes again is mostly all there is */
        if (full && s->overlap > 0 && s->overlap == s->received && s->overlap >= p->fullest && p->total < 0)
                fault(p, FAULT_COUNT_MISMATCH, true,
                      "page %d gives nothing new: as many records share one key as a page holds", p->pages);
}

/* How full a page is says little where the system filters after it has paged, and by offset the next one begins behind
 * what came. Elsewhere what a page lacks that is not the last may be lost. */
static void sizes_note(Pager *p, const PageSeen *s) {
        if (s->received > s->overlap && p->emptiest < p->inner)
                p->inner = p->emptiest;
        if (s->received > 0) {
                p->last_filled = s->received;
                p->filled++;
        }
        p->emptiest = s->received < p->emptiest ? s->received : p->emptiest;
        p->fullest = s->received > p->fullest ? s->received : p->fullest;
}

/* Records of a full page: as it was, or as it shows. Where nobody knows how it was, and only one page stands before the
 * last to show it, as many as were asked for. */
static int page_holds(const Pager *p) {
        int size = p->usual > p->fullest ? p->usual : p->fullest;
        return p->usual == 0 && p->filled < 3 && p->plan->size > size ? p->plan->size : size;
}

/* Of the only page: as many as one held before, or as were asked for. One that holds more than either shows that it is
 * neither. */
static int one_page_holds(const Pager *p, int last) {
        return p->usual > 0 && last <= p->usual ? p->usual : p->plan->size >= last ? p->plan->size : 0;
}

/* Without a total all rests on what the pages say of each other. A last page that is as full as any may be the last, or
 * one whose word of the next was lost; one in the middle that is emptier than others has lost records, or has not. This
 * reading does not tell. */
static void ended_unproved(Pager *p) {
        const PagingPlan *plan = p->plan;
        int last = p->last_filled, full = p->filled > 1 ? p->fullest : one_page_holds(p, last);
        bool gap = plan->kind != PAGING_OFFSET && !plan->short_pages && p->inner < page_holds(p);
        if (p->total >= 0 || plan->kind == PAGING_NONE || p->proof == PROOF_NONE)
                return;
        if (gap)
                snprintf(p->unproved, sizeof p->unproved,
                         "a page with %d records is not the last, where a page holds %d: no total tells whether some "
                         "were left out", p->inner, page_holds(p));
        else if (full > 0 && last >= full)
                snprintf(p->unproved, sizeof p->unproved,
                         "the last page is full (%d records): no total tells whether more follow", last);
}

static int ended(Pager *p, const PageSeen *s, Proof proof) {
        const PagingPlan *plan = p->plan;
        if (plan->kind == PAGING_KEYSET)
                keys_judge(p, s);
        if (plan->kind == PAGING_NONE && plan->size > 0 && s->received >= plan->size && p->total < 0)
                fault(p, FAULT_COUNT_MISMATCH, true, "the one page is full (%d records): there may be more",
                      s->received);
        end_by(p, proof);
        ended_unproved(p);
        return PAGER_END;
}

static int next(Pager *p, const PageSeen *s) {
        int r = p->plan->kind == PAGING_KEYSET ? next_key(p, s) : paging_by_text(p->plan) ? next_text(p, s)
                                                                                          : next_number(p, s);
        int most = p->plan->pages_max > 0 ? p->plan->pages_max : LIMIT_PAGES;
        if (r == PAGER_NEXT && p->pages >= most) {
                fault(p, FAULT_TOO_LARGE, true, "more than %d pages", most);
                return PAGER_END;
        }
        if (r == PAGER_NEXT && p->empty_pages > EMPTY_PAGES_MAX) {
                fault(p, FAULT_PAGE_REPEATS, true, "%d empty pages in a row, and more is said to follow",
                      p->empty_pages);
                return PAGER_END;
        }
        return r;
}

int pager_page(Pager *p, PageSeen *s, bool *ret_take) {
        bool repeats;
        p->pages++;
        s->overlap = overlap_of(p, s);
        note_total(p, s);
        if (check_repeat(p, s, &repeats) < 0)
                return -ENOMEM;
        *ret_take = !repeats;
        if (repeats)
                return PAGER_END;
        if (p->plan->overlap && p->received > 0 && s->overlap == 0)
                p->moved = true; /* what must come again did not */
        int fresh = s->received - s->overlap;
        p->received += fresh;
        p->empty_pages = fresh == 0 ? p->empty_pages + 1 : 0;
        keys_note(p, s);
        sizes_note(p, s);
        Proof proof = last_by(p, s);
        if (proof != PROOF_NONE)
                return ended(p, s, proof);
        if (p->stop == STOP_FLAG && s->received == 0)
                p->inner = 0; /* it said that more follows */
        return next(p, s);
}

bool pager_complete(const Pager *p) {
        return p->proof != PROOF_NONE && !p->lossy;
}

bool pager_wants_again(const Pager *p) {
        return p->reread_helps && p->sequence != p->last_sequence;
}
