/* SPDX-License-Identifier: MIT */
/* Records known by their bytes. Rows that come and go shift the others over the edges of pages, so a record is looked
 * for on its page, the one before and the one after; three pages are in memory at a time, whatever the listing. */
#include "state/store-parts.h"

#define PRINTS_MAX 65536 /* records on one page; a larger one is normalised anew */

static int print_member(void *u, int64_t id, Err *e) {
        PrintPage *p = u;

        if (p->n == p->room)
                return store_damaged(e, "page", STR_NULL, "fewer prints than members");
        p->id[p->n++] = (uint32_t) id;
        return 0;
}

static void page_clear(PrintPage *p) {
        free(p->id);
        free(p->print);
        *p = (PrintPage) { 0 };
}

/* A page that is not there, or knows no prints, is there with none. */
static int page_load(Listing *l, int number, PrintPage *p, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Str prints;
        int r;

        page_clear(p);
        p->number = number;
        r = stmt_ask(l->store, &q, e, "SELECT members, prints FROM page WHERE partition = ? AND number = ?", "ii",
                     l->id, (int64_t) number);
        if (r <= 0)
                return r;
        prints = stmt_blob(q, 1);
        p->room = prints.len / sizeof *p->print;
        if (p->room == 0 || p->room > PRINTS_MAX)
                return 0;
        p->id = malloc(p->room * sizeof *p->id);
        p->print = malloc(p->room * sizeof *p->print);
        if (!p->id || !p->print)
                return err_oom(e);
        memcpy(p->print, prints.at, p->room * sizeof *p->print);
        r = members_decode(stmt_blob(q, 0), print_member, p, e);
        if (r == 0 && p->n != p->room)
                r = store_damaged(e, "page", STR_NULL, "more prints than members");
        return r;
}

static PrintPage *page_of(Prints *w, int number) {
        for (size_t i = 0; i < 3; i++)
                if (w->page[i].number == number)
                        return &w->page[i];
        return NULL;
}

static int window_load(Listing *l, int number, Err *e) {
        Prints *w = &l->prints;
        int r = 0;

        w->number = 0; /* until all of it is there */
        w->indexed = false;
        for (int wanted = number + 1; wanted >= number - 1 && r == 0; wanted--) {
                PrintPage *free_one = NULL;

                if (wanted < 1 || page_of(w, wanted))
                        continue;
                for (size_t i = 0; i < 3; i++)
                        if (w->page[i].number == 0 || w->page[i].number < number - 1 ||
                            w->page[i].number > number + 1)
                                free_one = &w->page[i];
                r = page_load(l, wanted, free_one, e);
        }
        if (r < 0)
                return r;
        w->number = number;
        w->in = (size_t) (page_of(w, number) - w->page);
        w->at = 0;
        return 0;
}

/* Where a print's search begins: XXH3 leaves nothing to mix. */
static size_t slot_first(const Prints *w, uint64_t print) {
        return (size_t) print & (w->slots - 1);
}

static int window_index(Prints *w, Err *e) {
        size_t n = w->page[0].n + w->page[1].n + w->page[2].n, slots = 64;

        while (slots < n * 2)
                slots *= 2;
        if (slots > w->slots) {
                uint32_t *grown = realloc(w->slot, slots * sizeof *grown);

                if (!grown)
                        return err_oom(e);
                w->slot = grown;
                w->slots = slots;
        }
        memset(w->slot, 0, w->slots * sizeof *w->slot);
        for (uint32_t i = 0; i < 3; i++)
                for (uint32_t k = 0; k < w->page[i].n; k++) {
                        size_t s = slot_first(w, w->page[i].print[k]);

                        while (w->slot[s] != 0)
                                s = (s + 1) & (w->slots - 1);
                        w->slot[s] = (i + 1) << 24 | k;
                }
        w->indexed = true;
        return 0;
}

static bool stands_at(Prints *w, size_t in, size_t at, uint64_t print, int64_t *ret_record) {
        const PrintPage *p = &w->page[in];

        if (at >= p->n || p->print[at] != print)
                return false;
        *ret_record = p->id[at];
        w->in = in;
        w->at = at + 1;
        return true;
}

/* As before in most listings: right after the last one, or with one between that changed. */
static int window_find(Prints *w, uint64_t print, int64_t *ret_record, Err *e) {
        int r;

        if (stands_at(w, w->in, w->at, print, ret_record) || stands_at(w, w->in, w->at + 1, print, ret_record))
                return 0;
        if (!w->indexed) {
                r = window_index(w, e);
                if (r < 0)
                        return r;
        }
        for (size_t s = slot_first(w, print); w->slot[s] != 0; s = (s + 1) & (w->slots - 1))
                if (stands_at(w, (w->slot[s] >> 24) - 1, w->slot[s] & 0xffffff, print, ret_record))
                        return 0;
        return 1;
}

int prints_find(Listing *l, int number, uint64_t print, int64_t *ret_record, Err *e) {
        int64_t record = 0;
        bool brought = false;
        int r = l->prints.number == number ? 0 : window_load(l, number, e);

        if (r == 0)
                r = window_find(&l->prints, print, &record, e);
        if (r == 0)
                r = page_brought(l, STR_NULL, &brought, e);
        if (r != 0)
                return r;
        if (bits_have(&l->brought, record))
                return 1;
        *ret_record = record;
        return 0;
}

void prints_free(Prints *w) {
        for (size_t i = 0; i < 3; i++)
                page_clear(&w->page[i]);
        free(w->slot);
        *w = (Prints) { 0 };
}
