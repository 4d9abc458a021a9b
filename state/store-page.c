/* SPDX-License-Identifier: MIT */
/* Pages: what bytes they had, which records stood on them, and the prints of those. Page 0 collects what listings
 * brought that were not the whole of the partition: the next whole one can miss it, and neither the bytes of a page
 * nor a record's print say any more what the store holds of it. */
#include <errno.h>

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

static int brought_read(Listing *l, Bits *into, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(l->store, &q, e, "SELECT members FROM page WHERE partition = ? AND number = 0", "i", l->id);

        return r > 0 ? members_into(stmt_blob(q, 0), into, e) : r;
}

static int brought_member(void *u, int64_t id, Err *e) {
        (void) e;
        return bits_have(u, id);
}

int page_brought(Listing *l, Str members, bool *ret, Err *e) {
        int r = 0;

        if (!l->brought_read) {
                r = brought_read(l, &l->brought, e);
                if (r < 0)
                        return r;
                l->brought_read = true;
        }
        if (l->brought.n_words > 0)
                r = members_decode(members, brought_member, &l->brought, e);
        if (r < 0)
                return r;
        *ret = r > 0;
        return 0;
}

static int known_member(void *u, int64_t id, Err *e) {
        bool was;

        return stage_seen(u, id, false, &was, e);
}

int page_known(Listing *l, int number, const uint64_t hash[static 2], Str facts, bool *ret_known, int *ret_spans,
               bool *ret_facts, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        bool brought = false;
        Str was;
        int r;

        if (!l->remembers)
                return 0;
        r = stmt_ask(l->store, &q, e, "SELECT hash, spans, members, facts FROM page WHERE partition = ? AND number = ?",
                     "ii", l->id, (int64_t) number);
        if (r <= 0)
                return r;
        was = stmt_blob(q, 0);
        if (was.len != sizeof(uint64_t[2]) || memcmp(was.at, hash, was.len) != 0)
                return 0;
        r = page_brought(l, stmt_blob(q, 2), &brought, e);
        if (r < 0 || brought)
                return r;
        *ret_known = true;
        *ret_spans = sqlite3_column_int(q, 1);
        *ret_facts = str_eq(stmt_str(q, 3), facts);
        return members_decode(stmt_blob(q, 2), known_member, l, e);
}

/* One row; *members is in a->scratch. */
static int page_row(Apply *a, const ListingPage *p, Str facts, Str prints, Err *e) {
        const char *hash = (const char *) p->hash;

        return stmt_run(a->store, NULL, e,
                        "INSERT INTO page (partition, number, hash, spans, members, facts, prints) VALUES (?1, ?2, ?3, "
                        "?4, ?5, ?6, ?7)"
                        " ON CONFLICT (partition, number) DO UPDATE SET hash = ?3, spans = ?4, members = ?5, facts = "
                        "?6, prints = ?7"
                        " WHERE hash <> ?3 OR spans <> ?4 OR members <> ?5 OR facts <> ?6 OR prints <> ?7",
                        "iibibsb", a->listing->id, (int64_t) p->number, (Str) { hash, sizeof p->hash },
                        (int64_t) p->spans, text_str(&a->scratch), facts, prints);
}

static int page_put(Apply *a, const ListingPage *p, Members *members, Text *prints, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = members_gather(a->listing, p, members, e);

        if (r < 0)
                return r;
        text_clear(&a->scratch);
        text_clear(prints);
        r = members_encode(members, &a->scratch, prints);
        if (r < 0)
                return err_set(e, r, RETRY_LATER, "store: too many members on page %d", p->number);
        if (p->torn) {
                ListingPage unread = { .number = p->number, .spans = p->spans };

                return page_row(a, &unread, STR(""), text_str(prints), e);
        }
        r = stmt_ask(a->store, &q, e, "SELECT facts FROM temp.page_told WHERE listing = ? AND page = ?", "ii",
                     a->listing->number, (int64_t) p->number);
        return r < 0 ? r : page_row(a, p, r > 0 ? stmt_str(q, 0) : STR(""), text_str(prints), e);
}

static int brought_write(Apply *a, const Bits *brought, Err *e) {
        text_clear(&a->scratch);
        if (members_encode_bits(brought, &a->scratch) < 0)
                return err_set(e, -E2BIG, RETRY_LATER, "store: too many members on page 0");
        if (a->scratch.len > 0)
                return page_row(a, &(ListingPage) { .number = 0 }, STR(""), STR(""), e);
        return stmt_run(a->store, NULL, e, "DELETE FROM page WHERE partition = ? AND number = 0", "i",
                        a->listing->id);
}

static int bits_into(const Bits *from, const Bits *without, Bits *into, Err *e) {
        bool was;
        int r = 0;

        for (int64_t id = bits_next(from, 0); id >= 0 && r == 0; id = bits_next(from, id + 1))
                if (!without || !bits_have(without, id))
                        r = bits_add(into, id, &was, e);
        return r;
}

static int page_write_whole(Apply *a, Err *e) {
        _cleanup_text_ Text prints = TEXT_INIT(PAGE_TEXT_MAX);
        Listing *l = a->listing;
        Members members = { 0 };
        int last = 0, r = 0;

        for (size_t i = 0; i < l->n_pages && r == 0; i++) {
                ListingPage *p = &l->pages[i];

                if (p->over)
                        continue;
                if (p->number > last)
                        last = p->number;
                if (!p->known)
                        r = page_put(a, p, &members, &prints, e);
                else if (p->facts)
                        r = stmt_run(a->store, NULL, e,
                                     "UPDATE page SET facts = (SELECT facts FROM temp.page_told WHERE listing = ?3 AND "
                                     "page = ?2) WHERE partition = ?1 AND number = ?2",
                                     "iii", l->id, (int64_t) p->number, l->number);
        }
        free(members.at);
        if (r == 0)
                r = stmt_run(a->store, NULL, e, "DELETE FROM page WHERE partition = ? AND number > ?", "ii", l->id,
                             (int64_t) last);
        if (r == 0)
                r = bits_into(&l->seen, &l->shown, &l->twice, e); /* of pages that are over */
        return r == 0 ? brought_write(a, &l->twice, e) : r;
}

/* Pages that were read have to be read again, and what was brought waits for a whole listing. The pages of a listing of
 * changes are none of the partition's. */
static int page_write_part(Apply *a, Err *e) {
        _cleanup_bits_ Bits brought = { 0 };
        Listing *l = a->listing;
        int r = brought_read(l, &brought, e);

        if (r == 0)
                r = bits_into(&l->seen, &a->before, &brought, e);
        if (r == 0)
                r = bits_into(&a->touched, NULL, &brought, e);
        if (r == 0 && !a->end->changes_only)
                r = stmt_run(a->store, NULL, e,
                             "UPDATE page SET hash = zeroblob(16) WHERE partition = ? AND hash <> zeroblob(16)"
                             " AND number IN (SELECT page FROM temp.page_told WHERE listing = ? AND anew)",
                             "ii", l->id, l->number);
        return r == 0 ? brought_write(a, &brought, e) : r;
}

int page_write(Apply *a, Err *e) {
        return a->judges ? page_write_whole(a, e) : page_write_part(a, e);
}
