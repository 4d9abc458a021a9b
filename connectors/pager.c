/* SPDX-License-Identifier: MIT */
#include "connectors/pager.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/limits.h"
#include "state/model/err.h"

void pager_begin(Pager *p, const PagingPlan *plan) {
        *p = (Pager) { .plan = plan, .total = -1, .first_total = -1, .cursor = TEXT_INIT(4096) };
}

void pager_done(Pager *p) {
        text_free(&p->cursor);
        free(p->seen);
        *p = (Pager) { 0 };
}

static void add_encoded(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                unsigned char c = (unsigned char) s.at[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             (c && strchr("-._~", c));
                if (plain)
                        text_addc(t, (char) c);
                else
                        text_addf(t, "%%%02X", c);
        }
}

static void add_parameter(Text *t, const char *name, Str value) {
        if (t->len)
                text_addc(t, '&');
        add_encoded(t, str_of(name));
        text_addc(t, '=');
        add_encoded(t, value);
}

static void add_number(Text *t, const char *name, int64_t value) {
        char digits[24];
        snprintf(digits, sizeof digits, "%lld", (long long) value);
        add_parameter(t, name, str_of(digits));
}

int pager_query(const Pager *p, Text *ret) {
        const PagingPlan *plan = p->plan;
        if (plan->kind == PAGING_PAGE)
                add_number(ret, plan->page_parameter, plan->first_page + p->pages);
        else if (plan->kind == PAGING_OFFSET)
                add_number(ret, plan->offset_parameter, p->received);
        else if (p->cursor.len)
                add_parameter(ret, plan->cursor_parameter, text_str(&p->cursor));
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

static size_t seen_place(const uint64_t *at, size_t room, uint64_t hash) {
        size_t i = hash & (room - 1);
        while (at[i] != 0 && at[i] != hash)
                i = (i + 1) & (room - 1);
        return i;
}

static int seen_grow(Pager *p) {
        if ((p->n_seen + 1) * 2 <= p->room_seen)
                return 0;
        size_t room = p->room_seen ? p->room_seen * 2 : 64;
        uint64_t *at = calloc(room, sizeof *at);
        if (!at)
                return -ENOMEM;
        for (size_t i = 0; i < p->room_seen; i++)
                if (p->seen[i])
                        at[seen_place(at, room, p->seen[i])] = p->seen[i];
        free(p->seen);
        p->seen = at;
        p->room_seen = room;
        return 0;
}

/* Page hashes, edges and cursors live in one table, told apart by a salt. */
typedef enum Salt { SALT_PAGE = 1, SALT_FIRST, SALT_LAST, SALT_CURSOR } Salt;

static uint64_t salted(uint64_t hash, Salt salt) {
        hash = (hash + (uint64_t) salt * 0xd6e8feb86659fd93ull) * 0x9e3779b97f4a7c15ull;
        return hash ? hash : 1;
}

static bool seen_has(const Pager *p, uint64_t hash, Salt salt) {
        return p->room_seen && p->seen[seen_place(p->seen, p->room_seen, salted(hash, salt))] != 0;
}

static int seen_add(Pager *p, uint64_t hash, Salt salt) {
        if (seen_grow(p) < 0)
                return -ENOMEM;
        size_t i = seen_place(p->seen, p->room_seen, salted(hash, salt));
        p->n_seen += p->seen[i] == 0;
        p->seen[i] = salted(hash, salt);
        return 0;
}

static uint64_t text_hash(Str s) {
        uint64_t h = 14695981039346656037ull;
        for (size_t i = 0; i < s.len; i++)
                h = (h ^ (unsigned char) s.at[i]) * 1099511628211ull;
        return h;
}

/* The same bytes or the same first record: a repetition. An overlap by an edge record is drift: rows moved between
 * pages. */
static int check_repeat(Pager *p, const PageSeen *s, bool *ret) {
        *ret = false;
        if (s->received == 0)
                return 0;
        bool page = seen_has(p, s->bytes_hash, SALT_PAGE), first = seen_has(p, s->first_hash, SALT_FIRST);
        *ret = page || first;
        if (*ret)
                fault(p, FAULT_PAGE_REPEATS, true, "page %d repeats %s", p->pages,
                      page ? "an earlier page byte by byte" : "an earlier page's first record");
        else if (seen_has(p, s->first_hash, SALT_LAST))
                fault(p, FAULT_COUNT_MISMATCH, true,
                      "page %d begins with the last record of another: rows moved between pages", p->pages);
        if (seen_add(p, s->bytes_hash, SALT_PAGE) < 0 || seen_add(p, s->first_hash, SALT_FIRST) < 0)
                return -ENOMEM;
        return seen_add(p, s->last_hash, SALT_LAST);
}

static void note_total(Pager *p, int64_t total) {
        if (total < 0)
                return;
        if (p->first_total < 0)
                p->first_total = total;
        p->drifted |= total != p->first_total;
        p->total = total;
}

static void mismatch(Pager *p) {
        fault(p, FAULT_COUNT_MISMATCH, true, "expected %lld records (the total claimed), received %lld in %d pages",
              (long long) p->total, (long long) p->received, p->pages);
}

static int end_by(Pager *p, Proof proof) {
        if (p->total >= 0 && p->received != p->total)
                mismatch(p);
        else if (p->drifted)
                fault(p, FAULT_COUNT_MISMATCH, true, "the total changed from %lld to %lld while the pages were read",
                      (long long) p->first_total, (long long) p->total);
        else
                p->proof = p->total >= 0 ? PROOF_TOTAL : proof;
        return PAGER_END;
}

static int next_cursor(Pager *p, const PageSeen *s) {
        bool ended = s->more_known ? !s->more : s->cursor.len == 0;
        if (ended)
                return end_by(p, PROOF_LAST_FLAG);
        if (s->cursor.len == 0) {
                fault(p, FAULT_SELECTOR_MISSING, true, "page %d says that more follows, but %s holds no cursor",
                      p->pages, p->plan->cursor.text);
                return PAGER_END;
        }
        if (seen_has(p, text_hash(s->cursor), SALT_CURSOR)) {
                fault(p, FAULT_PAGE_REPEATS, true, "page %d gives a cursor that was used before", p->pages);
                return PAGER_END;
        }
        if (seen_add(p, text_hash(s->cursor), SALT_CURSOR) < 0)
                return -ENOMEM;
        text_clear(&p->cursor);
        text_add(&p->cursor, s->cursor);
        if (p->cursor.failed == -E2BIG) {
                fault(p, FAULT_TOO_LARGE, true, "page %d gives a cursor of more than 4096 bytes", p->pages);
                return PAGER_END;
        }
        return p->cursor.failed ? p->cursor.failed : PAGER_NEXT;
}

/* Page numbers and offsets. Fewer than asked while more is claimed: the server lowered the page size. By page number
 * that has skipped records already; by offset nothing is lost, as the next request begins where this one ended. */
static int next_numbered(Pager *p, const PageSeen *s) {
        bool numbered = p->plan->kind == PAGING_PAGE;
        if (s->received == 0)
                return end_by(p, PROOF_EMPTY_PAGE);
        if (p->total >= 0 && p->received >= p->total)
                return end_by(p, PROOF_TOTAL);
        if (p->total >= 0 && s->received < p->plan->size) {
                fault(p, FAULT_PAGE_SIZE_LOWERED, numbered,
                      "asked for pages of %d, page %d has %d while %lld of %lld are still to come", p->plan->size,
                      p->pages, s->received, (long long) (p->total - p->received), (long long) p->total);
                if (numbered)
                        return PAGER_END;
        }
        return PAGER_NEXT;
}

int pager_page(Pager *p, const PageSeen *s, bool *ret_take) {
        bool repeats;
        p->pages++;
        note_total(p, s->total);
        if (check_repeat(p, s, &repeats) < 0)
                return -ENOMEM;
        *ret_take = !repeats;
        if (repeats)
                return PAGER_END;
        p->received += s->received;
        int r = p->plan->kind == PAGING_CURSOR ? next_cursor(p, s) : next_numbered(p, s);
        if (r == PAGER_NEXT && p->pages >= LIMIT_PAGES) {
                fault(p, FAULT_TOO_LARGE, true, "more than %d pages", LIMIT_PAGES);
                return PAGER_END;
        }
        return r;
}

bool pager_complete(const Pager *p) {
        return p->proof != PROOF_NONE && !p->lossy;
}
