/* SPDX-License-Identifier: MIT */
/* Members of pages: record ids, sorted, as differences of seven bits a byte, and beside them the prints of their bytes
 * in the same order. Of a listing that is read anew only the last thousand wait in memory; the others wait in an
 * unlinked file, each page at its own place, because the ids of new records are known last. */
#include <errno.h>
#include <unistd.h>

#include "state/store-parts.h"

#define MEMBERS_MOVED 32 /* more that stand in wrong order, and all are sorted */

int members_add(Members *m, int64_t id, uint64_t print, Err *e) {
        if (id <= 0 || id > UINT32_MAX)
                return err_set(e, -ERANGE, RETRY_NEVER, "store: record id %lld", (long long) id);
        if (m->n == m->room) {
                size_t room = m->room ? m->room * 2 : 64;
                Member *grown = realloc(m->at, room * sizeof *grown);

                if (!grown)
                        return err_oom(e);
                m->at = grown;
                m->room = room;
        }
        m->at[m->n++] = (Member) { print, (uint32_t) id };
        return 0;
}

static int member_cmp(const void *a, const void *b) {
        uint32_t x = ((const Member *) a)->id, y = ((const Member *) b)->id;

        return x < y ? -1 : x > y;
}

/* A page that is as before shows them as they were stored, and the few of a page that changed come behind those that
 * did not: these are put in their places. */
static void members_sort(Members *m) {
        size_t moved = 0;

        for (size_t i = 1; i < m->n; i++) {
                Member late = m->at[i];
                size_t at = i;

                if (m->at[i - 1].id <= late.id)
                        continue;
                if (++moved > MEMBERS_MOVED) {
                        qsort(m->at, m->n, sizeof *m->at, member_cmp);
                        return;
                }
                while (at > 0 && m->at[at - 1].id > late.id)
                        at--;
                memmove(m->at + at + 1, m->at + at, (i - at) * sizeof *m->at);
                m->at[at] = late;
        }
}

/* Sorted, each once. One that stands twice on the page is known by its bytes only if both have the same. */
static void members_settle(Members *m) {
        size_t n = 0;

        members_sort(m);
        for (size_t i = 0; i < m->n; i++) {
                if (n == 0 || m->at[n - 1].id != m->at[i].id)
                        m->at[n++] = m->at[i];
                else if (m->at[n - 1].print != m->at[i].print)
                        m->at[n - 1].print = 0;
        }
        m->n = n;
}

static void step_encode(uint32_t step, Text *t) {
        for (; step >= 0x80; step >>= 7)
                (void) text_addc(t, (char) (step | 0x80));
        (void) text_addc(t, (char) step);
}

int members_encode(Members *m, Text *ids, Text *prints) {
        bool any = false;

        members_settle(m);
        for (size_t i = 0; i < m->n; i++) {
                step_encode(m->at[i].id - (i > 0 ? m->at[i - 1].id : 0), ids);
                any |= m->at[i].print != 0;
        }
        for (size_t i = 0; i < m->n && any; i++)
                (void) text_add(prints, (Str) { (const char *) &m->at[i].print, sizeof m->at[i].print });
        return ids->failed ? ids->failed : prints->failed;
}

int members_encode_bits(const Bits *b, Text *ids) {
        int64_t last = 0;

        for (int64_t id = bits_next(b, 0); id >= 0; id = bits_next(b, id + 1)) {
                step_encode((uint32_t) (id - last), ids);
                last = id;
        }
        return ids->failed;
}

int members_decode(Str blob, int (*member)(void *u, int64_t id, Err *e), void *userdata, Err *e) {
        uint64_t id = 0, step = 0;
        int shift = 0, r;

        for (size_t i = 0; i < blob.len; i++) {
                unsigned char c = (unsigned char) blob.at[i];

                step |= (uint64_t) (c & 0x7f) << shift;
                shift += 7;
                if (c & 0x80) {
                        if (shift > 28)
                                break;
                        continue;
                }
                id += step;
                if (step == 0 || id > UINT32_MAX)
                        return store_damaged(e, "page", STR_NULL, "members out of order");
                r = member(userdata, (int64_t) id, e);
                if (r != 0)
                        return r;
                step = 0;
                shift = 0;
        }
        return shift == 0 ? 0 : store_damaged(e, "page", STR_NULL, "members cut short");
}

static int member_into(void *u, int64_t id, Err *e) {
        bool was;

        return bits_add(u, id, &was, e);
}

int members_into(Str blob, Bits *b, Err *e) {
        return members_decode(blob, member_into, b, e);
}

/* Every page's members to their place in the file. */
static int members_put_aside(Listing *l, Err *e) {
        int r = 0;

        if (l->aside == 0) {
                r = spool_open(l->store->directory, e);
                if (r < 0)
                        return r;
                l->aside = r + 1;
        }
        for (size_t i = 0; i < l->n_pages && r >= 0; i++) {
                ListingPage *p = &l->pages[i];
                Members *m = &p->members;

                if (m->n == 0)
                        continue;
                r = spool_write_at(l->aside - 1, (Str) { (const char *) m->at, m->n * sizeof *m->at },
                                   (p->first + m->aside) * sizeof *m->at, e);
                m->aside += m->n;
                free(m->at);
                *m = (Members) { .aside = m->aside };
        }
        l->held = 0;
        return r < 0 ? r : 0;
}

int members_hold(Listing *l, ListingPage *page, int64_t record, uint64_t print, Err *e) {
        int r = members_add(&page->members, record, print, e);

        if (r == 0 && ++l->held >= MEMBERS_HELD)
                r = members_put_aside(l, e);
        return r;
}

int members_gather(Listing *l, const ListingPage *p, Members *into, Err *e) {
        size_t all = p->members.aside + p->members.n;
        int r = 0;

        if (all > into->room) {
                Member *grown = realloc(into->at, all * sizeof *grown);

                if (!grown)
                        return err_oom(e);
                into->at = grown;
                into->room = all;
        }
        if (p->members.aside > 0)
                r = spool_read_at(l->aside - 1, (char *) into->at, p->members.aside * sizeof *into->at,
                                  p->first * sizeof *into->at, e);
        if (p->members.n > 0)
                memcpy(into->at + p->members.aside, p->members.at, p->members.n * sizeof *into->at);
        into->n = all;
        return r;
}

void members_free(Listing *l) {
        for (size_t i = 0; i < l->n_pages; i++)
                free(l->pages[i].members.at);
        if (l->aside > 0)
                (void) close(l->aside - 1);
}
