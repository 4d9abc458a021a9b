/* SPDX-License-Identifier: MIT */
/* Pages: what bytes they had, and which records stood on them. Page 0 collects what incomplete listings brought, so
 * that the next complete one can miss it. */
#include "state/store-parts.h"

#define PAGE_TEXT_MAX (4u << 20)

int page_before(Store *s, int64_t partition, Bits *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_use(s, "SELECT members FROM page WHERE partition = ?", &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "i", partition);
        while (r >= 0 && (r = stmt_step(q, e)) > 0)
                r = members_into(stmt_blob(q, 0), ret, e);
        return r;
}

int page_known(Listing *l, int number, const uint64_t hash[static 2], bool *ret_known, int *ret_spans, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Str was;
        int r;

        if (l->id == 0)
                return 0;
        r = stmt_ask(l->store, &q, e, "SELECT hash, spans, members FROM page WHERE partition = ? AND number = ?", "ii",
                     l->id, (int64_t) number);
        if (r <= 0)
                return r;
        was = stmt_blob(q, 0);
        if (was.len != sizeof(uint64_t[2]) || memcmp(was.at, hash, was.len) != 0)
                return 0;
        *ret_known = true;
        *ret_spans = sqlite3_column_int(q, 1);
        return members_into(stmt_blob(q, 2), &l->seen, e);
}

static int page_put(Apply *a, ListingPage *p, Err *e) {
        const char *hash = (const char *) p->hash;
        int r;

        text_clear(&a->scratch);
        r = members_encode(&p->members, &a->scratch);
        if (r < 0)
                return err_set(e, r, RETRY_LATER, "store: too many members on page %d", p->number);
        return stmt_run(a->store, NULL, e,
                        "INSERT INTO page VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (partition, number) DO UPDATE SET "
                        "hash = ?3, spans = ?4,"
                        " members = ?5 WHERE hash <> ?3 OR spans <> ?4 OR members <> ?5",
                        "iibib", a->listing->id, (int64_t) p->number, (Str) { hash, sizeof p->hash },
                        (int64_t) p->spans, text_str(&a->scratch));
}

static int page_write_complete(Apply *a, Err *e) {
        Listing *l = a->listing;
        int last = 0, r = 0;

        for (size_t i = 0; i < l->n_pages && r == 0; i++) {
                if (l->pages[i].number > last)
                        last = l->pages[i].number;
                if (!l->pages[i].known)
                        r = page_put(a, &l->pages[i], e);
        }
        if (r == 0)
                r = stmt_run(a->store, NULL, e, "DELETE FROM page WHERE partition = ? AND (number = 0 OR number > ?)",
                             "ii", l->id, (int64_t) last);
        return r;
}

/* Nothing is known any more of the pages that were read, and what was brought waits for a complete listing. */
static int page_write_partial(Apply *a, Err *e) {
        ListingPage brought = { .number = 0 };
        Listing *l = a->listing;
        int r;

        for (int64_t id = bits_next(&l->seen, 0); id >= 0; id = bits_next(&l->seen, id + 1)) {
                if (bits_have(&a->before, id))
                        continue;
                r = members_add(&brought.members, id, e);
                if (r < 0)
                        goto out;
        }
        r = stmt_run(a->store, NULL, e,
                     "UPDATE page SET hash = zeroblob(16) WHERE partition = ? AND number IN (SELECT page FROM "
                     "temp.reread WHERE listing = ?)",
                     "ii", l->id, l->number);
        if (r < 0 || brought.members.n == 0)
                goto out;
        {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                _cleanup_bits_ Bits old = { 0 };

                r = stmt_ask(a->store, &q, e, "SELECT members FROM page WHERE partition = ? AND number = 0", "i",
                             l->id);
                if (r > 0)
                        r = members_into(stmt_blob(q, 0), &old, e);
                for (int64_t id = r < 0 ? -1 : bits_next(&old, 0); id >= 0 && r == 0; id = bits_next(&old, id + 1))
                        r = members_add(&brought.members, id, e);
        }
        if (r == 0)
                r = page_put(a, &brought, e);
out:
        free(brought.members.at);
        return r;
}

int page_write(Apply *a, Err *e) {
        return a->end->members_complete ? page_write_complete(a, e) : page_write_partial(a, e);
}
